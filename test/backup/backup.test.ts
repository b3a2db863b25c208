import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { embeddedPostgres, NO_POSTGRES } from '../postgres/binaries.ts'
import { startPostgres, type TestPostgres } from '../postgres/start-postgres.ts'
import { startTestServer, type TestServer } from '../server.ts'
import { command, missingOn, privateFile, startLoad, withoutStore } from './drill.ts'

const CLIENTS = 4
const LOAD_MS = 1200
const binaries = embeddedPostgres()

describe('a restore drill', { skip: binaries === undefined && NO_POSTGRES }, () => {
  let postgres: TestPostgres
  let folder: string
  let passwordFile: string
  /** Servers of a test, which it leaves running where it fails. */
  const servers: TestServer[] = []
  before(async () => {
    if (binaries !== undefined) postgres = await startPostgres(binaries, { isDurable: false })
    folder = mkdtempSync(join(tmpdir(), 'keyturn-backup-'))
    passwordFile = privateFile(join(folder, 'password'), postgres.password)
  })
  after(async () => {
    for (const server of servers) await server.stop().catch(() => undefined)
    await postgres.stop()
    rmSync(folder, { recursive: true })
  })

  /** Flags of a store: none for the SQLite file of the data folder. */
  const flagsOf = async (engine: 'sqlite' | 'postgres'): Promise<readonly string[]> => {
    if (engine === 'sqlite') return []
    const url = (await postgres.newDatabase()).replace(`:${postgres.password}@`, '@')
    return ['--store', url, '--store-password-file', passwordFile]
  }
  /** A node is known by one name, wherever its store is. */
  const NODE = ['--node-name', 'node-1']

  /** A backup under load, then more load, then the end of the server. */
  async function backUpUnderLoad(engine: 'sqlite' | 'postgres') {
    const store = await flagsOf(engine)
    const directory = mkdtempSync(join(folder, 'data-'))
    const server = await startTestServer({ directory, flags: [...store, ...NODE] })
    servers.push(server)
    const load = startLoad(server, CLIENTS)
    // A machine that has other work takes longer for as much.
    const isEnough = ({ keys, texts }: ReturnType<typeof load.soFar>) =>
      keys.size > 3 && texts.length > 10
    do await new Promise((resolve) => setTimeout(resolve, LOAD_MS))
    while (!isEnough(load.soFar()))
    const acknowledged = load.soFar()
    const file = join(folder, `${engine}.backup`)
    const made = await command(['backup', 'create', '--to', file, '--data', directory, ...store])
    assert.equal(made.code, 0, made.err)
    assert.match(made.out, /The root key [0-9a-f]{16} is NOT in it/)
    await new Promise((resolve) => setTimeout(resolve, 200))
    await load.stop()
    const later = load.soFar()
    assert.ok(later.texts.length > acknowledged.texts.length, 'it goes on serving')
    await server.stop()
    return { directory, file, acknowledged, oldToken: server.token }
  }

  async function restoreAndCheck(
    drill: Awaited<ReturnType<typeof backUpUnderLoad>>,
    engine: 'sqlite' | 'postgres',
  ) {
    const store = await flagsOf(engine)
    const directory = withoutStore(folder, drill.directory)
    const place = ['--data', directory, ...store]
    const restored = await command(['backup', 'restore', drill.file, ...place])
    assert.equal(restored.code, 0, restored.err + restored.out)
    const server = await startTestServer({ directory, flags: [...store, ...NODE] })
    servers.push(server)
    assert.deepEqual(await missingOn(server, drill.acknowledged), [])
    const { status } = await server.kms('list-keys', {}, { token: drill.oldToken })
    assert.ok(status === 401 || status === 403, `an old token got ${status}`)
    await server.createKey()
    await server.stop()
    const audit = await command(['audit', 'verify', ...place, ...NODE])
    assert.equal(audit.code, 0, audit.out + audit.err)
  }

  for (const from of ['sqlite', 'postgres'] as const) {
    test(`every key that was acknowledged comes back from ${from}, on either engine`, async () => {
      const drill = await backUpUnderLoad(from)
      const verified = await command(['backup', 'verify', drill.file, '--data', drill.directory])
      assert.equal(verified.code, 0, verified.out + verified.err)
      assert.equal(statSync(drill.file).mode & 0o777, 0o600)
      for (const to of ['sqlite', 'postgres'] as const) await restoreAndCheck(drill, to)
    })
  }
})
