import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { createRootKeyFile } from '../../src/server/data-folder.ts'
import { runKeyturn } from '../cli/run-keyturn.ts'
import { embeddedPostgres, NO_POSTGRES } from '../postgres/binaries.ts'
import { startPostgres, type TestPostgres } from '../postgres/start-postgres.ts'
import { startTestServer } from '../server.ts'
import { commandRecords, stepsOf } from './read-chain.ts'

const binaries = embeddedPostgres()

describe('records of commands on PostgreSQL', {
  skip: binaries === undefined && NO_POSTGRES,
}, () => {
  let home: string
  let postgres: TestPostgres
  before(async () => {
    home = mkdtempSync(join(tmpdir(), 'keyturn-audited-pg-'))
    if (binaries !== undefined) postgres = await startPostgres(binaries, { isDurable: false })
  })
  after(async () => {
    await postgres.stop()
    rmSync(home, { recursive: true })
  })

  test('stand in the data folder that a command was given, of one machine several', async () => {
    const password = join(home, 'password')
    writeFileSync(password, postgres.password)
    const rootKey = join(home, 'root.key')
    await createRootKeyFile(rootKey)
    const url = new URL(await postgres.newDatabase())
    url.password = ''
    const store = ['--store', url.href, '--store-password-file', password, '--root-key', rootKey]
    const node = join(home, 'node')
    mkdirSync(node, { mode: 0o700 })
    const server = await startTestServer({ directory: node, flags: [...store] })
    const good = async (data: string, ...words: readonly string[]): Promise<string> => {
      const { code, out, err } = await runKeyturn([...words, '--data', data, ...store])
      assert.equal(code, 0, `${words.join(' ')}: ${err}${out}`)
      return out
    }
    await good(node, 'project', 'create', '--name', 'one')
    // Whoever works from another folder, here or elsewhere, has a chain of commands there.
    const desk = join(home, 'desk')
    await good(desk, 'project', 'create', '--name', 'two')
    await good(desk, 'root', 'rotate', '--nodes', '1')
    await good(node, 'backup', 'create', '--to', join(home, 'one.backup'))
    const ofNode = ['project create', 'backup create']
    const ofDesk = ['project create', 'root rotate']
    const both = (names: readonly string[]) =>
      names.flatMap((name) => [`begun ${name}`, `done ${name}`])
    assert.deepEqual(stepsOf(commandRecords(node)), both(ofNode))
    assert.deepEqual(stepsOf(commandRecords(desk)), both(ofDesk))
    assert.match(await good(node, 'audit', 'verify'), /is whole: \d+ records in 2 chains/)
    await server.stop()
    assert.match(await good(desk, 'audit', 'verify', '--node-name', 'desk'), /is whole: 4 records/)
    rmSync(join(desk, 'audit'), { recursive: true })
    const gone = await runKeyturn([
      ...['project', 'create', '--name', 'three', '--data', desk],
      ...store,
    ])
    assert.match(gone.err, /nothing was done[\s\S]*was cut/)
    await good(node, 'project', 'create', '--name', 'three')
  })
})
