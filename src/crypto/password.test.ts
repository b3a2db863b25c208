import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hashPassword, verifyPassword } from './password.ts'
import { SecretBytes } from './secret-bytes.ts'

const secret = (text: string) => new SecretBytes(Buffer.from(text))

test('the right password, and others', async () => {
  const stored = await hashPassword(secret('correct horse'))
  assert.match(stored, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  assert.notEqual(await hashPassword(secret('correct horse')), stored)
  assert.equal(await verifyPassword(stored, secret('correct horse')), true)
  assert.equal(await verifyPassword(stored, secret('correct horsf')), false)
  assert.equal(await verifyPassword(stored, secret('')), false)
})

test('nobody: no, after the same work', async () => {
  const stored = await hashPassword(secret('x'))
  const timeOf = async (known: string | undefined) => {
    const before = process.cpuUsage()
    for (let round = 0; round < 3; round++) await verifyPassword(known, secret('y'))
    return process.cpuUsage(before).user
  }
  await timeOf(stored)
  assert.equal(await verifyPassword(undefined, secret('y')), false)
  assert.ok((await timeOf(undefined)) > (await timeOf(stored)) / 4)
})

test('what was stored wrongly, or would cost too much, is nobody', async () => {
  for (const stored of [
    '',
    'x',
    '$argon2i$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
    '$argon2id$v=19$m=9999999,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
    '$argon2id$v=19$m=19456,t=99,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
    '$argon2id$v=19$m=19456,t=2,p=99$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
  ]) {
    assert.equal(await verifyPassword(stored, secret('x')), false)
  }
})
