import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { createRootKeyFile } from '../../src/server/data-folder.ts'
import { runKeyturn } from '../cli/run-keyturn.ts'
import { startTestServer, type TestServer } from '../server.ts'
import { embeddedPostgres, NO_POSTGRES } from './binaries.ts'
import { startPostgres, type TestPostgres } from './start-postgres.ts'

const binaries = embeddedPostgres()

describe('looking into a store on PostgreSQL', {
  skip: binaries === undefined && NO_POSTGRES,
}, () => {
  let postgres: TestPostgres
  let folder: string
  let server: TestServer
  let place: readonly string[]
  before(async () => {
    if (binaries !== undefined) postgres = await startPostgres(binaries)
    folder = await mkdtemp(join(tmpdir(), 'keyturn-looking-'))
    const passwordFile = join(folder, 'password')
    await writeFile(passwordFile, `${postgres.password}\n`, { mode: 0o600 })
    const rootKey = join(folder, 'root')
    await createRootKeyFile(rootKey)
    const url = new URL(await postgres.newDatabase())
    url.password = ''
    place = ['--store', url.href, '--store-password-file', passwordFile]
    const directory = await mkdtemp(join(folder, 'node-'))
    const flags = [...place, '--root-key', rootKey, '--node-name', 'one']
    server = await startTestServer({ directory, flags })
    for (const alias of ['a', 'b']) {
      const key = await server.createKey({ key_alias: alias })
      await server.kms('enable-key-rotation', { key_id: key })
    }
    const doomed = await server.createKey({ key_alias: 'c' })
    await server.kms('schedule-key-deletion', { key_id: doomed, pending_days: '7' })
  })
  after(async () => {
    await server.stop()
    await postgres.stop()
    await rm(folder, { recursive: true })
  })

  test('rehearse', async () => {
    const { code, out, err } = await runKeyturn(['rehearse', ...place, '--years', '3'])
    assert.equal(code, 0, err)
    const plan = JSON.parse(out)
    assert.deepEqual([plan.keys, plan.rotating_keys, plan.rotations], [3, 2, 6])
    assert.equal(plan.destroyed_keys, 1)
  })

  test('doctor', async () => {
    const rootKey = ['--root-key', join(folder, 'root'), '--node-name', 'one']
    const here = ['--data', server.directory, '--listen', new URL(server.url).host]
    const { code, out, err } = await runKeyturn(['doctor', ...place, ...rootKey, ...here], {
      KEYTURN_DATA: server.directory,
    })
    assert.equal(code, 0, `${err}${out}`)
    const { findings } = JSON.parse(out)
    const of = (about: string) => findings.find((row: { about: string }) => row.about === about)
    assert.equal(of('database').found, 'postgres, 3 keys')
    assert.equal(of('rows').found, '6 of keys and versions are as Keyturn wrote them')
    assert.equal(of('audit log').severity, 'good')
    assert.equal(of('deletions').severity, 'note')
    assert.equal(of('server').found, 'ready')
  })
})
