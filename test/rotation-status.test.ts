import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import type { KeyId, ProjectId, TenantId } from '../src/core/ids.ts'
import type { Key } from '../src/core/key.ts'
import type { EpochMs } from '../src/core/time.ts'
import type { Storage } from '../src/ports/storage.ts'
import { StorageError } from '../src/ports/storage-error.ts'
import { type Reply, signedHeaders, startTestServer, type TestServer } from './server.ts'

const DAY_MS = 86_400_000
const UNKNOWN = '0d0466b0-e727-4d9c-b35d-f84bb474a37f'
const START = Date.parse('2026-01-01T00:00:00Z')

/** The documented error body with its flat twin. */
function assertError(reply: Reply, status: number, code: string, flatCode = code): void {
  assert.equal(reply.status, status, reply.text)
  assert.deepEqual(Object.keys(reply.body).sort(), [
    'error',
    'error_code',
    'error_msg',
    'request_id',
  ])
  assert.deepEqual(Object.keys(reply.body.error).sort(), ['error_code', 'error_msg'])
  assert.equal(reply.body.error.error_code, code)
  assert.equal(reply.body.error_code, flatCode)
  assert.ok(reply.body.error_msg.length > 0)
  assert.equal(reply.body.error_msg, reply.body.error.error_msg)
  assert.match(reply.body.request_id, /^[0-9a-f]{32}$/)
  assert.equal(reply.headers.get('x-request-id'), reply.body.request_id)
}

