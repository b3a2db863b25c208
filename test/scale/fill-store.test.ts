import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { ProjectId, TenantId } from '../../src/core/ids.ts'
import { DAY_MS, type EpochMs } from '../../src/core/time.ts'
import { SecretBytes } from '../../src/crypto/secret-bytes.ts'
import { fileSeal } from '../../src/seals/file-seal.ts'
import { type Json, startTestServer, type TestServer } from '../server.ts'
import { type Filled, fillSqlite } from './fill-store.ts'

const KEYS = 1000
const VERSIONS = 700
const DUE_AT = (Date.now() + 10 * DAY_MS) as EpochMs

describe('a store filled in bulk', () => {
  let directory: string
  let server: TestServer
  let filled: Filled
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'keyturn-filled-'))
    const first = await startTestServer({ directory })
    const { project_id, domain_id } = first.credentials
    await first.stop()
    filled = await fillSqlite(join(directory, 'keyturn.sqlite'), {
      projectId: project_id as ProjectId,
      tenantId: domain_id as TenantId,
      root: await fileSeal({ path: join(directory, 'root.key') }).open(),
      keys: KEYS,
      taggedShare: 0.3,
      dueAt: DUE_AT,
      versions: VERSIONS,
    })
    server = await startTestServer({ directory, flags: ['--clock', 'virtual'] })
  })
  after(async () => {
    await server.stop()
    await rm(directory, { recursive: true })
  })

  const find = async (body: Json) => {
    const path = `/v1.0/${server.credentials.project_id}/kms/resource_instances/action`
    const reply = await server.send('POST', path, { body: JSON.stringify(body) })
    return reply.body
  }

  test('is served: its keys encrypt and decrypt, and are counted and listed', async () => {
    for (const key_id of [filled.keyId(0), filled.keyId(KEYS - 1), filled.versioned]) {
      const { body } = await server.kms('encrypt-data', { key_id, plain_text: 'x' })
      const opened = await server.kms('decrypt-data', { cipher_text: body.cipher_text })
      assert.equal(opened.body.plain_text, 'x', opened.text)
    }
    const { body } = await server.kms('list-keys', { limit: 10, marker: 500 })
    assert.equal(body.total, KEYS + 1)
    assert.deepEqual(
      body.keys,
      Array.from({ length: 10 }, (_, n) => filled.keyId(500 + n)),
    )
    await server.createKey()
    const { body: next } = await server.kms('list-keys', { limit: 10, marker: KEYS })
    assert.equal(next.keys.length, 2, 'numbers go on after those that were filled in')
  })

  test('has tags that are found, in pages, and counted', async () => {
    const { total_count } = await find({ action: 'count', tags: [{ key: 'team' }] })
    assert.equal(total_count, KEYS * 0.3)
    const tags = [
      { key: 'team', values: ['team-1', 'team-2'] },
      { key: 'stage', values: ['test'] },
    ]
    const seen: string[] = []
    for (let offset = 0; ; offset += 7) {
      const { resources } = await find({ action: 'filter', tags, limit: 7, offset })
      seen.push(...resources.map((resource: Json) => resource.resource_id))
      for (const { tags: own } of resources) assert.match(own[1].value, /^team-[12]$/)
      if (resources.length === 0) break
    }
    assert.equal(new Set(seen).size, seen.length)
    assert.equal(seen.length, (await find({ action: 'count', tags })).total_count)
    assert.equal(seen.length, 20)
  })

  test('has a key with many versions, and rotations that fall due at their time', async () => {
    const key_id = filled.versioned
    const { body } = await server.kms('get-key-rotation-status', { key_id })
    assert.equal(body.number_of_rotations, VERSIONS - 1)
    await server.running.advanceClock?.(11 * DAY_MS)
    const { body: later } = await server.kms('get-key-rotation-status', { key_id: filled.keyId(7) })
    assert.equal(later.number_of_rotations, 1)
    assert.equal(
      await server.running.storage.keys.dueForRotation('store', DUE_AT, 1).then((d) => d.length),
      0,
    )
  })
})

test('a million keys take less than three minutes', {
  skip: process.env['KEYTURN_SCALE'] !== '1',
}, async () => {
  const directory = await mkdtemp(join(tmpdir(), 'keyturn-million-'))
  try {
    const { rootKeyFrom } = await import('../../src/crypto/root-key.ts')
    const { tookMs } = await fillSqlite(join(directory, 'k.sqlite'), {
      projectId: 'p'.repeat(32) as ProjectId,
      tenantId: 't' as TenantId,
      root: rootKeyFrom(SecretBytes.random(32)),
      keys: 1_000_000,
      taggedShare: 0.1,
    })
    assert.ok(tookMs < 180_000, `${tookMs} ms`)
  } finally {
    await rm(directory, { recursive: true })
  }
})
