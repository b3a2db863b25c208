import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { DAY_MS } from '../src/core/time.ts'
import { runKeyturn } from './cli/run-keyturn.ts'
import { type Json, type Reply, startTestServer, type TestServer } from './server.ts'

const NOTE = 'all rows of orders, by the job of 3 May'

describe('old versions of keys', () => {
  let server: TestServer
  before(async () => {
    server = await startTestServer({ flags: ['--clock', 'virtual:2026-01-01T00:00:00Z'] })
  })
  after(() => server.stop())

  const pathOf = (keyId: string) =>
    `/keyturn/v1/${server.credentials.project_id}/keys/${keyId}/versions`
  const versions = async (keyId: string, query = ''): Promise<Json[]> => {
    const { status, body, text } = await server.send('GET', `${pathOf(keyId)}${query}`)
    assert.equal(status, 200, text)
    return body.versions
  }
  const ask = (keyId: string, version: number | string, deed: string, body: unknown = {}) =>
    server.send('POST', `${pathOf(keyId)}/${version}/${deed}`, { body: JSON.stringify(body) })
  const retire = (keyId: string, version: number | string, more: object = {}) =>
    ask(keyId, version, 'retire', { re_encrypted: NOTE, ...more })
  const codeOf = ({ status, body }: Reply) => [status, body?.error_code]
  const advance = (days: number) => server.running.advanceClock?.(days * DAY_MS)

  /** A key with an old version, and what that protected. */
  async function rotated() {
    const key_id = await server.createKey()
    const made = await server.kms('encrypt-data', { key_id, plain_text: 'x' })
    const dataKey = await server.kms('create-datakey', { key_id })
    await server.kms('rotate-on-demand', { key_id })
    const { cipher_text } = made.body
    const wrapped = { key_id, cipher_text: dataKey.body.cipher_text, datakey_cipher_length: 32 }
    return { key_id, cipher_text, wrapped }
  }

  test('one that was not used for so long is retired, and restored; nothing is lost', async () => {
    const { key_id, cipher_text, wrapped } = await rotated()
    assert.deepEqual(codeOf(await retire(key_id, 1)), [400, 'KMS.0308'])
    const [, old] = await versions(key_id)
    const usedAt = Number(old.last_used_time)
    assert.equal(Number(old.retirable_time), usedAt + 90 * DAY_MS)
    const [, sooner] = await versions(key_id, '?unused_days=30')
    assert.equal(Number(sooner.retirable_time), usedAt + 30 * DAY_MS)
    await advance(31)
    assert.deepEqual(codeOf(await retire(key_id, 1)), [400, 'KMS.0308'])
    const reply = await retire(key_id, 1, { unused_days: 30 })
    assert.equal(reply.status, 200, reply.text)
    assert.equal(reply.body.version, 1)

    const refused = await server.kms('decrypt-data', { cipher_text })
    assert.deepEqual(codeOf(refused), [400, 'KMS.0209'])
    assert.match(refused.body.error_msg, /Version 1 /)
    assert.deepEqual(codeOf(await server.kms('decrypt-datakey', wrapped)), [400, 'KMS.0209'])
    const again = { cipher_text, destination_key_id: key_id }
    assert.deepEqual(codeOf(await server.kms('re-encrypt', again)), [400, 'KMS.0209'])
    const fresh = await server.kms('encrypt-data', { key_id, plain_text: 'y' })
    const { status } = await server.kms('decrypt-data', { cipher_text: fresh.body.cipher_text })
    assert.equal(status, 200)
    const [, retired] = await versions(key_id)
    assert.equal(retired.state, 'retired')
    assert.equal(retired.retired_by, server.credentials.user_name)
    assert.equal(retired.retirement_note, NOTE)
    assert.ok(Number(retired.retired_time) > 0 && !('retirable_time' in retired))
    assert.deepEqual(codeOf(await retire(key_id, 1, { unused_days: 30 })), [400, 'KMS.0308'])

    assert.equal((await ask(key_id, 1, 'restore')).status, 200)
    const opened = await server.kms('decrypt-data', { cipher_text })
    assert.equal(opened.body.plain_text, 'x')
    assert.equal((await server.kms('decrypt-datakey', wrapped)).status, 200)
    assert.deepEqual(codeOf(await ask(key_id, 1, 'restore')), [400, 'KMS.1201'])
    assert.equal((await versions(key_id))[1].state, 'former')
  })

  test('a warm version is refused with the next request, also while it is used', async () => {
    const { key_id, cipher_text } = await rotated()
    await advance(2)
    assert.equal((await retire(key_id, 1, { unused_days: 1 })).status, 200)
    await ask(key_id, 1, 'restore')
    await server.kms('decrypt-data', { cipher_text })
    assert.deepEqual(codeOf(await retire(key_id, 1, { unused_days: 1 })), [400, 'KMS.0308'])
    await advance(2)
    assert.equal((await retire(key_id, 1, { unused_days: 1 })).status, 200)
    assert.deepEqual(codeOf(await server.kms('decrypt-data', { cipher_text })), [400, 'KMS.0209'])
  })

  test('the primary, one that is not there, and keys of others are not retired', async () => {
    const { key_id } = await rotated()
    await advance(100)
    assert.deepEqual(codeOf(await retire(key_id, 2)), [400, 'KMS.0308'])
    assert.deepEqual(codeOf(await retire(key_id, 9)), [400, 'KMS.0308'])
    const unknown = '11111111-2222-4333-8444-555555555555'
    assert.deepEqual(codeOf(await retire(unknown, 1)), [404, 'KMS.0207'])
    for (const bad of [{ re_encrypted: 'x' }, { unused_days: 0 }, { re_encrypted: undefined }]) {
      assert.equal((await retire(key_id, 1, bad)).status, 400)
    }
    await server.kms('disable-key', { key_id })
    assert.deepEqual(codeOf(await retire(key_id, 1)), [400, 'KMS.0209'])
  })

  test('the audit log tells who retired which version', async () => {
    const { key_id } = await rotated()
    await advance(100)
    await retire(key_id, 1)
    await ask(key_id, 1, 'restore')
    const path = `/keyturn/v1/${server.credentials.project_id}/audit-records?key_id=${key_id}`
    const { body } = await server.send('GET', path)
    const of = (operation: string) => body.records.find((one: Json) => one.operation === operation)
    for (const operation of ['RetireKeyVersion', 'RestoreKeyVersion']) {
      assert.equal(of(operation)?.key_version, 1)
      assert.equal(of(operation)?.status, 200)
    }
  })

  test('the command line says of all keys which old versions are still needed', async () => {
    const before = await rotated()
    await advance(100)
    const after = await rotated()
    const never = await server.createKey()
    await retire(before.key_id, 1)
    await server.kms('rotate-on-demand', { key_id: before.key_id })
    await server.kms('rotate-on-demand', { key_id: after.key_id })
    const environment = {
      KEYTURN_ENDPOINT: server.url,
      OS_TOKEN: server.token,
      OS_PROJECT_ID: server.credentials.project_id,
    }
    const report = async (...flags: readonly string[]) => {
      const { code, out, err } = await runKeyturn(['key', 'old-versions', ...flags], environment)
      assert.equal(code, 0, err)
      const { versions: all } = JSON.parse(out)
      const of = (keyId: string) =>
        all
          .filter((one: Json) => one.key_id === keyId)
          .map((one: Json) => [one.version, one.standing])
      return [of(before.key_id), of(after.key_id), of(never)]
    }
    const [first, second, none] = await report()
    assert.deepEqual(first, [
      [2, 'retirable'],
      [1, 'retired'],
    ])
    assert.deepEqual(second, [
      [2, 'in-use'],
      [1, 'in-use'],
    ])
    assert.deepEqual(none, [])
    await advance(31)
    const [, later] = await report('--unused-days', '30')
    assert.deepEqual(later, [
      [2, 'retirable'],
      [1, 'retirable'],
    ])
    const wrong = await runKeyturn(['key', 'old-versions', '--unused-days', '0'], environment)
    assert.equal(wrong.code, 1)
  })
})
