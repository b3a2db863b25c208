import assert from 'node:assert/strict'
import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type Ended, runKeyturn } from './cli/run-keyturn.ts'
import { startTestServer, type TestServer } from './server.ts'

describe('a copy of the audit folder', () => {
  let server: TestServer
  let folder: string
  let keys: string
  let attestation: string
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'keyturn-copy-'))
    server = await startTestServer({ flags: ['--workers', '2'] })
    const environment = {
      KEYTURN_ENDPOINT: server.url,
      OS_TOKEN: server.token,
      OS_PROJECT_ID: server.credentials.project_id,
    }
    const saved = async (name: string, ...args: readonly string[]): Promise<string> => {
      const { code, out, err } = await runKeyturn(args, environment)
      assert.equal(code, 0, err)
      const path = join(folder, name)
      writeFileSync(path, out)
      return path
    }
    const keyId = await server.createKey()
    for (let n = 0; n < 40; n++) await server.kms('rotate-on-demand', { key_id: keyId })
    keys = await saved('keys.pem', 'audit', 'public-key')
    // The thread that answers may have no record yet.
    do attestation = await saved('attestation.json', 'rotation', 'attest', keyId)
    while (statedRecords() < 5)
    // A chain without records has no checkpoint: more than one thread answers before it stops.
    while (logs(join(server.directory, 'audit')).filter((log) => statSync(log).size > 0).length < 2)
      await server.kms('describe-key', { key_id: keyId }, { headers: { Connection: 'close' } })
    await server.running.stop()
  })
  after(async () => {
    rmSync(server.directory, { recursive: true })
    rmSync(folder, { recursive: true })
  })

  const stated = () => {
    const { payload } = JSON.parse(readFileSync(attestation, 'utf8'))
    return JSON.parse(Buffer.from(payload, 'base64url').toString()).audit
  }
  const statedRecords = (): number => stated().records

  let copies = 0
  const copy = (): string => {
    const path = join(folder, `copy-${copies++}`)
    cpSync(join(server.directory, 'audit'), path, { recursive: true })
    return path
  }
  /** On another machine: no data folder, no root key, no server. */
  const verify = (path: string, ...more: readonly string[]): Promise<Ended> =>
    runKeyturn(['audit', 'verify', '--public-key', keys, path, ...more])
  /** The longest first. */
  const logs = (path: string): string[] =>
    readdirSync(path, { recursive: true, encoding: 'utf8' })
      .filter((name) => /(^|\/)audit-.*\.jsonl$/.test(name))
      .map((name) => join(path, name))
      .sort((one, other) => statSync(other).size - statSync(one).size)
  /** The log that the attestation names. */
  const attestedLog = (path: string): string => {
    const { chain } = stated()
    return logs(path).find((name) => name.includes(chain)) ?? ''
  }
  const cutLastGroup = (log: string): number => {
    const text = readFileSync(log, 'utf8')
    const groups = text.split(/(?<=\{"seal":.*\n)/)
    const kept = groups.slice(0, -1).join('')
    truncateSync(log, Buffer.byteLength(kept))
    return groups.length
  }

  test('is whole, with all chains and checkpoints', async () => {
    const { code, out } = await verify(copy(), '--attestation', attestation)
    assert.equal(code, 0, out)
    assert.match(
      out,
      /^The audit log is whole: \d+ records in 3 chains, .* [2-9]\d* checkpoints; MACs not/,
    )
  })

  test('a changed byte, a cut tail, a missing file and a strange checkpoint are found', async () => {
    const changed = copy()
    const [first = ''] = logs(changed)
    writeFileSync(first, readFileSync(first, 'utf8').replace('"status":200', '"status":201'))
    assert.match((await verify(changed)).out, /NOT whole[\s\S]*were changed/)

    const cut = copy()
    cutLastGroup(logs(cut)[0] ?? '')
    assert.match((await verify(cut)).out, /the log was cut: a checkpoint vouches for/)

    const gone = copy()
    rmSync(logs(gone)[0] ?? '')
    assert.match((await verify(gone)).out, /NOT whole[\s\S]*are gone/)

    const strange = copy()
    const [points = ''] = readdirSync(strange).filter((name) => name.startsWith('checkpoints-'))
    appendFileSync(join(strange, points), '{}\n')
    assert.match((await verify(strange)).out, /checkpoints-[0-9a-f]{16}\.jsonl:\d+: no checkpoint/)
  })

  test('who cuts the log and its checkpoints contradicts a statement', async () => {
    const path = copy()
    const log = attestedLog(path)
    rmSync(log.replace(/audit-([0-9a-f]{16})-\d+/, 'checkpoints-$1'))
    const stays = await verify(path, '--attestation', attestation)
    assert.equal(stays.code, 0, stays.out)
    while (cutLastGroup(log) > 3);
    const { code, out } = await verify(path, '--attestation', attestation)
    assert.equal(code, 1)
    assert.match(out, /the log was cut: a statement vouches for \d+ records, there are \d+/)
    rmSync(log)
    assert.match((await verify(path, '--attestation', attestation)).out, /which a statement names/)
  })

  test('a log for which nothing vouches is not called whole: hashes anybody can make', async () => {
    const path = copy()
    for (const name of readdirSync(path, { recursive: true, encoding: 'utf8' })) {
      if (name.includes('checkpoints-')) rmSync(join(path, name))
    }
    const { code, out } = await verify(path)
    assert.equal(code, 1)
    assert.match(out, /NOT whole[\s\S]*no checkpoint vouches for any of its \d+ records/)
    const [stripped = ''] = logs(path)
    const [, chain = ''] = /audit-([0-9a-f]{16})/.exec(stripped) ?? []
    assert.ok(out.includes(`chain ${chain}: no checkpoint vouches`), out)
  })

  test('records behind the last checkpoint are counted, and a folder that is gone is missed', async () => {
    const path = copy()
    const log = attestedLog(path)
    const points = log.replace(/audit-([0-9a-f]{16})-\d+/, 'checkpoints-$1')
    // Statements stand beside what checkpoints there are: the newest records have neither.
    rmSync(points)
    const { code, out } = await verify(path, '--attestation', attestation)
    const total = readFileSync(log, 'utf8').match(/^\{"n":/gm)?.length ?? 0
    assert.equal(code, 0, out)
    const open = total - statedRecords()
    assert.ok(open > 0)
    assert.match(out, new RegExp(`no checkpoint vouches yet for the last ${open} of them`))

    const without = copy()
    rmSync(join(without, 'worker-1'), { recursive: true })
    const gone = await verify(without)
    assert.equal(gone.code, 1)
    assert.match(gone.out, /the folder worker-1 is missing/)
  })

  test('wrong files are refused, and an empty folder is no whole log', async () => {
    const other = join(folder, 'other.json')
    writeFileSync(other, '{}')
    assert.match((await verify(copy(), '--attestation', other)).err, /no genuine attestation/)
    assert.match((await verify(join(folder, 'nowhere'))).err, /there is no folder/)
    const empty = mkdtempSync(join(folder, 'empty-'))
    const { code, out } = await verify(empty)
    assert.equal(code, 1)
    assert.match(out, /holds no audit log/)
    assert.equal((await runKeyturn(['audit', 'verify', empty])).code, 2)
    assert.equal((await runKeyturn(['audit', 'verify', '--public-key', other, empty])).code, 2)
  })
})
