import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs, {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, mock, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { rootKeyFrom } from '../crypto/root-key.ts'
import { SecretBytes } from '../crypto/secret-bytes.ts'
import type { AuditCheckpoint, AuditLog, AuditRecord, CheckpointStore } from '../ports/audit-log.ts'
import { systemClock } from '../ports/clock.ts'
import { type AuditLogOptions, openAuditLog, PUBLIC_KEY_FILE } from './file-log.ts'
import { verifyAuditLog } from './verify.ts'

const root = rootKeyFrom(new SecretBytes(new Uint8Array(32).fill(7)))

/** Checkpoints kept in memory, as a store keeps them. */
function checkpointStore(): CheckpointStore & {
  readonly all: AuditCheckpoint[]
  isFailing: boolean
} {
  const all: AuditCheckpoint[] = []
  return {
    all,
    isFailing: false,
    async put(checkpoint) {
      if (this.isFailing) throw new Error('no store')
      all.push(checkpoint)
    },
    register: async () => undefined,
    chainsOf: async () => all.slice(-1).map(({ chain }) => chain),
    newest: async () => all.at(-1),
    list: async () => all,
  }
}

function aRecord(changes: Partial<AuditRecord> = {}): AuditRecord {
  return {
    at: systemClock.now(),
    requestId: '0123456789abcdef0123456789abcdef',
    operation: 'EncryptData',
    actor: { userId: 'u', userName: 'n', tenantId: 't', credential: 'token' },
    projectId: 'p',
    keyId: 'k',
    keyVersion: 1,
    status: 200,
    code: undefined,
    source: '127.0.0.1',
    ...changes,
  }
}

function logFiles(directory: string): readonly string[] {
  return readdirSync(directory)
    .filter((name) => /^audit-.*\.jsonl$/.test(name))
    .sort()
    .map((name) => join(directory, name))
}

describe('the audit log', () => {
  let directory: string
  let checkpoints: ReturnType<typeof checkpointStore>
  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'keyturn-audit-'))
  })
  after(() => rmSync(directory, { recursive: true, force: true }))

  let folders = 0
  const open = (more: Partial<AuditLogOptions> = {}): Promise<AuditLog> =>
    openAuditLog({
      directory,
      place: 'test/0',
      root,
      checkpoints,
      clock: systemClock,
      sync: 'interval',
      ...more,
    })
  const fresh = async (more: Partial<AuditLogOptions> = {}): Promise<AuditLog> => {
    directory = join(directory, '..', `keyturn-audit-${process.pid}-${folders++}`)
    checkpoints = checkpointStore()
    return open(more)
  }
  const report = (withRoot = true) =>
    verifyAuditLog({
      directory,
      chains: [],
      checkpoints: checkpoints.all,
      publicKeyPem: readFileSync(join(directory, PUBLIC_KEY_FILE), 'utf8'),
      root: withRoot ? root : undefined,
    })
  const content = () => readFileSync(logFiles(directory)[0] ?? '')
  const write = (bytes: Uint8Array) => writeFileSync(logFiles(directory)[0] ?? '', bytes)

  test('1,000 records at once: dense numbers, few groups, whole', async () => {
    const log = await fresh()
    await Promise.all(Array.from({ length: 1000 }, () => log.append(aRecord())))
    for (let index = 0; index < 5; index++)
      await log.append(aRecord({ status: 403, code: 'KMS.0307' }))
    await log.close()
    const found = await report()
    assert.deepEqual(found.problems, [])
    assert.equal(found.records, 1005)
    assert.ok(found.groups <= 6 + 1)
    assert.equal(checkpoints.all.at(-1)?.count, 1005, 'closing leaves a checkpoint')
    assert.deepEqual((await report(false)).problems, [])
    assert.equal((await report(false)).areMacsChecked, false)
    for (const file of logFiles(directory)) assert.equal(statSync(file).mode & 0o777, 0o600)
    assert.equal(statSync(directory).mode & 0o777, 0o700)
  })

  test('a record is one line of JSON, whatever is in it', async () => {
    const log = await fresh()
    const nasty = 'a"b\\c\nd\r\u2028\u0000é𝕏'
    await log.append(
      aRecord({ operation: undefined, projectId: nasty, source: nasty, detail: { x: nasty } }),
    )
    await log.append(
      aRecord({ actor: undefined, keyId: undefined, keyVersion: undefined, source: undefined }),
    )
    await log.close()
    const [first, , second] = content()
      .toString()
      .split('\n')
      .map((line) => line && JSON.parse(line))
    assert.equal(first.project, nasty)
    assert.equal(first.source, nasty)
    assert.deepEqual(first.detail, { x: nasty })
    assert.deepEqual(Object.keys(second), ['n', 't', 'id', 'op', 'project', 'status'])
    assert.deepEqual((await report()).problems, [])
  })

  test('any byte that is changed, put in or taken out is found', async () => {
    const log = await fresh()
    for (let index = 0; index < 4; index++) {
      await Promise.all([log.append(aRecord()), log.append(aRecord({ status: 404 }))])
    }
    await log.close()
    const whole = content()
    for (let at = 0; at < whole.length; at += 3) {
      const changed = Buffer.from(whole)
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8))
      write(changed)
      assert.notDeepEqual((await report()).problems, [], `byte ${at} changed`)
      if (at % 9 !== 0) continue
      write(Buffer.concat([whole.subarray(0, at), Buffer.from('\r'), whole.subarray(at)]))
      assert.notDeepEqual((await report()).problems, [], `CR put in at ${at}`)
      write(Buffer.concat([whole.subarray(0, at), whole.subarray(at + 1)]))
      assert.notDeepEqual((await report()).problems, [], `byte ${at} taken out`)
    }
    write(whole)
    assert.deepEqual((await report()).problems, [])
  })

  test('a tail that is cut off, wherever, is found by the checkpoint', async () => {
    const log = await fresh()
    for (let index = 0; index < 5; index++) await log.append(aRecord())
    await log.close()
    const whole = content()
    for (let length = 0; length < whole.length; length += 7) {
      write(whole.subarray(0, length))
      assert.notDeepEqual((await report()).problems, [], `cut at ${length}`)
    }
    write(whole.subarray(0, whole.lastIndexOf('{"n":')))
    await assert.rejects(open(), /was cut.*record 4.*there were 5/)
    rmSync(logFiles(directory)[0] ?? '')
    await assert.rejects(open(), /was cut/)
  })

  test('lines and groups that were swapped, doubled or removed are found', async () => {
    const log = await fresh()
    for (let index = 0; index < 4; index++) {
      await Promise.all([log.append(aRecord()), log.append(aRecord({ status: 404 }))])
    }
    await log.close()
    const lines = content()
      .toString()
      .split(/(?<=\n)/)
    const groups = [0, 3, 6, 9].map((from) => lines.slice(from, from + 3).join(''))
    const [a = '', b = '', c = '', d = ''] = groups
    const [first = '', second = '', ...others] = lines
    const forgeries = [
      [b, a, c, d],
      [a, c, d],
      [a, b, b, c, d],
      [b, c, d],
      [second, first, ...others],
      [first, ...others],
      [first, first, second, ...others],
    ]
    for (const forgery of forgeries) {
      write(Buffer.from(forgery.join('')))
      assert.notDeepEqual((await report()).problems, [])
    }
  })

  test('who has no root key cannot write what passes; a forged checkpoint is found', async () => {
    const mine = await fresh()
    await mine.append(aRecord())
    await mine.close()
    const stranger = rootKeyFrom(SecretBytes.random(32))
    const [theirDirectory, theirs] = [`${directory}-theirs`, checkpointStore()]
    const forged = await openAuditLog({
      directory: theirDirectory,
      place: 'test/0',
      root: stranger,
      checkpoints: theirs,
      clock: systemClock,
      sync: 'interval',
    })
    await forged.append(aRecord())
    await forged.close()
    const publicKeyPem = readFileSync(join(directory, PUBLIC_KEY_FILE), 'utf8')
    const found = await verifyAuditLog({
      directory: theirDirectory,
      chains: [],
      checkpoints: theirs.all,
      publicKeyPem,
      root,
    })
    assert.ok(found.problems.some((problem) => /seal after record 1 is forged/.test(problem)))
    assert.ok(found.problems.some((problem) => /checkpoint at record 1 is forged/.test(problem)))
    rmSync(theirDirectory, { recursive: true })
  })

  test('files that are full are followed by others, and a missing one is found', async () => {
    const log = await fresh({ maxFileBytes: 1000 })
    for (let index = 0; index < 20; index++) await log.append(aRecord())
    await log.close()
    assert.ok(logFiles(directory).length >= 4)
    const again = await open({ maxFileBytes: 1000 })
    await again.append(aRecord())
    await again.close()
    const found = await report()
    assert.deepEqual(found.problems, [])
    assert.equal(found.records, 21, 'a restart goes on in the same chain')
    rmSync(logFiles(directory)[1] ?? '')
    const missing = await report()
    assert.ok(missing.problems.some((problem) => /file 2 of the chain is missing/.test(problem)))
  })

  test('a next file that could not be made is made later, and none is missed', async () => {
    const log = await fresh({ maxFileBytes: 1000 })
    for (let n = 0; n < 3; n++) await log.append(aRecord())
    const made = logFiles(directory).length
    mock.method(fs, 'openSync', () => {
      throw Object.assign(new Error('too many open files'), { code: 'EMFILE' })
    })
    syncBuiltinESMExports()
    let refused = 0
    try {
      for (let n = 0; n < 12; n++) await log.append(aRecord()).catch(() => refused++)
    } finally {
      mock.restoreAll()
      syncBuiltinESMExports()
    }
    assert.ok(refused > 1)
    for (let n = 0; n < 12; n++) await log.append(aRecord())
    await log.close()
    assert.ok(logFiles(directory).length > made)
    const names = logFiles(directory).map((path) => Number(/(\d+)\.jsonl$/.exec(path)?.[1]))
    assert.deepEqual(
      names,
      names.map((_, at) => (names[0] ?? 0) + at),
    )
    assert.deepEqual((await report()).problems, [])
  })

  test('what a crash left half-written is set aside, and told', async () => {
    const log = await fresh()
    await log.append(aRecord())
    await log.close()
    const file = logFiles(directory)[0] ?? ''
    appendFileSync(file, '{"n":2,"t":"2026-01-01T00:00:00.000Z","id":"cut off he')
    assert.ok((await report()).problems.some((problem) => /without a seal/.test(problem)))
    const again = await open()
    await again.append(aRecord())
    await again.close()
    assert.deepEqual((await report()).problems, [])
    assert.match(
      content().toString(),
      /"op":"audit-recovered","status":0,"detail":\{"tornBytes":54\}/,
    )
    assert.equal(readdirSync(directory).filter((name) => name.includes('.torn-')).length, 1)
    truncateSync(file, 0)
  })

  test('a chain that is gone is missed, also before its first checkpoint', async () => {
    const registered: string[] = []
    const store = {
      ...checkpointStore(),
      register: async (chain: string) => void registered.push(chain),
      chainsOf: async () => registered,
      newest: async () => undefined,
    }
    const log = await fresh({ checkpoints: store })
    await log.append(aRecord())
    await log.close()
    for (const file of logFiles(directory)) rmSync(file)
    await assert.rejects(open({ checkpoints: store }), /was cut/)
    const found = await verifyAuditLog({
      directory,
      chains: registered,
      checkpoints: [],
      publicKeyPem: readFileSync(join(directory, PUBLIC_KEY_FILE), 'utf8'),
      root,
    })
    assert.match(found.problems.join(), /files of chain [0-9a-f]{16} are gone/)
  })

  test('checkpoints come by count, and their failing is told', async () => {
    const log = await fresh({ checkpointEveryRecords: 3 })
    for (let index = 1; index <= 7; index++) {
      await log.append(aRecord())
      while (checkpoints.all.length < Math.floor(index / 3)) await setImmediate()
    }
    assert.deepEqual(
      checkpoints.all.map(({ count }) => count),
      [3, 6],
    )
    checkpoints.isFailing = true
    for (let index = 0; index < 3; index++) await log.append(aRecord())
    assert.equal(log.problem(), undefined, 'a short failure is borne')
    checkpoints.isFailing = false
    await log.append(aRecord())
    await log.close()
    assert.equal(checkpoints.all.at(-1)?.count, 11)
    assert.deepEqual(log.figures(), { records: 11, groups: 11, failures: 0 })
  })

  test('each group on the disk before the reply, if so set', async () => {
    const log = await fresh({ sync: 'group' })
    await log.append(aRecord())
    await log.close()
    assert.deepEqual((await report()).problems, [])
  })
})

