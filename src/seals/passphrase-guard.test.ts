import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { ROOT_KEY_BYTES } from '../crypto/root-key.ts'
import { SecretBytes } from '../crypto/secret-bytes.ts'
import { sealConformance } from '../ports/seal.conformance.ts'
import { makeRootKey, SealError } from '../ports/seal.ts'
import { parseGuarded } from './guarded-file.ts'
import { guardedSeal } from './guarded-seal.ts'
import { passphraseGuard } from './passphrase-guard.ts'

const PASSPHRASE = 'correct horse battery staple'
/** As cheap as a file may be: tests open many. */
const CHEAP = { memoryKib: 65_536, passes: 1, lanes: 1 }

const folder = mkdtempSync(join(tmpdir(), 'keyturn-passphrase-'))
let files = 0
const freshPath = () => join(folder, `root-${files++}.key`)
const fresh = () => SecretBytes.random(ROOT_KEY_BYTES)
after(() => rmSync(folder, { recursive: true }))

const sealAt = (path: string, passphrase = PASSPHRASE) =>
  guardedSeal({ path, guard: passphraseGuard(new SecretBytes(Buffer.from(passphrase)), CHEAP) })
const isError = (kind: SealError['kind']) => (error: unknown) => {
  assert.ok(error instanceof SealError, String(error))
  assert.equal(error.kind, kind)
  return true
}

sealConformance('passphrase', () => {
  const path = freshPath()
  return { first: sealAt(path), again: sealAt(path) }
})

describe('the passphrase seal', () => {
  test('the file is for its owner alone and holds neither root key nor passphrase', async () => {
    const path = freshPath()
    const material = fresh()
    const copy = material.lend((bytes) => Buffer.from(bytes))
    const root = await makeRootKey(sealAt(path), () => material)
    const text = readFileSync(path, 'utf8')
    assert.equal(statSync(path).mode & 0o777, 0o600)
    const file = parseGuarded(path, text)
    assert.deepEqual(file.roots, [root.id])
    assert.deepEqual(
      [file.kind, file.guard['derivation'], file.guard['memoryKib']],
      ['passphrase', 'argon2id', 65_536],
    )
    for (const secret of [copy.toString('base64'), copy.toString('hex'), PASSPHRASE]) {
      assert.ok(!text.includes(secret))
    }
    assert.ok(!Buffer.from(file.wrapped, 'base64').includes(copy))
  })

  test('a wrong passphrase is one error, learns nothing and changes nothing', async () => {
    const path = freshPath()
    await makeRootKey(sealAt(path), fresh)
    const before = readFileSync(path)
    const messages = new Set<string>()
    for (const wrong of ['', 'x', `${PASSPHRASE} `, PASSPHRASE.slice(0, -1), 'y'.repeat(1024)]) {
      for (const attempt of [
        () => sealAt(path, wrong).open(),
        () => sealAt(path, wrong).replace([fresh()]),
      ]) {
        await assert.rejects(attempt(), (error: Error) => {
          messages.add(error.message)
          return isError('wrong')(error)
        })
      }
    }
    assert.deepEqual([...messages], ['that does not open the seal'])
    assert.deepEqual(readFileSync(path), before)
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.endsWith('.tmp')),
      [],
    )
  })

  test('each character that is changed is found before the passphrase is tried', async () => {
    const path = freshPath()
    await makeRootKey(sealAt(path), fresh)
    const whole = readFileSync(path, 'utf8')
    for (let at = 0; at < whole.trimEnd().length; at++) {
      const other = whole[at] === '1' ? '2' : '1'
      const text = whole.slice(0, at) + other + whole.slice(at + 1)
      // White space between members says nothing.
      if (/\s/.test(whole[at] ?? '')) continue
      assert.throws(() => parseGuarded(path, text), isError('damaged'), `character ${at}`)
    }
    writeFileSync(path, whole.slice(0, -20))
    await assert.rejects(sealAt(path).open(), isError('damaged'))
  })

  test('costs that would make a guess cheap or a start fail are refused', async () => {
    for (const costs of [
      { memoryKib: 64 },
      { memoryKib: 8_388_608 },
      { passes: 0 },
      { passes: 1000 },
      { lanes: 65 },
    ]) {
      const guard = passphraseGuard(new SecretBytes(Buffer.from(PASSPHRASE)))
      const parameters = { derivation: 'argon2id', ...CHEAP, salt: '0'.repeat(32), ...costs }
      await assert.rejects(async () => guard.recover('', parameters), isError('damaged'))
    }
  })

  test('a short passphrase makes no seal', async () => {
    const path = freshPath()
    await assert.rejects(makeRootKey(sealAt(path, 'fifteen letters'), fresh), isError('wrong'))
    assert.equal(await sealAt(path).isInitialised(), false)
  })

  test('a file of another kind is not taken', async () => {
    const path = freshPath()
    writeFileSync(path, '{"format":"keyturn-seal:2"}\n', { mode: 0o600 })
    await assert.rejects(sealAt(path).open(), isError('damaged'))
  })
})
