import assert from 'node:assert/strict'
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createRootKeyFile } from '../src/server/data-folder.ts'
import { embeddedPostgres, NO_POSTGRES } from './postgres/binaries.ts'
import { startPostgres } from './postgres/start-postgres.ts'
import { type Json, type Reply, startTestServer, type TestServer } from './server.ts'

/** So long a rotation by use may take after the use that reaches the limit; `docs/how-to/rotation-by-use.md`. */
const MAX_BEHIND_MS = 13_000

const pathOf = (server: TestServer, keyId: string, what: string) =>
  `/keyturn/v1/${server.credentials.project_id}/keys/${keyId}/${what}`

function put(server: TestServer, keyId: string, limits: unknown): Promise<Reply> {
  const body = JSON.stringify(limits)
  return server.send('PUT', pathOf(server, keyId, 'rotation-limits'), { body })
}

async function read(server: TestServer, keyId: string, what = 'rotation-limits'): Promise<Json> {
  const { status, body, text } = await server.send('GET', pathOf(server, keyId, what))
  assert.equal(status, 200, text)
  return body
}

async function encrypt(
  server: TestServer,
  keyId: string,
  times: number,
  text = 'x',
): Promise<void> {
  for (let n = 0; n < times; n++) {
    const reply = await server.kms('encrypt-data', { key_id: keyId, plain_text: text })
    assert.equal(reply.status, 200, reply.text)
  }
}

const causes = async (server: TestServer, keyId: string): Promise<unknown[]> =>
  (await read(server, keyId, 'rotation-events')).events.map(({ cause }: Json) => cause)

describe('rotation by use, on a virtual clock', () => {
  let server: TestServer
  /** Looking writes what was counted; then the scheduler has its turn. */
  const turn = async (keyId: string) => {
    await read(server, keyId)
    await server.running.advanceClock?.(1000)
  }
  before(async () => {
    server = await startTestServer({ flags: ['--clock', 'virtual:2026-01-01T00:00:00Z'] })
  })
  after(() => server.stop())

  test('after so many uses a key rotates, once, and its schedule is as it was', async () => {
    const key_id = await server.createKey()
    assert.deepEqual((await put(server, key_id, { max_uses: 100 })).body, { max_uses: 100 })
    await encrypt(server, key_id, 99)
    await turn(key_id)
    assert.deepEqual(await read(server, key_id), {
      max_uses: 100,
      primary_version: 1,
      uses: 99,
      bytes: 99,
    })
    await encrypt(server, key_id, 3)
    await turn(key_id)
    await turn(key_id)
    assert.deepEqual(await causes(server, key_id), ['usage'])
    const { primary_version, uses } = await read(server, key_id)
    assert.deepEqual([primary_version, uses], [2, 0])
    const { body: status } = await server.kms('get-key-rotation-status', { key_id })
    assert.equal(status.key_rotation_enabled, false)
    assert.equal(status.number_of_rotations, 1)
    await encrypt(server, key_id, 100)
    await turn(key_id)
    assert.deepEqual(await causes(server, key_id), ['usage', 'usage'])
  })

  test('bytes count too, those of data keys and of what is re-encrypted among them', async () => {
    const [key_id, other] = [await server.createKey(), await server.createKey()]
    await put(server, key_id, { max_bytes: 65_536 })
    await encrypt(server, key_id, 15, 'y'.repeat(4096))
    await server.kms('create-datakey', { key_id })
    const made = await server.kms('encrypt-data', { key_id: other, plain_text: 'z'.repeat(4000) })
    const { cipher_text } = made.body
    await server.kms('re-encrypt', { cipher_text, destination_key_id: key_id })
    await turn(key_id)
    assert.equal((await read(server, key_id)).bytes, 15 * 4096 + 32 + 4000)
    await encrypt(server, key_id, 1, 'x'.repeat(64))
    await turn(key_id)
    assert.deepEqual(await causes(server, key_id), ['usage'])
    const { versions } = await read(server, key_id, 'versions')
    assert.deepEqual(
      versions.map(({ protect_bytes }: Json) => protect_bytes),
      [0, 65_536],
    )
  })

  test('what is decrypted is no use of that kind, and a key without limits stays', async () => {
    const [key_id, free] = [await server.createKey(), await server.createKey()]
    await put(server, key_id, { max_uses: 100 })
    await put(server, free, { max_uses: 100 })
    assert.deepEqual((await put(server, free, {})).body, {})
    const made = await server.kms('encrypt-data', { key_id, plain_text: 'x' })
    const { cipher_text } = made.body
    for (let n = 0; n < 120; n++) await server.kms('decrypt-data', { cipher_text })
    await encrypt(server, free, 120)
    await turn(key_id)
    await turn(free)
    assert.deepEqual(await causes(server, key_id), [])
    assert.deepEqual(await causes(server, free), [])
  })

  test('a limit below what was used rotates the key at once; one that waits, when it is enabled', async () => {
    const key_id = await server.createKey()
    await encrypt(server, key_id, 120)
    await put(server, key_id, { max_uses: 110 })
    await server.kms('disable-key', { key_id })
    await turn(key_id)
    assert.deepEqual(await causes(server, key_id), [])
    await server.kms('enable-key', { key_id })
    await turn(key_id)
    assert.deepEqual(await causes(server, key_id), ['usage'])
  })

  test('a rotation of another cause begins the count anew', async () => {
    const key_id = await server.createKey()
    await put(server, key_id, { max_uses: 100 })
    await encrypt(server, key_id, 100)
    await read(server, key_id)
    await server.kms('rotate-on-demand', { key_id })
    await turn(key_id)
    assert.deepEqual(await causes(server, key_id), ['demand'])
  })

  test('keys that do not rotate here have no limits, and limits have bounds', async () => {
    const refused = async (keyId: string, limits: unknown, code: string) => {
      const { status, body } = await put(server, keyId, limits)
      assert.deepEqual([status, body.error_code], [400, code])
    }
    const key_id = await server.createKey()
    for (const limits of [{ max_uses: 99 }, { max_bytes: 65_535 }, { max_uses: 100.5 }]) {
      await refused(key_id, limits, 'KMS.0308')
    }
    await refused(await server.createKey({ key_spec: 'EC_P256' }), { max_uses: 100 }, 'KMS.0324')
    await server.kms('disable-key', { key_id })
    await refused(key_id, { max_uses: 100 }, 'KMS.0209')
    const unknown = await put(server, '11111111-2222-4333-8444-555555555555', { max_uses: 100 })
    assert.equal(unknown.status, 404)
  })
})