/** A child that appends records and prints each number that was acknowledged. */
const WRITER = `
  const [directory, from] = process.argv.slice(1)
  const { openAuditLog } = await import(from + '/file-log.ts')
  const { rootKeyFrom } = await import(from + '/../crypto/root-key.ts')
  const { SecretBytes } = await import(from + '/../crypto/secret-bytes.ts')
  const root = rootKeyFrom(new SecretBytes(new Uint8Array(32).fill(7)))
  const checkpoints = {
    register: async () => {}, chainsOf: async () => [], put: async () => {}, newest: async () => {},
    list: async () => [],
  }
  const log = await openAuditLog({ directory, place: 'test/0', root, checkpoints, clock: { now: () => Date.now() }, sync: 'interval' })
  const record = { at: Date.now(), requestId: 'x'.repeat(200), status: 200 }
  for (let tries = 0; tries < 100000; tries++) {
    try {
      await Promise.all([log.append(record), log.append(record), log.append(record)])
      process.stdout.write('ok\\n')
    } catch {
      process.stdout.write('refused ' + (log.problem() !== undefined) + '\\n')
      if (process.env.STOP_AT_REFUSAL && tries > 5) break
    }
  }
`

describe('the audit log under force', () => {
  const from = new URL('.', import.meta.url).pathname.replace(/\/$/, '')
  const verify = (directory: string) =>
    verifyAuditLog({
      directory,
      chains: [],
      checkpoints: [],
      publicKeyPem: readFileSync(join(directory, PUBLIC_KEY_FILE), 'utf8'),
      root,
    })

  test('killed in mid-write: every acknowledged record is there', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'keyturn-audit-kill-'))
    let acknowledged = 0
    for (let kill = 0; kill < 5; kill++) {
      const args = ['--input-type=module', '-e', WRITER, directory, from]
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
      child.stdout.on('data', (chunk: Buffer) => {
        acknowledged += 3 * chunk.toString().split('ok\n').length - 3
      })
      const closed = once(child, 'close')
      // Where others need the processor too, a start alone may take longer than this.
      await once(child.stdout, 'data')
      await new Promise((resolve) => setTimeout(resolve, 100 + Math.random() * 200))
      child.kill('SIGKILL')
      await closed
      const log = await openAuditLog({
        directory,
        place: 'test/0',
        root,
        checkpoints: checkpointStore(),
        clock: systemClock,
        sync: 'interval',
      })
      await log.close()
      const found = await verify(directory)
      assert.deepEqual(found.problems, [], `whole after kill ${kill}`)
      const lost = `after kill ${kill} ${found.records} records of ${acknowledged} acknowledged`
      assert.ok(found.records >= acknowledged, lost)
    }
    assert.ok(acknowledged > 100, `too few to tell anything: ${acknowledged}`)
    rmSync(directory, { recursive: true })
  })

  test('no room on the disk: refuses, says why, leaves no half group', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'keyturn-audit-full-'))
    const node = `exec ${process.execPath} --input-type=module -e "$WRITER" ${directory} ${from}`
    const child = spawn('bash', ['-c', `trap '' XFSZ; ulimit -f 64; ${node}`], {
      env: { ...process.env, WRITER, STOP_AT_REFUSAL: '1' },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let printed = ''
    child.stdout.on('data', (chunk) => {
      printed += chunk
    })
    await once(child, 'close')
    assert.match(printed, /ok\n/)
    assert.match(printed, /refused true/)
    assert.doesNotMatch(printed, /refused false/)
    const found = await verify(directory)
    assert.deepEqual(found.problems, [])
    assert.equal(found.records, 3 * (printed.split('ok\n').length - 1))
    const log = await openAuditLog({
      directory,
      place: 'test/0',
      root,
      checkpoints: checkpointStore(),
      clock: systemClock,
      sync: 'interval',
    })
    await log.append(aRecord())
    await log.close()
    assert.deepEqual((await verify(directory)).problems, [], 'with room again it goes on')
    rmSync(directory, { recursive: true })
  })
})
