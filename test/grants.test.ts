import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Cast, makeCast } from './matrix/principals.ts'
import { type Json, type Reply, startTestServer, type TestServer } from './server.ts'

describe('grants', () => {
  let server: TestServer
  let cast: Cast
  before(async () => {
    server = await startTestServer({ flags: ['--grant-quota', '5'] })
    cast = await makeCast(server)
  })
  after(() => server.stop())

  const asGrantee = (name: string, body: unknown): Promise<Reply> =>
    server.kms(name, body, { token: cast.tokens.grantee })

  async function grant(keyId: string, operations: readonly string[], more = {}): Promise<string> {
    const reply = await server.kms('create-grant', {
      key_id: keyId,
      grantee_principal: cast.granteeId,
      operations,
      ...more,
    })
    assert.equal(reply.status, 200, reply.text)
    return reply.body.grant_id
  }

  async function codeOf(reply: Promise<Reply>): Promise<string> {
    const { status, body } = await reply
    return status < 400 ? String(status) : body.error.error_code
  }

  test('let a stranger do what they name and nothing else, until they are taken back', async () => {
    const keyId = await server.createKey()
    const encrypt = { key_id: keyId, plain_text: 'x' }
    assert.equal(await codeOf(asGrantee('encrypt-data', encrypt)), 'KMS.0321')
    const id = await grant(keyId, ['encrypt-data'])
    const { body } = await asGrantee('encrypt-data', encrypt)
    assert.equal(await codeOf(asGrantee('decrypt-data', body)), 'KMS.0321')
    assert.equal(await codeOf(asGrantee('describe-key', { key_id: keyId })), 'KMS.0321')
    const revoked = await server.kms('revoke-grant', { key_id: keyId, grant_id: id })
    assert.equal(revoked.text, '{}')
    assert.equal(await codeOf(asGrantee('encrypt-data', encrypt)), 'KMS.0321')
    assert.equal((await server.kms('decrypt-data', body)).body.plain_text, 'x')
  })

  test('hold for a whole domain', async () => {
    const keyId = await server.createKey()
    const domain = (await me(cast.tokens['other domain'] ?? '')).domain
    await server.kms('create-grant', {
      key_id: keyId,
      grantee_principal: domain,
      grantee_principal_type: 'domain',
      operations: ['describe-key'],
    })
    const asked = { key_id: keyId }
    for (const principal of ['other domain', 'grantee'] as const) {
      const reply = await server.kms('describe-key', asked, { token: cast.tokens[principal] })
      assert.equal(reply.status, 200, principal)
    }
    const reply = await server.kms('describe-key', asked, { token: cast.tokens['other project'] })
    assert.equal(reply.status, 403)
  })

  test('work from the project of the grantee as well', async () => {
    const keyId = await server.createKey()
    const own = await me(cast.tokens['other domain'] ?? '')
    const calling = { token: cast.tokens['other domain'] ?? '', project: own.project }
    const encrypt = { key_id: keyId, plain_text: 'x' }
    assert.equal(await codeOf(server.kms('encrypt-data', encrypt, calling)), 'KMS.0207')
    await server.kms('create-grant', {
      key_id: keyId,
      grantee_principal: own.user,
      operations: ['encrypt-data'],
    })
    assert.equal(await codeOf(server.kms('encrypt-data', encrypt, calling)), '200')
    // What is no use of the key stays the owner's.
    assert.equal(await codeOf(server.kms('disable-key', { key_id: keyId }, calling)), 'KMS.0207')
  })

  test('a grantee passes on no more than it has', async () => {
    const keyId = await server.createKey()
    const pass = (operations: readonly string[]) =>
      codeOf(asGrantee('create-grant', { key_id: keyId, grantee_principal: 'other', operations }))
    await grant(keyId, ['encrypt-data'])
    assert.equal(await pass(['encrypt-data']), 'KMS.0321')
    await grant(keyId, ['create-grant', 'describe-key'])
    assert.equal(await pass(['encrypt-data']), '200')
    assert.equal(await pass(['describe-key', 'encrypt-data']), '200')
    assert.notEqual(await pass(['decrypt-data']), '200')
    assert.equal(await pass(['create-grant']), 'KMS.2401')
  })

  test('are given up by the retiring principal, or a grantee with that right', async () => {
    const keyId = await server.createKey()
    const plain = await grant(keyId, ['describe-key'])
    const retire = (id: string) => asGrantee('retire-grant', { key_id: keyId, grant_id: id })
    assert.equal(await codeOf(retire(plain)), 'KMS.2501')
    const withRight = await grant(keyId, ['describe-key', 'retire-grant'])
    assert.equal((await retire(withRight)).text, '{}')
    assert.equal(await codeOf(retire(withRight)), 'KMS.2501')
    const other = await server.createKey()
    const retiring = await grant(keyId, ['describe-key'], { retiring_principal: cast.granteeId })
    const mismatch = asGrantee('retire-grant', { key_id: other, grant_id: retiring })
    assert.equal(await codeOf(mismatch), 'KMS.2502')
    assert.equal((await retire(retiring)).status, 200)
  })

  test('what is refused', async () => {
    const keyId = await server.createKey()
    const base = { key_id: keyId, grantee_principal: 'x', operations: ['encrypt-data'] }
    const refusals: readonly (readonly [Json, string])[] = [
      [{ ...base, operations: [] }, 'KMS.2401'],
      [{ ...base, operations: ['everything'] }, 'KMS.0308'],
      [{ ...base, grantee_principal: 'a b' }, 'KMS.2402'],
      [{ ...base, grantee_principal: '' }, 'KMS.2402'],
      [{ ...base, retiring_principal: 'ü' }, 'KMS.2402'],
      [{ ...base, key_id: '0d0466b0-e727-4d9c-b35d-f84bb474a37f' }, 'KMS.0207'],
      [{ ...base, name: 'a b' }, 'KMS.0308'],
    ]
    for (const [body, code] of refusals) {
      assert.equal(await codeOf(server.kms('create-grant', body)), code, JSON.stringify(body))
    }
    await server.kms('disable-key', { key_id: keyId })
    assert.equal(await codeOf(server.kms('create-grant', base)), 'KMS.0209')
    const unknown = { key_id: keyId, grant_id: 'a'.repeat(64) }
    assert.equal(await codeOf(server.kms('revoke-grant', unknown)), 'KMS.2501')
  })

  test('there are as many as the quota says, on a key and for a grantee', async () => {
    const keyId = await server.createKey()
    const add = (grantee: string, key: string) =>
      codeOf(
        server.kms('create-grant', {
          key_id: key,
          grantee_principal: grantee,
          operations: ['encrypt-data'],
        }),
      )
    const many = await Promise.all(Array.from({ length: 8 }, (_, n) => add(`many${n}`, keyId)))
    assert.equal(many.filter((code) => code === '200').length, 5)
    assert.equal(many.filter((code) => code === 'KMS.2404').length, 3)
    for (let n = 0; n < 5; n++) assert.equal(await add('one', await server.createKey()), '200')
    assert.equal(await add('one', await server.createKey()), 'KMS.2405')
  })

  test('pages come whole while grants come and go', async () => {
    const keyId = await server.createKey()
    const ids: string[] = []
    for (let n = 0; n < 5; n++) {
      const { body } = await server.kms('create-grant', {
        key_id: keyId,
        grantee_principal: `page${n}`,
        operations: ['encrypt-data'],
      })
      ids.push(body.grant_id)
    }
    const first = await server.kms('list-grants', { key_id: keyId, limit: 2 })
    assert.equal(first.body.truncated, 'true')
    await server.kms('revoke-grant', { key_id: keyId, grant_id: ids[0] })
    const seen = first.body.grants.map((g: Json) => g.grant_id)
    let marker = first.body.next_marker
    while (marker !== '') {
      const { body } = await server.kms('list-grants', { key_id: keyId, limit: 2, marker })
      seen.push(...body.grants.map((g: Json) => g.grant_id))
      marker = body.next_marker
    }
    assert.deepEqual(seen, ids)
  })

  /** Who a token is for. */
  async function me(token: string) {
    const { body } = await server.send('GET', '/v3/auth/tokens', {
      token,
      headers: { 'X-Subject-Token': token },
    })
    const { user, project } = body.token
    return { user: user.id, domain: user.domain.id, project: project?.id }
  }
})
