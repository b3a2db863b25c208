import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startTestServer, type TestServer } from './server.ts'

const UNKNOWN = '0d0466b0-e727-4d9c-b35d-f84bb474a37f'

describe('the life of a key', () => {
  let server: TestServer
  before(async () => {
    server = await startTestServer({ flags: ['--key-quota', '60', '--region', 'eu-de'] })
  })
  after(() => server.stop())

  const refused = async (name: string, body: unknown, code: string, status = 400) => {
    const reply = await server.kms(name, body)
    assert.equal(reply.body?.error_code, code, `${name} ${JSON.stringify(body)}: ${reply.text}`)
    assert.equal(reply.status, status)
  }
  const describeKey = async (keyId: string) =>
    (await server.kms('describe-key', { key_id: keyId })).body.key_info

  test('a new key, as clients look for it', async () => {
    const created = await server.kms('create-key', {
      key_alias: 'app/db-1',
      key_description: '数据库 key – “α”',
    })
    assert.deepEqual(Object.keys(created.body.key_info).sort(), [
      'domain_id',
      'key_id',
      'region_id',
    ])
    const { key_id } = created.body.key_info
    const { creation_date, ...info } = await describeKey(key_id)
    assert.match(creation_date, /^\d{13}$/)
    assert.deepEqual(info, {
      key_id,
      domain_id: server.credentials.domain_id,
      key_alias: 'app/db-1',
      realm: 'eu-de',
      key_spec: 'AES_256',
      key_usage: 'ENCRYPT_DECRYPT',
      key_description: '数据库 key – “α”',
      scheduled_deletion_date: '',
      key_state: '2',
      default_key_flag: '0',
      key_type: '1',
      expiration_time: '',
      origin: 'kms',
      key_rotation_enabled: 'false',
      sys_enterprise_project_id: '0',
      keystore_id: '0',
      keystore_type: 'DEFAULT',
      multi_region_key_type: 'SINGLE',
      pending_days: '',
    })
  })

  test('an alias may look like a key id; a description may be missing or null', async () => {
    const key = await server.createKey({ key_alias: UNKNOWN, key_description: null })
    assert.equal((await describeKey(key)).key_description, '')
    await refused('describe-key', { key_id: UNKNOWN }, 'KMS.0207', 404)
  })

  test('what create-key refuses', async () => {
    await server.createKey({ key_alias: 'taken' })
    await refused('create-key', {}, 'KMS.0204')
    await refused('create-key', { key_alias: 'taken' }, 'KMS.1104')
    for (const key_alias of ['', 'x y', 'é', 'x'.repeat(256), 'evs/default', 7]) {
      await refused('create-key', { key_alias }, 'KMS.1101')
    }
    const base = { key_alias: 'refused' }
    for (const key_description of ['x'.repeat(256), 'a\u0000b', '\ud800', 7]) {
      await refused('create-key', { ...base, key_description }, 'KMS.1103')
    }
    await refused('create-key', { ...base, key_spec: 'DES' }, 'KMS.0308')
    await refused('create-key', { ...base, key_usage: 'SIGN_VERIFY' }, 'KMS.0308')
    await refused('create-key', { ...base, origin: 'elsewhere' }, 'KMS.0308')
    await refused('create-key', { ...base, keystore_id: 'x' }, 'KMS.8003')
    await server.createKey({ ...base, key_description: '𝕏'.repeat(255) })
  })

  test('enable and disable, each only from the other state', async () => {
    const key_id = await server.createKey()
    const body = { key_id }
    await refused('enable-key', body, 'KMS.1201')
    const disabled = await server.kms('disable-key', body)
    assert.deepEqual(disabled.body, { key_info: { key_id, key_state: '3' } })
    await refused('disable-key', body, 'KMS.1301')
    await refused('encrypt-data', { key_id, plain_text: 'x' }, 'KMS.0209')
    await refused('create-datakey', { key_id, datakey_length: '256' }, 'KMS.0209')
    assert.equal((await server.kms('enable-key', body)).body.key_info.key_state, '2')
    assert.equal((await server.kms('encrypt-data', { key_id, plain_text: 'x' })).status, 200)
  })

  test('a key that is disabled is disabled for the very next request', async () => {
    const key_id = await server.createKey()
    const encrypt = () => server.kms('encrypt-data', { key_id, plain_text: 'x' })
    for (let round = 0; round < 20; round++) {
      assert.equal((await encrypt()).status, 200)
      await server.kms('disable-key', { key_id })
      assert.equal((await encrypt()).body.error_code, 'KMS.0209')
      await server.kms('enable-key', { key_id })
    }
  })

  test('deletion waits 7 to 1096 days and can be cancelled', async () => {
    const key_id = await server.createKey()
    for (const pending_days of ['6', '1097', 6, '0', '', 'x', -7, 7.5]) {
      await refused('schedule-key-deletion', { key_id, pending_days }, 'KMS.1401')
    }
    await refused('schedule-key-deletion', { key_id }, 'KMS.0204')
    await refused('cancel-key-deletion', { key_id }, 'KMS.1501')
    const before = Date.now()
    const scheduled = await server.kms('schedule-key-deletion', { key_id, pending_days: 7 })
    assert.deepEqual(scheduled.body, { key_id, key_state: '4' })
    const { scheduled_deletion_date } = await describeKey(key_id)
    assert.ok(Number(scheduled_deletion_date) >= before + 7 * 86_400_000)
    await refused('schedule-key-deletion', { key_id, pending_days: '7' }, 'KMS.1402')
    for (const name of ['enable-key', 'disable-key']) await refused(name, { key_id }, 'KMS.0210')
    await refused('encrypt-data', { key_id, plain_text: 'x' }, 'KMS.0210')
    await refused('update-key-alias', { key_id, key_alias: 'new' }, 'KMS.0210')
    const cancelled = await server.kms('cancel-key-deletion', { key_id })
    assert.deepEqual(cancelled.body, { key_id, key_state: '3' })
    assert.equal((await describeKey(key_id)).scheduled_deletion_date, '')
  })

  test('a key that waits for import goes back to waiting', async () => {
    const key_id = await server.createKey({ origin: 'external' })
    assert.equal((await describeKey(key_id)).key_state, '5')
    await refused('encrypt-data', { key_id, plain_text: 'x' }, 'KMS.0308')
    await refused('enable-key', { key_id }, 'KMS.0308')
    await server.kms('schedule-key-deletion', { key_id, pending_days: '7' })
    assert.equal((await server.kms('cancel-key-deletion', { key_id })).body.key_state, '5')
  })

  test('another alias, another description', async () => {
    const key_id = await server.createKey({ key_alias: 'old-name' })
    const other = await server.createKey({ key_alias: 'other-name' })
    await refused('update-key-alias', { key_id, key_alias: 'other-name' }, 'KMS.1104')
    await refused('update-key-alias', { key_id, key_alias: 'x/default' }, 'KMS.1101')
    const renamed = await server.kms('update-key-alias', { key_id, key_alias: 'new-name' })
    assert.deepEqual(renamed.body, { key_info: { key_id, key_alias: 'new-name' } })
    const again = await server.kms('update-key-alias', { key_id: other, key_alias: 'old-name' })
    assert.equal(again.status, 200, 'the old alias is free again')
    const body = { key_id, key_description: '新的' }
    const described = await server.kms('update-key-description', body)
    assert.deepEqual(described.body, { key_info: { key_id, key_description: '新的' } })
    await refused('update-key-description', { key_id }, 'KMS.0204')
  })

  test('rotation: each refusal', async () => {
    const key_id = await server.createKey()
    await refused('disable-key-rotation', { key_id }, 'KMS.0313')
    await refused('update-key-rotation-interval', { key_id, rotation_interval: 30 }, 'KMS.0313')
    await server.kms('enable-key-rotation', { key_id })
    await refused('enable-key-rotation', { key_id }, 'KMS.2901')
    for (const rotation_interval of [29, 366, 30.5, '30', 0, -1, true]) {
      await refused('update-key-rotation-interval', { key_id, rotation_interval }, 'KMS.3001')
    }
    await refused('update-key-rotation-interval', { key_id }, 'KMS.0204')
    await refused('rotate-on-demand', { key_id: UNKNOWN }, 'KMS.0207', 404)
  })

  test('the quota', async () => {
    const { body: before } = await server.kms('user-instances', undefined, { method: 'GET' })
    for (let keys = before.instance_num; keys < 60; keys++) await server.createKey()
    await refused('create-key', { key_alias: 'one-too-many' }, 'KMS.1105')
    const { body } = await server.kms('user-instances', undefined, { method: 'GET' })
    assert.deepEqual(body, { instance_num: 60 })
    const quotas = await server.kms('user-quotas', undefined, { method: 'GET' })
    assert.deepEqual(quotas.body.quotas.resources, [
      { type: 'CMK', used: 60, quota: 60 },
      { type: 'grant_per_CMK', used: 0, quota: 100 },
    ])
  })
})

