import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type Json, startTestServer, type TestServer } from './server.ts'

async function versionsOf(server: TestServer, keyId: string): Promise<Json> {
  const path = `/keyturn/v1/${server.credentials.project_id}/keys/${keyId}/versions`
  const { status, body, text } = await server.send('GET', path)
  assert.equal(status, 200, text)
  return body
}

const counts = ({ versions }: Json) =>
  versions.map(({ version, protect_count, open_count }: Json) => [
    version,
    protect_count,
    open_count,
  ])

describe('uses of key versions', () => {
  let server: TestServer
  const must = async (operation: string, body: unknown): Promise<Json> => {
    const reply = await server.kms(operation, body)
    assert.equal(reply.status, 200, reply.text)
    return reply.body
  }
  before(async () => {
    server = await startTestServer({ flags: ['--clock', 'virtual:2026-01-01T00:00:00Z'] })
  })
  after(() => server.stop())

  test('how much is still decrypted with old versions can be seen', async () => {
    const key_id = await server.createKey()
    const { cipher_text } = await must('encrypt-data', { key_id, plain_text: 'x' })
    await must('rotate-on-demand', { key_id })
    await must('encrypt-data', { key_id, plain_text: 'y' })
    const dataKey = await must('create-datakey', { key_id })
    await must('decrypt-data', { cipher_text })
    await must('decrypt-data', { cipher_text })
    const datakey_cipher_length = 32
    await must('decrypt-datakey', {
      key_id,
      cipher_text: dataKey.cipher_text,
      datakey_cipher_length,
    })
    const body = await versionsOf(server, key_id)
    assert.deepEqual(counts(body), [
      [2, 2, 1],
      [1, 1, 2],
    ])
    const now = String(Date.parse('2026-01-01T00:00:00Z'))
    assert.equal(body.counted_since, now)
    assert.equal(body.versions[0].last_used_time, now)
  })

  test('to re-encrypt opens with the one key and protects with the other', async () => {
    const [from, to] = [await server.createKey(), await server.createKey()]
    const { cipher_text } = await must('encrypt-data', { key_id: from, plain_text: 'x' })
    await must('re-encrypt', { cipher_text, destination_key_id: to })
    assert.deepEqual(counts(await versionsOf(server, from)), [[1, 1, 1]])
    assert.deepEqual(counts(await versionsOf(server, to)), [[1, 1, 0]])
  })

  test('signatures and MACs count, too', async () => {
    const message = Buffer.from('m').toString('base64')
    const signing = { message, message_type: 'RAW', signing_algorithm: 'ECDSA_SHA_256' }
    const signer = await server.createKey({ key_spec: 'EC_P256' })
    const { signature } = await must('sign', { key_id: signer, ...signing })
    await must('verify', { key_id: signer, ...signing, signature })
    assert.deepEqual(counts(await versionsOf(server, signer)), [[1, 1, 1]])
    const maker = await server.createKey({ key_spec: 'HMAC_256' })
    const mac = { key_id: maker, mac_algorithm: 'HMAC_SHA_256', message }
    const made = await must('generate-mac', mac)
    await must('verify-mac', { ...mac, mac: made.mac })
    assert.deepEqual(counts(await versionsOf(server, maker)), [[1, 1, 1]])
  })

  test('what is refused is no use, nor is looking', async () => {
    const key_id = await server.createKey()
    const { cipher_text } = await must('encrypt-data', { key_id, plain_text: 'x' })
    await must('disable-key', { key_id })
    for (const [operation, body] of [
      ['encrypt-data', { key_id, plain_text: 'x' }],
      ['decrypt-data', { cipher_text }],
    ] as const) {
      assert.equal((await server.kms(operation, body)).status, 400)
    }
    await must('describe-key', { key_id })
    const body = await versionsOf(server, key_id)
    assert.deepEqual(counts(body), [[1, 1, 0]])
    const fresh = await versionsOf(server, await server.createKey())
    assert.ok(!('last_used_time' in fresh.versions[0]))
  })
})

test('every thread counts, and what it counted is there after a stop', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'keyturn-usage-'))
  try {
    const first = await startTestServer({ directory, flags: ['--workers', '3'] })
    const key_id = await first.createKey()
    const calls = Array.from({ length: 60 }, () =>
      first.kms('encrypt-data', { key_id, plain_text: 'x' }, { headers: { Connection: 'close' } }),
    )
    for (const { status, text } of await Promise.all(calls)) assert.equal(status, 200, text)
    await first.stop()
    const second = await startTestServer({ directory })
    assert.deepEqual(counts(await versionsOf(second, key_id)), [[1, 60, 0]])
    await second.stop()
  } finally {
    rmSync(directory, { recursive: true })
  }
})