test('on the clock of the system a rotation by use comes within its bound', async () => {
  const server = await startTestServer()
  try {
    const key_id = await server.createKey()
    await put(server, key_id, { max_uses: 100 })
    await encrypt(server, key_id, 100)
    const reachedAt = Date.now()
    while ((await causes(server, key_id)).length === 0) {
      assert.ok(Date.now() - reachedAt < MAX_BEHIND_MS, 'it has not rotated')
      await sleep(100)
    }
  } finally {
    await server.stop()
  }
})

const binaries = embeddedPostgres()

test('two nodes on one store count together, and rotate once', {
  skip: binaries === undefined && NO_POSTGRES,
}, async () => {
  if (binaries === undefined) return
  const postgres = await startPostgres(binaries)
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-limits-'))
  const nodes: TestServer[] = []
  try {
    const passwordFile = join(folder, 'password')
    await writeFile(passwordFile, `${postgres.password}\n`)
    const rootKey = join(folder, 'root')
    await createRootKeyFile(rootKey)
    const url = new URL(await postgres.newDatabase())
    url.password = ''
    const file = 'bootstrap-credentials.json'
    let first: string | undefined
    for (let n = 0; n < 2; n++) {
      const directory = await mkdtemp(join(folder, 'node-'))
      if (first !== undefined) await copyFile(join(first, file), join(directory, file))
      first ??= directory
      const flags = [
        ...['--store', url.href, '--store-password-file', passwordFile, '--root-key', rootKey],
        ...['--staleness-ms', '100', '--node-name', basename(directory)],
      ]
      nodes.push(await startTestServer({ directory, flags }))
    }
    const [one, other] = nodes
    assert.ok(one !== undefined && other !== undefined)
    const keys = await Promise.all(Array.from({ length: 5 }, () => one.createKey()))
    for (const key of keys) assert.equal((await put(other, key, { max_uses: 100 })).status, 200)
    for (const key of keys) {
      await Promise.all([encrypt(one, key, 60), encrypt(other, key, 60)])
    }
    const isDone = async () => {
      const all = await Promise.all(keys.map((key) => causes(one, key)))
      return all.every((found) => found.length > 0)
    }
    const until = Date.now() + MAX_BEHIND_MS
    while (!(await isDone())) {
      assert.ok(Date.now() < until, 'not all have rotated')
      await sleep(200)
    }
    await sleep(2500)
    for (const key of keys) assert.deepEqual(await causes(other, key), ['usage'])
  } finally {
    for (const node of nodes) await node.stop()
    await postgres.stop()
    await rm(folder, { recursive: true })
  }
})
