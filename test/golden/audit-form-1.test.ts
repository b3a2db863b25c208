import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { readCheckpointFiles } from '../../src/audit/checkpoint-file.ts'
import { openAuditLog, PUBLIC_KEY_FILE } from '../../src/audit/file-log.ts'
import { groupHash, groupMac, sealLine } from '../../src/audit/format.ts'
import { verifyAuditLog, verifyAuditTail } from '../../src/audit/verify.ts'
import { rootKeyFrom } from '../../src/crypto/root-key.ts'
import { SecretBytes } from '../../src/crypto/secret-bytes.ts'
import type { AuditRecord } from '../../src/ports/audit-log.ts'
import { systemClock } from '../../src/ports/clock.ts'

const GOLDEN = new URL('./audit-form-1', import.meta.url).pathname
const CHAIN = '3219b83f7e13aac8'
const OTHER = '0123456789abcdef'
const golden = JSON.parse(readFileSync(new URL('./format-1.json', import.meta.url), 'utf8'))
const root = rootKeyFrom(new SecretBytes(Buffer.from(golden.root_key_hex, 'hex')))

const RECORD: AuditRecord = {
  at: systemClock.now(),
  requestId: 'r',
  operation: 'EncryptData',
  actor: undefined,
  projectId: undefined,
  keyId: undefined,
  keyVersion: undefined,
  status: 200,
  code: undefined,
  source: undefined,
}

describe('a log whose seals are of form 1', () => {
  let directory: string
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'keyturn-form-1-'))
    cpSync(GOLDEN, directory, { recursive: true })
  })
  afterEach(() => rmSync(directory, { recursive: true }))

  const options = (withRoot = true) => ({
    directory,
    chains: [CHAIN],
    checkpoints: readCheckpointFiles(directory).checkpoints,
    publicKeyPem: readFileSync(join(directory, PUBLIC_KEY_FILE), 'utf8'),
    root: withRoot ? root : undefined,
  })
  const logs = () =>
    readdirSync(directory)
      .filter((name) => name.startsWith('audit-'))
      .sort()
  const goOn = async (): Promise<void> => {
    const vouched = readCheckpointFiles(directory).checkpoints.at(-1)
    const log = await openAuditLog({
      directory,
      place: 'golden/0',
      root,
      checkpoints: {
        register: async () => undefined,
        chainsOf: async () => [CHAIN],
        put: async () => undefined,
        newest: async () => vouched,
        list: async () => [],
      },
      clock: systemClock,
      sync: 'group',
    })
    await log.append(RECORD)
    await log.append(RECORD)
    await log.close()
  }

  test('nobody edited the files', () => {
    const digest = createHash('sha256')
    for (const name of logs()) digest.update(readFileSync(join(GOLDEN, name)))
    assert.equal(
      digest.digest('hex'),
      '58667970bc2257f660025c3589406682436b5e5b9aa0a6d65ee29264a65d9959',
    )
  })

  test('is whole, with the root key and without, and at its end', async () => {
    for (const withRoot of [true, false]) {
      const found = await verifyAuditLog(options(withRoot))
      assert.deepEqual(found.problems, [])
      assert.equal(found.records, 12)
    }
    assert.deepEqual((await verifyAuditTail(options())).problems, [])
  })

  test('a changed record is found', async () => {
    const path = join(directory, logs()[1] ?? '')
    writeFileSync(path, readFileSync(path, 'utf8').replace('"status":403', '"status":200'))
    assert.match((await verifyAuditLog(options())).problems.join(), /records 7 to 8 were changed/)
  })

  test('goes on in the new form, and is whole', async () => {
    await goOn()
    const last = readFileSync(join(directory, logs().at(-1) ?? ''), 'utf8')
    assert.match(last, /\{"seal":\{"chain".*\n[\s\S]*\{"seal":\{"v":2,"chain":"3219b83f7e13aac8"/)
    const found = await verifyAuditLog(options())
    assert.deepEqual(found.problems, [])
    assert.equal(found.records, 14)
    assert.deepEqual((await verifyAuditTail(options())).problems, [])
  })

  test('no group of form 1 follows one of form 2', async () => {
    await goOn()
    const path = join(directory, logs().at(-1) ?? '')
    const [, head = ''] = /.*"hash":"([0-9a-f]{64})"/s.exec(readFileSync(path, 'utf8')) ?? []
    const line = '{"n":15,"t":"2026-11-25T08:00:01.000Z","id":"r","status":200}\n'
    const hash = groupHash(CHAIN, Buffer.from(head, 'hex'), Buffer.from(line), 1)
    const seal = sealLine(CHAIN, 15, 1, hash, groupMac(root.audit, hash)).replace('"v":2,', '')
    appendFileSync(path, line + seal)
    assert.match((await verifyAuditLog(options())).problems.join(), /a seal in the form of before/)
  })

  test('a group of form 2 does not pass for one of another chain, even without checkpoints', async () => {
    for (const name of readdirSync(directory)) {
      if (name !== PUBLIC_KEY_FILE) rmSync(join(directory, name))
    }
    const log = await openAuditLog({
      directory,
      place: 'golden/0',
      root,
      checkpoints: {
        register: async () => undefined,
        chainsOf: async () => [],
        put: async () => undefined,
        newest: async () => undefined,
        list: async () => [],
      },
      clock: systemClock,
      sync: 'group',
    })
    const { chain } = log.head()
    await log.append(RECORD)
    await log.close()
    const [name = ''] = logs()
    const path = join(directory, name)
    const renamed = join(directory, name.replace(chain, OTHER))
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll(chain, OTHER))
    renameSync(path, renamed)
    const without = { ...options(), chains: [], checkpoints: [] }
    assert.match((await verifyAuditLog(without)).problems.join(), /records 1 to 1 were changed/)
    const noRoot = { ...without, root: undefined }
    assert.match((await verifyAuditLog(noRoot)).problems.join(), /records 1 to 1 were changed/)
    // With their hashes made to fit, which anybody can do, the MAC does not.
    const text = readFileSync(renamed, 'utf8')
    const [record = ''] = text.split('\n')
    const fitting = groupHash(OTHER, new Uint8Array(32), Buffer.from(`${record}\n`)).toString('hex')
    writeFileSync(renamed, text.replace(/"hash":"[0-9a-f]{64}"/, `"hash":"${fitting}"`))
    assert.match((await verifyAuditLog(without)).problems.join(), /after record 1 is forged/)
  })
})
