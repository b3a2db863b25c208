import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Cast, makeCast } from './matrix/principals.ts'
import { type Json, startTestServer, type TestServer } from './server.ts'

describe('looking into the audit log', () => {
  let server: TestServer
  let path: string
  let cast: Cast
  let keyId: string
  before(async () => {
    server = await startTestServer({ flags: ['--workers', '2'] })
    path = `/keyturn/v1/${server.credentials.project_id}/audit-records`
    cast = await makeCast(server)
    keyId = await server.createKey()
    for (let n = 0; n < 20; n++) {
      await server.kms('encrypt-data', { key_id: keyId, plain_text: 'x' })
    }
    await server.kms(
      'encrypt-data',
      { key_id: keyId, plain_text: 'x' },
      { token: cast.tokens.reader },
    )
    await server.kms('rotate-on-demand', { key_id: keyId })
  })
  after(() => server.stop())

  const list = async (query = '', token = server.token): Promise<Json> => {
    const { status, body, text } = await server.send('GET', `${path}?${query}`, { token })
    assert.equal(status, 200, text)
    return body
  }
  const all = async (query: string): Promise<Json[]> => {
    const found: Json[] = []
    let marker = ''
    do {
      const page = await list(`${query}&marker=${marker}`)
      found.push(...page.records)
      marker = page.next_marker
    } while (marker !== '')
    return found
  }

  test('has what all threads wrote, the newest first, page by page', async () => {
    const records = await all('operation=EncryptData&limit=3')
    assert.equal(records.length, 21)
    const times = records.map(({ time }) => Number(time))
    assert.deepEqual(
      times,
      [...times].sort((one, two) => two - one),
    )
    const [newest] = records
    assert.equal(newest.key_id, keyId)
    assert.equal(newest.status, 403)
    assert.match(newest.error_code, /^KMS\.|^APIGW\./)
    assert.match(newest.request_id, /^[0-9a-f]{32}$/)
    assert.equal(newest.credential, 'token')
    assert.equal((await list()).node, 'local')
  })

  test('filters by user, key, request, outcome and time', async () => {
    const admin = await all(`user=${server.credentials.user_name}&operation=EncryptData`)
    assert.equal(admin.length, 20)
    assert.deepEqual(await all(`user=${server.credentials.user_id}&operation=EncryptData`), admin)
    assert.equal((await all(`key_id=${keyId}&outcome=refused`)).length, 1)
    assert.equal((await all(`request_id=${admin[0].request_id}`)).length, 1)
    const [oldest] = admin.slice(-1)
    const older = await all(`operation=EncryptData&to=${oldest.time}`)
    assert.deepEqual(older, [])
    assert.equal((await all(`operation=EncryptData&from=${oldest.time}`)).length, 21)
    assert.equal((await all('operation=EncryptData&outcome=failed')).length, 0)
  })

  test('the owner of a key sees who uses it by a grant, and what it is re-encrypted from', async () => {
    const [shared, own] = [await server.createKey(), await server.createKey()]
    const grant = { grantee_principal: cast.granteeId, operations: ['encrypt-data'] }
    await server.kms('create-grant', { key_id: shared, ...grant })
    const { grantee: token } = cast.tokens
    const used = await server.kms('encrypt-data', { key_id: shared, plain_text: 'x' }, { token })
    assert.equal(used.status, 200)
    const refused = await server.kms('encrypt-data', { key_id: own, plain_text: 'x' }, { token })
    assert.equal(refused.status, 403)
    await server.kms('disable-key', { key_id: shared })
    const late = await server.kms('encrypt-data', { key_id: shared, plain_text: 'x' }, { token })
    assert.equal(late.body.error.error_code, 'KMS.0209')

    const [second, first] = await all(`key_id=${shared}&user=${cast.granteeId}`)
    assert.deepEqual([second.error_code, first.status], ['KMS.0209', 200])
    const { user_project_id, user_domain_id, time, chain, number, ...rest } = first
    assert.match(user_project_id, /^[0-9a-f]{32}$/)
    assert.match(user_domain_id, /^[0-9a-f]{32}$/)
    assert.notEqual(user_project_id, server.credentials.project_id)
    assert.deepEqual(rest, {
      request_id: used.headers.get('x-request-id'),
      operation: 'EncryptData',
      user_id: cast.granteeId,
      key_id: shared,
      key_version: 1,
      status: 200,
    })
    assert.deepEqual(await all('user=grantee'), [])
    assert.deepEqual(await all(`key_id=${own}&outcome=refused`), [])

    await server.kms('enable-key', { key_id: shared })
    const { cipher_text } = used.body
    await server.kms('re-encrypt', { cipher_text, destination_key_id: own })
    const [moved] = await all(`key_id=${shared}&operation=ReEncrypt`)
    assert.deepEqual(
      [moved.key_id, moved.opened_key_id, moved.opened_key_version],
      [own, shared, 1],
    )
  })

  test('work that no request asked for is there', async () => {
    const [record] = await all('operation=KeyRotated')
    assert.equal(record.status, 0)
    assert.equal(record.key_version, 2)
    assert.equal(record.detail.cause, 'demand')
    assert.ok(!('user_id' in record))
  })

  test('only the records of the own project', async () => {
    assert.ok((await all('limit=200')).length > 25)
    const [second] = await server.running.storage.identity.findProjectsByName('second')
    const other = `/keyturn/v1/${second?.id}/audit-records`
    const token = cast.tokens['other project']
    const first = await server.send('GET', other, { token })
    assert.deepEqual(first.body.records, [])
    const again = await server.send('GET', other, { token })
    assert.deepEqual(
      again.body.records.map(({ operation }: Json) => operation),
      ['ListAuditRecords'],
    )
  })

  test('an administrator may look, and nobody else', async () => {
    for (const [name, token] of Object.entries(cast.tokens)) {
      const { status } = await server.send('GET', path, { token })
      if (name === 'owner') assert.equal(status, 200)
      else assert.ok(status === 401 || status === 403, `${name}: ${status}`)
    }
  })

  test('a forged marker is refused', async () => {
    for (const marker of [
      'x',
      '0.1',
      '0.1.-5',
      '0.1.5-',
      '0.1.5.6',
      '0.1.5-X.1.1',
      'A.1.1',
      '..',
    ]) {
      const { status } = await server.send('GET', `${path}?marker=${marker}`)
      assert.equal(status, 400, marker)
    }
    assert.equal((await server.send('GET', `${path}?key_id=x`)).status, 400)
  })
})
