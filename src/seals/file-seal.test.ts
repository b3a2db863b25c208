import assert from 'node:assert/strict'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { ROOT_KEY_BYTES } from '../crypto/root-key.ts'
import { SecretBytes } from '../crypto/secret-bytes.ts'
import { sealConformance } from '../ports/seal.conformance.ts'
import { makeRootKey } from '../ports/seal.ts'
import { fileSeal } from './file-seal.ts'

const folder = mkdtempSync(join(tmpdir(), 'keyturn-seal-'))
let files = 0
const freshPath = () => join(folder, `root-${files++}.key`)
const fresh = () => SecretBytes.random(ROOT_KEY_BYTES)
after(() => rmSync(folder, { recursive: true }))

sealConformance('file', () => {
  const path = freshPath()
  return { first: fileSeal({ path }), again: fileSeal({ path }) }
})

describe('the file seal', () => {
  test('the file is for its owner alone, in one line, with nothing left beside it', async () => {
    const path = freshPath()
    await makeRootKey(fileSeal({ path }), fresh)
    assert.equal(statSync(path).mode & 0o777, 0o600)
    assert.match(
      readFileSync(path, 'utf8'),
      /^keyturn-root-key:1:[0-9a-f]{16}:[\w+/]{43}=:[0-9a-f]{16}\n$/,
    )
    assert.equal(
      readdirSync(folder).some((name) => name.endsWith('.tmp')),
      false,
    )
  })

  test('copies that a killed writer left are removed with the next write, one under way is not', async () => {
    const path = freshPath()
    await makeRootKey(fileSeal({ path }), fresh)
    const left = `${path}.0123456789ab.tmp`
    const underWay = `${path}.ba9876543210.tmp`
    const another = `${path}.copy.tmp`
    for (const name of [left, underWay, another]) writeFileSync(name, 'a root key')
    const before = new Date(Date.now() - 61_000)
    for (const name of [left, another]) utimesSync(name, before, before)
    await fileSeal({ path }).replace([fresh()])
    assert.deepEqual([left, underWay, another].map(existsSync), [false, true, true])
    for (const name of [underWay, another]) rmSync(name)
  })

  test('a file that others may read is refused, with what to do', async () => {
    const path = freshPath()
    await makeRootKey(fileSeal({ path }), fresh)
    for (const mode of [0o640, 0o604, 0o660]) {
      chmodSync(path, mode)
      await assert.rejects(fileSeal({ path }).open(), /chmod 600/)
    }
  })

  test('a file of another user that our group may read is taken, as Kubernetes mounts secrets', {
    skip: process.getuid?.() !== 0 && 'only root can give files away',
  }, async () => {
    const path = freshPath()
    await makeRootKey(fileSeal({ path }), fresh)
    chownSync(path, 65_534, 0)
    for (const mode of [0o440, 0o400, 0o640]) {
      chmodSync(path, mode)
      await fileSeal({ path }).open()
    }
    for (const mode of [0o460, 0o444, 0o441, 0o450]) {
      chmodSync(path, mode)
      await assert.rejects(fileSeal({ path }).open(), /chmod 600/)
    }
  })

  test('a file that is not whole is refused, without a word of what it holds', async () => {
    const path = freshPath()
    await makeRootKey(fileSeal({ path }), fresh)
    const whole = readFileSync(path, 'utf8')
    const material = whole.split(':')[3] ?? ''
    for (let at = 0; at < whole.length - 1; at++) {
      const other = whole[at] === 'A' ? 'B' : 'A'
      writeFileSync(path, whole.slice(0, at) + other + whole.slice(at + 1), { mode: 0o600 })
      await assert.rejects(fileSeal({ path }).open(), (error: Error) => {
        assert.match(error.message, /not a whole root key file/)
        assert.ok(!error.message.includes(material.slice(0, 8)))
        return true
      })
    }
    writeFileSync(path, whole.slice(0, -2))
    await assert.rejects(fileSeal({ path }).open(), /not a whole/)
  })
})