describe('query the rotation status of a key', () => {
  let server: TestServer
  before(async () => {
    server = await startTestServer({
      flags: ['--clock', `virtual:${new Date(START).toISOString()}`],
    })
  })
  after(() => server.stop())

  const status = (keyId: string) => server.kms('get-key-rotation-status', { key_id: keyId })
  const pass = (days: number) =>
    server.send('POST', '/keyturn/v1/clock', { body: JSON.stringify({ days }) })
  const now = async () => Number((await server.send('GET', '/keyturn/v1/clock')).body.time)

  describe('200: each state of a key', () => {
    test('new: off, the interval it would have, no last rotation', async () => {
      const reply = await status(await server.createKey())
      assert.equal(reply.status, 200)
      const { key_materials, ...rest } = reply.body
      assert.deepEqual(rest, {
        key_rotation_enabled: false,
        rotation_interval: 365,
        number_of_rotations: 0,
      })
      assert.equal(key_materials.length, 1)
      const { material_id, ...material } = key_materials[0]
      assert.match(material_id, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
      assert.deepEqual(material, {
        charge_id: '',
        create_time: String(await now()),
        expiration_time: '',
        state: 2,
      })
      assert.match(reply.headers.get('content-type') ?? '', /^application\/json/)
    })

    test('rotation on: 365 days, or what was set', async () => {
      const keyId = await server.createKey()
      await server.kms('enable-key-rotation', { key_id: keyId })
      assert.equal((await status(keyId)).body.key_rotation_enabled, true)
      assert.equal((await status(keyId)).body.rotation_interval, 365)
      for (const rotation_interval of [30, 199, 365]) {
        await server.kms('update-key-rotation-interval', { key_id: keyId, rotation_interval })
        assert.equal((await status(keyId)).body.rotation_interval, rotation_interval)
      }
    })

    test('rotated by schedule and on demand: both count, the last one has its time', async () => {
      const keyId = await server.createKey()
      await server.kms('enable-key-rotation', { key_id: keyId })
      await server.kms('update-key-rotation-interval', { key_id: keyId, rotation_interval: 30 })
      const enabledAt = await now()
      await pass(31)
      const first = (await status(keyId)).body
      assert.equal(first.number_of_rotations, 1)
      assert.equal(first.last_rotation_time, String(enabledAt + 30 * DAY_MS))
      await server.kms('rotate-on-demand', { key_id: keyId })
      const second = (await status(keyId)).body
      assert.equal(second.number_of_rotations, 2)
      assert.equal(second.last_rotation_time, String(enabledAt + 31 * DAY_MS))
      assert.notEqual(second.key_materials[0].material_id, first.key_materials[0].material_id)
      await pass(29)
      assert.equal((await status(keyId)).body.number_of_rotations, 2, 'the period began anew')
      await pass(1)
      assert.equal((await status(keyId)).body.number_of_rotations, 3)
    })

    test('rotation off again: count and time stay, the interval is the default', async () => {
      const keyId = await server.createKey()
      await server.kms('enable-key-rotation', { key_id: keyId })
      await server.kms('update-key-rotation-interval', { key_id: keyId, rotation_interval: 60 })
      await server.kms('rotate-on-demand', { key_id: keyId })
      await server.kms('disable-key-rotation', { key_id: keyId })
      const { body } = await status(keyId)
      assert.equal(body.key_rotation_enabled, false)
      assert.equal(body.rotation_interval, 365)
      assert.equal(body.number_of_rotations, 1)
      assert.equal(body.last_rotation_time, String(await now()))
      await server.kms('enable-key-rotation', { key_id: keyId })
      assert.equal((await status(keyId)).body.rotation_interval, 365)
    })

    test('disabled, and waiting for deletion: readable, and does not rotate', async () => {
      const keyId = await server.createKey()
      await server.kms('enable-key-rotation', { key_id: keyId })
      await server.kms('update-key-rotation-interval', { key_id: keyId, rotation_interval: 30 })
      await server.kms('disable-key', { key_id: keyId })
      await pass(40)
      const disabled = await status(keyId)
      assert.equal(disabled.status, 200)
      assert.equal(disabled.body.key_rotation_enabled, true)
      assert.equal(disabled.body.number_of_rotations, 0)
      await server.kms('schedule-key-deletion', { key_id: keyId, pending_days: '7' })
      const pending = await status(keyId)
      assert.equal(pending.status, 200)
      assert.equal(pending.body.number_of_rotations, 0)
      for (const call of ['enable-key-rotation', 'disable-key-rotation', 'rotate-on-demand']) {
        assertError(await server.kms(call, { key_id: keyId }), 400, 'KMS.0210')
      }
      await server.kms('cancel-key-deletion', { key_id: keyId })
      for (const call of ['enable-key-rotation', 'disable-key-rotation', 'rotate-on-demand']) {
        assertError(await server.kms(call, { key_id: keyId }), 400, 'KMS.0209')
      }
      await server.kms('enable-key', { key_id: keyId })
      assert.equal((await status(keyId)).body.number_of_rotations, 1)
    })

    test('waiting for import, and with a key of external origin: off, no material', async () => {
      const keyId = await server.createKey({ origin: 'external' })
      const { status: code, body } = await status(keyId)
      assert.equal(code, 200)
      assert.equal(body.key_rotation_enabled, false)
      assert.deepEqual(body.key_materials, [])
      assertError(await server.kms('enable-key-rotation', { key_id: keyId }), 400, 'KMS.0308')
    })

    test('a default key: off, and it cannot be switched on', async () => {
      const keyId = await insertDefaultKey(server)
      const { status: code, body } = await status(keyId)
      assert.equal(code, 200)
      assert.equal(body.key_rotation_enabled, false)
      for (const call of ['enable-key-rotation', 'disable-key-rotation', 'rotate-on-demand']) {
        assertError(await server.kms(call, { key_id: keyId }), 400, 'KMS.0211')
      }
    })

    test('SM4 keys rotate as AES keys do', async () => {
      const keyId = await server.createKey({ key_spec: 'SM4' })
      await server.kms('rotate-on-demand', { key_id: keyId })
      assert.equal((await status(keyId)).body.number_of_rotations, 1)
    })

    test('a destroyed key is unknown', async () => {
      const keyId = await server.createKey()
      await server.kms('schedule-key-deletion', { key_id: keyId, pending_days: '7' })
      await pass(7)
      assertError(await status(keyId), 404, 'KMS.0207')
    })

    test('with a signature instead of a token, and with what else real clients send', async () => {
      const keyId = await server.createKey()
      const path = `/v1.0/${server.credentials.project_id}/kms/get-key-rotation-status`
      const body = `{"key_id":"${keyId}","sequence":"919c82d4-8046-4722-9094-35c3c6524cff","rotation_interval":0,"unknown":[]}\n`
      const reply = await server.send('POST', path, {
        token: null,
        body,
        headers: {
          ...signedHeaders(server.credentials, 'POST', path, body),
          'Content-Type': 'application/json;charset=UTF-8',
          'X-Language': 'zh-cn',
        },
      })
      assert.equal(reply.status, 200)
      assert.equal(reply.body.number_of_rotations, 0)
    })
  })

  describe('400: what the caller sent', () => {
    const path = () => `/v1.0/${server.credentials.project_id}/kms/get-key-rotation-status`
    const post = (body: string | Uint8Array) => server.send('POST', path(), { body })

    test('no key_id', async () => {
      for (const body of ['{}', '{"key_id":null}']) assertError(await post(body), 400, 'KMS.0204')
    })
    test('a malformed key_id', async () => {
      for (const keyId of ['', 'x', 'alias/x', UNKNOWN.toUpperCase(), `${UNKNOWN} `, 7, {}, []]) {
        assertError(await post(JSON.stringify({ key_id: keyId })), 400, 'KMS.0205')
      }
    })
    test('a malformed sequence', async () => {
      const body = { key_id: UNKNOWN, sequence: 'x' }
      assertError(await post(JSON.stringify(body)), 400, 'KMS.0206')
    })
    test('no JSON object', async () => {
      const deep = `${'{"a":'.repeat(17)}1${'}'.repeat(17)}`
      const bodies = ['', '{', '[]', '"x"', 'null', '7', deep, '{"__proto__":{}}', '{"a":1}}']
      for (const body of bodies) assertError(await post(body), 400, 'KMS.0202')
      assertError(await post(Uint8Array.from([0x7b, 0xff, 0x7d])), 400, 'KMS.0202')
    })
    test('a malformed Authorization header', async () => {
      const headers = { Authorization: 'Basic eDp5' }
      const reply = await server.send('POST', path(), { token: null, headers, body: '{}' })
      assertError(reply, 400, 'APIGW.0106')
    })
    test('a malformed path', async () => {
      const reply = await server.send('POST', '/v1.0/%ff/kms/get-key-rotation-status')
      assertError(reply, 400, 'KMS.0201')
    })
    test('too long a URL', async () => {
      const reply = await server.send('POST', `${path()}?${'x'.repeat(9000)}`)
      assertError(reply, 414, 'APIGW.0201')
    })
    test('too large a body', async () => {
      assertError(await post(`{"key_id":"${'x'.repeat(70_000)}"}`), 413, 'APIGW.0201')
    })
  })

  describe('401 and 403: who asks', () => {
    const ask = (token: string | null, headers = {}) =>
      server.kms('get-key-rotation-status', { key_id: UNKNOWN }, { token, headers })

    test('no credentials', async () => assertError(await ask(null), 401, 'APIGW.0301'))
    test('a bad signature', async () => {
      const path = `/v1.0/${server.credentials.project_id}/kms/get-key-rotation-status`
      const headers = signedHeaders(server.credentials, 'POST', path, 'another body')
      assertError(await ask(null, headers), 401, 'APIGW.0301')
    })
    test('an unknown access key', async () => {
      const path = `/v1.0/${server.credentials.project_id}/kms/get-key-rotation-status`
      const wrong = { access_key: 'NOBODY', secret_key: 'x' }
      assertError(await ask(null, signedHeaders(wrong, 'POST', path, '{}')), 401, 'APIGW.0301')
    })
    test('an empty token', async () => assertError(await ask(''), 403, 'KMS.0301'))
    test('a token that is none of ours', async () => {
      assertError(await ask('x'.repeat(100)), 403, 'KMS.0302')
      assertError(await ask(`${server.token}x`), 403, 'KMS.0302')
    })
    test('a revoked token', async () => {
      const token = await otherToken(server)
      const headers = { 'X-Subject-Token': token }
      assert.equal((await server.send('DELETE', '/v3/auth/tokens', { headers })).status, 204)
      assertError(await ask(token), 403, 'KMS.0302')
    })
    test('a token for no project', async () => {
      const token = await otherToken(server, { domain: { id: server.credentials.domain_id } })
      assertError(await ask(token), 403, 'KMS.0305')
    })
    test('the path of another project', async () => {
      const project = 'ffffffffffffffffffffffffffffffff'
      const reply = await server.kms('get-key-rotation-status', { key_id: UNKNOWN }, { project })
      assertError(reply, 403, 'KMS.0321')
    })
    test('a user without the right', async () => {
      const { identity } = server.running.storage
      const { domain_id, project_id } = server.credentials
      const id = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' as never
      await identity.insertUser({
        id,
        tenantId: domain_id as TenantId,
        name: 'reader',
        passwordHash: undefined,
        enabled: true,
        defaultProjectId: undefined,
        tokensValidFrom: 0 as EpochMs,
      })
      const document = (action: string, effect = 'Allow') =>
        JSON.stringify({ Version: '1.1', Statement: [{ Effect: effect, Action: [action] }] })
      const tenantId = domain_id as TenantId
      await identity.putPolicy({ tenantId, name: 'p', document: document('kms:cmk:list') })
      await identity.insertAssignment({ userId: id, projectId: project_id as ProjectId, role: 'p' })
      const keyId = await server.createKey()
      const token = await tokenOf(server, 'reader')
      const asReader = () => server.kms('get-key-rotation-status', { key_id: keyId }, { token })
      await untilNoticed(server)
      assertError(await asReader(), 403, 'KMS.0307')
      await identity.putPolicy({ tenantId, name: 'p', document: document('kms:cmk:getRotation') })
      await untilNoticed(server)
      assert.equal((await asReader()).status, 200)
      const onlyOther = JSON.stringify({
        Version: '1.1',
        Statement: [
          {
            Effect: 'Allow',
            Action: ['kms:cmk:getRotation'],
            Resource: [`kms:*:*:KeyId:${UNKNOWN}`],
          },
        ],
      })
      await identity.putPolicy({ tenantId, name: 'p', document: onlyOther })
      await untilNoticed(server)
      assertError(await asReader(), 403, 'KMS.0306')
      const unknown = await server.kms('get-key-rotation-status', { key_id: UNKNOWN }, { token })
      assertError(unknown, 404, 'KMS.0207')
    })
  })

  describe('404 and 405', () => {
    test('an unknown key', async () => assertError(await status(UNKNOWN), 404, 'KMS.0207'))
    test('a key of another project', async () => {
      const keyId = await server.createKey()
      const { identity } = server.running.storage
      const id = 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb'
      const tenantId = server.credentials.domain_id as TenantId
      await identity.insertProject({ id: id as ProjectId, tenantId, name: 'other' })
      const token = await otherToken(server, { project: { id } })
      const body = { key_id: keyId }
      const reply = await server.kms('get-key-rotation-status', body, { token, project: id })
      assertError(reply, 404, 'KMS.0207')
    })
    test('an unknown path', async () => {
      assertError(await server.kms('get-key-rotation-statu'), 404, 'APIGW.0101')
    })
    test('another method', async () => {
      const reply = await server.kms('get-key-rotation-status', {}, { method: 'GET' })
      assertError(reply, 405, 'APIGW.0101')
      assert.equal(reply.headers.get('allow'), 'POST')
    })
  })

  test('Chinese for who asks for it', async () => {
    const body = { key_id: UNKNOWN }
    for (const headers of [{ 'X-Language': 'zh-cn' }, { 'Accept-Language': 'zh-CN,zh;q=0.9' }]) {
      const reply = await server.kms('get-key-rotation-status', body, { headers })
      assert.equal(reply.body.error_msg, '密钥不存在。')
    }
  })
})

describe('401: an expired token', () => {
  test('tells clients of either habit to sign in again', async () => {
    const server = await startTestServer()
    try {
      const { issueToken } = await import('../src/auth/token.ts')
      const { fileSeal } = await import('../src/seals/file-seal.ts')
      const root = await fileSeal({ path: `${server.directory}/root.key` }).open()
      const { token } = issueToken(root, {
        userId: server.credentials.user_id as never,
        tenantId: server.credentials.domain_id as TenantId,
        scope: { kind: 'project', projectId: server.credentials.project_id as ProjectId },
        lineage: [],
        methods: ['password'],
        issuedAt: 1 as EpochMs,
        expiresAt: 2 as EpochMs,
      })
      const reply = await server.kms('get-key-rotation-status', { key_id: UNKNOWN }, { token })
      assertError(reply, 401, 'KMS.0303', 'APIGW.0301')
    } finally {
      await server.stop()
    }
  })
})

describe('500: what is our fault', () => {
  test('the store fails: KMS.0102; something unforeseen: KMS.0101; neither tells more', async () => {
    let trouble: Error | undefined
    const failing = (storage: Storage): Storage => ({
      ...storage,
      keys: {
        ...storage.keys,
        find: async (keyId) => {
          if (trouble !== undefined) throw trouble
          return storage.keys.find(keyId)
        },
      },
    })
    const server = await startTestServer({ overrides: { storage: failing } })
    try {
      const keyId = await server.createKey()
      const ask = () => server.kms('get-key-rotation-status', { key_id: keyId })
      trouble = new StorageError('reading a key failed', { cause: new Error('disk I/O error') })
      const io = await ask()
      assertError(io, 500, 'KMS.0102')
      trouble = new TypeError('secret detail at /some/path')
      const defect = await ask()
      assertError(defect, 500, 'KMS.0101')
      assert.doesNotMatch(io.text + defect.text, /secret|path|disk|reading a key/i)
      trouble = undefined
      assert.equal((await ask()).status, 200)
    } finally {
      await server.stop()
    }
  })

  test('the audit log cannot be written: nobody is served', async () => {
    let isBroken = false
    const server = await startTestServer({
      overrides: {
        audit: (audit) => ({
          ...audit,
          problem: () => audit.problem(),
          figures: () => audit.figures(),
          close: () => audit.close(),
          append: (record) =>
            isBroken ? Promise.reject(new Error('disk full')) : audit.append(record),
        }),
      },
    })
    try {
      const keyId = await server.createKey()
      isBroken = true
      const ask = () => server.kms('get-key-rotation-status', { key_id: keyId })
      assertError(await ask(), 500, 'KMS.0102')
      isBroken = false
      assert.equal((await ask()).status, 200)
    } finally {
      await server.stop()
    }
  })
})

describe('502 and 504: the identity service', () => {
  let keystone: Server
  let behave: (end: (status: number, body: string) => void) => void
  let server: TestServer
  before(async () => {
    keystone = createServer((_request, response) => {
      behave((status, body) => {
        response.writeHead(status, { 'Content-Type': 'application/json' })
        response.end(body)
      })
    })
    await new Promise<void>((resolve) => {
      keystone.listen(0, '127.0.0.1', resolve)
    })
    const { port } = keystone.address() as AddressInfo
    server = await startTestServer({
      flags: [
        '--identity',
        'keystone',
        '--identity-url',
        `http://127.0.0.1:${port}/v3`,
        '--identity-timeout-ms',
        '200',
      ],
    })
  })
  after(async () => {
    keystone.closeAllConnections()
    keystone.close()
    await server.stop()
  })

  let tokens = 0
  const ask = () =>
    server.kms(
      'get-key-rotation-status',
      { key_id: UNKNOWN },
      { token: `gAAAA${tokens++}`, project: 'p1' },
    )
  const answer = (expires_at: string) =>
    JSON.stringify({
      token: {
        expires_at,
        user: { id: 'u', name: 'n', domain: { id: 'default', name: 'Default' } },
        project: { id: 'p1', name: 'demo', domain: { id: 'default', name: 'Default' } },
        roles: [{ id: 'r', name: 'member' }],
      },
    })

  test('it knows the token: the request goes on', async () => {
    behave = (end) => end(200, answer('2099-01-01T00:00:00.000000Z'))
    assertError(await ask(), 404, 'KMS.0207')
  })
  test('it does not know the token: 403', async () => {
    behave = (end) => end(404, '{"error":{"code":404}}')
    assertError(await ask(), 403, 'KMS.0302')
  })
  test('it answers nonsense: 502', async () => {
    for (const body of ['', '<html>', '{}', '{"token":{}}', answer('tomorrow')]) {
      behave = (end) => end(200, body)
      assertError(await ask(), 502, 'APIGW.0202')
    }
    behave = (end) => end(500, '{}')
    assertError(await ask(), 502, 'APIGW.0202')
  })
  test('it does not answer in time: 504, and not much later', async () => {
    behave = () => undefined
    const startedAtMs = performance.now()
    assertError(await ask(), 504, 'APIGW.0203')
    assert.ok(performance.now() - startedAtMs < 2000)
  })
})

async function insertDefaultKey(server: TestServer): Promise<string> {
  const id = 'dddddddd-0000-4000-8000-000000000000' as KeyId
  const { keys } = server.running.storage
  const model = await keys.find((await server.createKey()) as KeyId)
  assert.ok(model)
  const key: Key = { ...model.key, id, alias: 'evs/default', isDefault: true }
  const version = await keys.findVersion(model.key.id, 1 as never)
  assert.ok(version)
  assert.equal(await keys.insert(key, [{ ...version, keyId: id }], 1_000_000), 'inserted')
  return id
}

async function otherToken(server: TestServer, scope?: unknown): Promise<string> {
  const { access_key, secret_key, project_id } = server.credentials
  const reply = await server.send('POST', '/v3/auth/tokens', {
    token: null,
    body: JSON.stringify({
      auth: {
        identity: {
          methods: ['hw_ak_sk'],
          hw_ak_sk: { access: { key: access_key }, secret: { key: secret_key } },
        },
        scope: scope ?? { project: { id: project_id } },
      },
    }),
  })
  assert.equal(reply.status, 201, reply.text)
  return reply.headers.get('x-subject-token') ?? ''
}

async function tokenOf(server: TestServer, userName: string): Promise<string> {
  const { issueToken } = await import('../src/auth/token.ts')
  const { fileSeal } = await import('../src/seals/file-seal.ts')
  const root = await fileSeal({ path: `${server.directory}/root.key` }).open()
  const tenantId = server.credentials.domain_id as TenantId
  const user = await server.running.storage.identity.findUserByName(tenantId, userName)
  assert.ok(user)
  const now = Date.now()
  return issueToken(root, {
    userId: user.id,
    tenantId,
    scope: { kind: 'project', projectId: server.credentials.project_id as ProjectId },
    lineage: [],
    methods: ['password'],
    issuedAt: now as EpochMs,
    expiresAt: (now + 60_000) as EpochMs,
  }).token
}

/** Waits until a change that another process could have made has been noticed. */
async function untilNoticed(server: TestServer): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 600))
  await server.send('GET', '/healthz')
}
