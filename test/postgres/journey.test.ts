import assert from 'node:assert/strict'
import { copyFile, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createRootKeyFile, type DataFolder, openDataFolder } from '../../src/server/data-folder.ts'
import { makeLog } from '../../src/server/log.ts'
import type { StoreSettings } from '../../src/server/store-settings.ts'
import { startTestServer, type TestServer } from '../server.ts'
import { embeddedPostgres, NO_POSTGRES } from './binaries.ts'
import { startPostgres, type TestPostgres } from './start-postgres.ts'

const binaries = embeddedPostgres()

describe('the server over PostgreSQL', { skip: binaries === undefined && NO_POSTGRES }, () => {
  let postgres: TestPostgres
  let folder: string
  let passwordFile: string
  before(async () => {
    if (binaries !== undefined) postgres = await startPostgres(binaries)
    folder = await mkdtemp(join(tmpdir(), 'keyturn-nodes-'))
    passwordFile = join(folder, 'password')
    await writeFile(passwordFile, `${postgres.password}\n`)
  })
  after(async () => {
    await postgres.stop()
    await rm(folder, { recursive: true })
  })

  const newStore = async (): Promise<string> => {
    const url = new URL(await postgres.newDatabase())
    url.password = ''
    return url.href
  }
  const newFolder = () => mkdtemp(join(folder, 'node-'))
  const start = (directory: string, store: string, rootKey: string): Promise<TestServer> =>
    startTestServer({
      directory,
      flags: [
        ...['--store', store, '--store-password-file', passwordFile, '--root-key', rootKey],
        ...['--staleness-ms', '100', '--node-name', basename(directory)],
      ],
    })

  test('two servers, one store: keys, rotation, tags, grants; stopped and started again', async () => {
    const store = await newStore()
    const rootKey = join(folder, 'root-of-two')
    await createRootKeyFile(rootKey)
    const directories = [await newFolder(), await newFolder()] as const
    let one = await start(directories[0], store, rootKey)
    // The administrator of the store, whom this node has not made, signs in there too.
    const file = 'bootstrap-credentials.json'
    await copyFile(join(directories[0], file), join(directories[1], file))
    const other = await start(directories[1], store, rootKey)
    assert.equal(other.running.isFirstStart, false)

    const keyId = await one.createKey({ key_alias: 'journey' })
    const encrypted = await one.kms('encrypt-data', { key_id: keyId, plain_text: 'before 数据' })
    assert.equal(encrypted.status, 200)
    const elsewhere = await other.kms('decrypt-data', encrypted.body)
    assert.equal(elsewhere.body.plain_text, 'before 数据')

    await one.kms('enable-key-rotation', { key_id: keyId })
    assert.equal((await one.kms('rotate-on-demand', { key_id: keyId })).status, 200)
    const again = await other.kms('decrypt-data', encrypted.body)
    assert.equal(again.body.plain_text, 'before 数据')
    const status = await other.kms('get-key-rotation-status', { key_id: keyId })
    assert.equal(status.body.number_of_rotations, 1)

    const tag = { tag: { key: 'team', value: 'blau' } }
    assert.equal((await one.kms(`${keyId}/tags`, tag)).status, 204)
    const grant = {
      key_id: keyId,
      grantee_principal: 'a'.repeat(32),
      operations: ['encrypt-data', 'describe-key'],
    }
    assert.equal((await other.kms('create-grant', grant)).status, 200)
    const grants = await one.kms('list-grants', { key_id: keyId })
    assert.equal(grants.body.grants.length, 1)

    assert.equal((await one.kms('disable-key', { key_id: keyId })).status, 200)
    await sleep(150)
    const refused = await other.kms('encrypt-data', { key_id: keyId, plain_text: 'x' })
    assert.equal(refused.body.error.error_code, 'KMS.0209')
    await one.kms('enable-key', { key_id: keyId })

    await one.stop()
    one = await start(directories[0], store, rootKey)
    const later = await one.kms('decrypt-data', encrypted.body)
    assert.equal(later.body.plain_text, 'before 数据')
    const tags = await one.kms(`${keyId}/tags`, {}, { method: 'GET' })
    assert.deepEqual(tags.body.tags, [{ key: 'team', value: 'blau' }])
    await one.stop()
    await other.stop()
  })

  test('text that no database holds is refused at the door', async () => {
    const rootKey = join(folder, 'root-of-door')
    const server = await start(await newFolder(), await newStore(), rootKey)
    const keyId = await server.createKey()
    const bad = 'a\u0000b'
    const requests: readonly (readonly [string, unknown, string])[] = [
      ['create-key', { key_alias: bad }, 'alias'],
      ['create-key', { key_alias: 'ok', key_description: bad }, 'description'],
      ['create-key', { key_alias: 'ok', tags: [{ key: bad, value: '' }] }, 'tag'],
      ['update-key-description', { key_id: keyId, key_description: bad }, 'description'],
      [`${keyId}/tags`, { tag: { key: 'k', value: bad } }, 'tag value'],
      [`${keyId}/tags/action`, { action: 'delete', tags: [{ key: bad }] }, 'tag to delete'],
      ['resource_instances/action', { action: 'filter', tags: [{ key: bad, values: [] }] }, 'by'],
      ['resource_instances/action', { action: 'filter', tags: [{ key: 'k', values: [bad] }] }, 'v'],
      [
        'resource_instances/action',
        { action: 'filter', matches: [{ key: 'resource_name', value: bad }] },
        'match',
      ],
      [
        'create-grant',
        { key_id: keyId, grantee_principal: bad, operations: ['encrypt-data'] },
        'grantee',
      ],
      [
        'create-grant',
        { key_id: keyId, grantee_principal: 'a', operations: ['encrypt-data'], name: bad },
        'grant',
      ],
      ['create-key', { key_alias: 'ok', keystore_id: bad }, 'key store'],
      ['create-key', { key_alias: 'ok', enterprise_project_id: bad }, 'enterprise project'],
    ]
    for (const [name, body, what] of requests) {
      const { status, text } = await server.kms(name, body)
      assert.equal(status, 400, `${what}: ${status} ${text}`)
    }
    const path = `/v1.0/${server.credentials.project_id}/kms/${keyId}/tags/a%00b`
    assert.ok([400, 404].includes((await server.send('DELETE', path)).status))
    for (const user of [{ id: bad }, { name: bad }, { name: 'a', domain: { name: bad } }]) {
      const body = JSON.stringify({
        auth: {
          identity: { methods: ['password'], password: { user: { ...user, password: 'x' } } },
        },
      })
      const { status } = await server.send('POST', '/v3/auth/tokens', { body, token: null })
      assert.ok(status === 400 || status === 401, `${JSON.stringify(user)}: ${status}`)
    }
    assert.equal((await server.send('GET', '/v3/projects?name=a%00b')).status, 400)
    await server.stop()
  })

  describe('root keys of nodes', () => {
    const open = (directory: string, settings: Partial<StoreSettings>): Promise<DataFolder> =>
      openDataFolder(
        directory,
        {
          store: undefined,
          'store-password-file': passwordFile,
          'store-ca': undefined,
          'store-connections': 2,
          'root-key': undefined,
          ...settings,
        },
        makeLog('silent'),
      )

    test('of ten nodes that start on an empty store one makes the root key, the others refuse', async () => {
      const store = await newStore()
      const directories = await Promise.all(Array.from({ length: 10 }, newFolder))
      const results = await Promise.allSettled(directories.map((own) => open(own, { store })))
      const won = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
      assert.equal(won.length, 1)
      for (const [index, result] of results.entries()) {
        const files = await readdir(directories[index] ?? '')
        assert.equal(files.includes('root.key'), result.status === 'fulfilled')
        if (result.status === 'rejected') {
          assert.match(String(result.reason), /put the same root key file on every node/)
        }
      }
      await won[0]?.storage.close()

      const winner = directories[results.findIndex(({ status }) => status === 'fulfilled')] ?? ''
      const late = await newFolder()
      await assert.rejects(open(late, { store }), /put the same root key file on every node/)
      assert.deepEqual(await readdir(late), [])
      await copyFile(join(winner, 'root.key'), join(late, 'root.key'))
      await (await open(late, { store })).storage.close()
    })

    test('another root key is refused, and stays', async () => {
      const store = await newStore()
      const [mine, another] = [join(folder, 'mine'), join(folder, 'another')]
      await createRootKeyFile(mine)
      await createRootKeyFile(another)
      await (await open(folder, { store, 'root-key': mine })).storage.close()
      await assert.rejects(open(folder, { store, 'root-key': another }), /not of one data folder/)
      await assert.rejects(createRootKeyFile(another), /already/)
      await (await open(folder, { store, 'root-key': mine })).storage.close()
    })
  })
})