describe('lists of keys', () => {
  let server: TestServer
  const made: string[] = []
  before(async () => {
    server = await startTestServer()
    for (let index = 0; index < 25; index++) {
      made.push(await server.createKey({ key_spec: index % 5 === 0 ? 'SM4' : 'AES_256' }))
    }
    await server.kms('disable-key', { key_id: made[1] })
  })
  after(() => server.stop())

  async function all(filter: Readonly<Record<string, unknown>>): Promise<string[]> {
    const found: string[] = []
    let marker = ''
    do {
      const { body } = await server.kms('list-keys', { ...filter, limit: '4', marker })
      assert.equal(body.keys.length, body.key_details.length)
      assert.equal(body.truncated, String(body.next_marker !== ''))
      assert.match(body.next_marker, /^\d*$/)
      found.push(...body.keys)
      marker = body.next_marker
    } while (marker !== '')
    return found
  }

  test('AES_256 only, unless another spec or all are asked for', async () => {
    assert.equal((await all({})).length, 20)
    assert.equal((await all({ key_spec: 'SM4' })).length, 5)
    assert.deepEqual(await all({ key_spec: 'ALL' }), made)
  })

  test('by state, as text or number', async () => {
    assert.deepEqual(await all({ key_state: '3' }), [made[1]])
    assert.deepEqual(await all({ key_state: 3 }), [made[1]])
    assert.equal((await all({ key_state: '2', key_spec: 'ALL' })).length, 24)
    assert.deepEqual(await all({ key_state: '1' }), [])
  })

  test('total counts all that match, on every page', async () => {
    const { body } = await server.kms('list-keys', { limit: 3, key_spec: 'ALL' })
    assert.equal(body.total, 25)
    const { body: second } = await server.kms('list-keys', { limit: 3, marker: body.next_marker })
    assert.equal(second.total, 20)
  })

  test('keys that come and go while somebody pages are no trouble', async () => {
    const { body: first } = await server.kms('list-keys', { limit: 10, key_spec: 'ALL' })
    const added = await server.createKey()
    const { body: rest } = await server.kms('list-keys', {
      limit: 1000,
      key_spec: 'ALL',
      marker: first.next_marker,
    })
    assert.deepEqual([...first.keys, ...rest.keys], [...made, added])
    made.push(added)
  })

  test('limits and markers out of range', async () => {
    for (const limit of [0, '0', 10_000, 'x', -1, 1.5]) {
      assert.equal((await server.kms('list-keys', { limit })).body.error_code, 'KMS.1601')
    }
    for (const marker of ['x', -1, 1.5, '9'.repeat(16)]) {
      assert.equal((await server.kms('list-keys', { marker })).body.error_code, 'KMS.1602')
    }
    const past = await server.kms('list-keys', { marker: '999999' })
    assert.deepEqual(past.body.keys, [])
    assert.equal(past.body.next_marker, '')
    assert.equal((await server.kms('list-keys', { limit: 2000, offset: 0 })).status, 200)
  })
})
