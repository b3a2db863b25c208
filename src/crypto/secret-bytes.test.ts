import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { SecretBytes } from './secret-bytes.ts'

test('a secret shows in no way of printing it', () => {
  const secret = new SecretBytes(Buffer.from('MARKED'))
  const holder = { deep: { secret, list: [secret] } }
  const printed = [
    String(secret),
    `${secret}`,
    JSON.stringify(holder),
    inspect(holder, { depth: 9, showHidden: true }),
    inspect(secret),
    Object.keys(secret).join(),
    JSON.stringify(Object.entries(secret)),
  ].join('\n')
  assert.doesNotMatch(printed, /MARKED|4d41524b4544|TUFSS0VE|77, ?65/i)
  assert.match(printed, /\[secret\]/)
})

test('lending, length, wiping', () => {
  const bytes = Buffer.from('MARKED')
  const secret = new SecretBytes(bytes)
  assert.equal(secret.length, 6)
  assert.equal(
    secret.lend((lent) => Buffer.from(lent).toString()),
    'MARKED',
  )
  secret.wipe()
  assert.deepEqual(bytes, Buffer.alloc(6))
  assert.notDeepEqual(
    SecretBytes.random(32).lend((lent) => Buffer.from(lent)),
    SecretBytes.random(32).lend((lent) => Buffer.from(lent)),
  )
})
