import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Client, createClient, KeyturnError, pages } from '../../src/client/index.ts'
import { startTestServer, type TestServer } from '../server.ts'

describe('the client', () => {
  let server: TestServer
  let client: Client
  before(async () => {
    server = await startTestServer()
    client = createClient({
      endpoint: `${server.url}/`,
      credentials: {
        kind: 'password',
        userName: server.credentials.user_name,
        password: server.credentials.password,
        domainName: server.credentials.domain_name,
      },
    })
  })
  after(() => server.stop())

  test('signs in by itself, makes a key, encrypts and decrypts', async () => {
    const { key_info } = await client.createKey({ key_alias: 'client-1' })
    const { cipher_text } = await client.encryptData({
      key_id: key_info.key_id,
      plain_text: 'grüezi 你好',
    })
    const { plain_text } = await client.decryptData({ cipher_text })
    assert.equal(plain_text, 'grüezi 你好')
  })

  test('methods with members in path, query, headers and body', async () => {
    const key_id = await server.createKey({ key_alias: 'places' })
    const value = 'a&b +?#%你'
    await client.createKmsTag({ key_id, tag: { key: 'team blue', value } })
    assert.deepEqual((await client.showKmsTags({ key_id })).tags, [{ key: 'team blue', value }])
    await client.deleteTag({ key_id, key: 'team blue' })
    assert.equal((await client.showKmsTags({ key_id })).existTagsNum, 0)
    const { user_name: userName } = server.credentials
    const { users } = await client.listUsers({ name: userName })
    assert.equal(users[0]?.name, userName)
    await client.checkToken({ 'x-subject-token': server.token })
    const shown = await client.showToken({ 'x-subject-token': server.token, nocatalog: 'true' })
    assert.equal(shown['X-Subject-Token'], server.token)
    assert.equal((await client.showVersions()).versions[0]?.id, 'v1.0')
  })

  test('tells for whom it signed in', async () => {
    const session = await client.signIn()
    const { credentials } = server
    assert.equal(session.projectId, credentials.project_id)
    assert.equal(session.projectName, credentials.project_name)
    assert.equal(session.userId, credentials.user_id)
    assert.equal(session.domainName, credentials.domain_name)
    assert.ok(session.expiresAt.getTime() > Date.now() + 23 * 3_600_000)
    assert.ok(session.roles.length > 0)
  })

  test('an error tells what the server said, in the language asked for, and no secret', async () => {
    for (const [language, message] of [
      ['en', 'The key does not exist.'],
      ['zh', '密钥不存在。'],
    ] as const) {
      const speaking = createClient({
        endpoint: server.url,
        language,
        projectId: server.credentials.project_id,
        credentials: { kind: 'token', token: server.token },
      })
      await assert.rejects(
        speaking.enableKey({ key_id: '0d0466b0-e727-4d9c-b35d-f84bb474a37f' }),
        (error) => {
          assert.ok(error instanceof KeyturnError)
          assert.equal(error.kind, 'refused')
          assert.equal(error.status, 404)
          assert.equal(error.code, 'KMS.0207')
          assert.equal(error.operation, 'EnableKey')
          assert.equal(error.message, message)
          assert.match(error.requestId, /^[0-9a-f-]{16,}$/)
          return true
        },
      )
    }
  })

  test('signed requests need no token, and find the project', async () => {
    const { access_key: accessKey, secret_key: secretKey } = server.credentials
    const signing = createClient({
      endpoint: server.url,
      credentials: { kind: 'accessKey', accessKey, secretKey },
    })
    const { key_info } = await signing.createKey({ key_alias: 'signed', key_description: 'ä 你' })
    await signing.createKmsTag({
      key_id: key_info.key_id,
      tag: { key: "a b+%&?#'()!~:你", value: '' },
    })
    await signing.deleteTag({ key_id: key_info.key_id, key: "a b+%&?#'()!~:你" })
    const found = await signing.listKeyDetail({ key_id: key_info.key_id })
    assert.equal(found.key_info.key_description, 'ä 你')
    assert.equal((await signing.listAuthDomains({ name: 'x y+z' })).domains.length, 0)
    const session = await signing.signIn()
    assert.equal(session.userName, server.credentials.user_name)
    await signing.signOut()
    await assert.rejects(
      createClient({
        endpoint: server.url,
        credentials: { kind: 'accessKey', accessKey, secretKey: 'wrong-secret-of-somebody' },
      }).listKeys(),
      (error) => error instanceof KeyturnError && error.status === 401,
    )
  })

  test('a token is a credential; for another project it is exchanged; signing out revokes it', async () => {
    const { token } = await client.signIn()
    const held = createClient({ endpoint: server.url, credentials: { kind: 'token', token } })
    assert.ok((await held.listKeys()).total >= 1)
    assert.equal((await held.signIn()).projectId, server.credentials.project_id)
    await held.signOut()
    await held.signOut()
    await assert.rejects(
      createClient({
        endpoint: server.url,
        projectId: server.credentials.project_id,
        credentials: { kind: 'token', token },
      }).listKeys(),
      (error) => error instanceof KeyturnError && error.code === 'KMS.0302',
    )
    // The first client had that very token: it signs in again.
    assert.ok((await client.listKeys()).total >= 1)
    assert.notEqual((await client.signIn()).token, token)
  })

  test('pages of lists, to their end', async () => {
    const key_id = await server.createKey()
    for (const alias of ['p-1', 'p-2', 'p-3']) await client.createAlias({ key_id, alias })
    const found: string[] = []
    for await (const { aliases } of pages(client.listAliases, { key_id, limit: 2 })) {
      assert.ok(aliases.length <= 2)
      found.push(...aliases.map(({ alias }) => alias))
    }
    assert.deepEqual(found.sort(), ['p-1', 'p-2', 'p-3'])
    let keys = 0
    for await (const page of pages(client.listKeys, { limit: '1' })) keys += page.keys.length
    assert.equal(keys, (await client.listKeys()).total)
  })

  test('what cannot be sent is refused before anything is sent', async () => {
    const nowhere = { endpoint: server.url, credentials: { kind: 'none' } } as const
    const secret = 'a-secret-nobody-may-see\n'
    for (const call of [
      () => createClient(nowhere).listKeys(),
      () => createClient({ ...nowhere, projectId: 'x' }).listKeys(),
      () => client.deleteTag({ key_id: '..', key: 'x' }),
      () => client.deleteTag({ key_id: '', key: 'x' }),
      () => client.showToken({ 'x-subject-token': secret }),
      async () => createClient({ ...nowhere, endpoint: 'ftp://x' }),
      async () => createClient({ ...nowhere, endpoint: 'https://u:p@x' }),
      async () =>
        createClient({
          endpoint: server.url,
          credentials: { kind: 'token', token: secret },
        }).listKeys(),
    ]) {
      await assert.rejects(call, (error) => {
        assert.ok(error instanceof KeyturnError, String(error))
        assert.equal(error.kind, 'misconfigured')
        assert.ok(!JSON.stringify([error.message, String(error.cause)]).includes('nobody-may-see'))
        return true
      })
    }
  })
})
