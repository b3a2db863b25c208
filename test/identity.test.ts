import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { passwordAuth, signedHeaders, signIn, startTestServer, type TestServer } from './server.ts'

describe('the identity API', () => {
  let server: TestServer
  before(async () => {
    server = await startTestServer({ flags: ['--region', 'eu-de'] })
  })
  after(() => server.stop())

  const post = (auth: unknown, query = '') =>
    server.send('POST', `/v3/auth/tokens${query}`, { token: null, body: JSON.stringify({ auth }) })
  const password = (user: object) => ({
    methods: ['password'],
    password: { user: { password: server.credentials.password, ...user } },
  })

  test('a token, as Keystone and the vendor answer it', async () => {
    const { credentials } = server
    const reply = await post(passwordAuth(credentials))
    assert.equal(reply.status, 201)
    const { token } = reply.body
    const domain = { id: credentials.domain_id, name: credentials.domain_name }
    assert.deepEqual(token.user, { id: credentials.user_id, name: credentials.user_name, domain })
    assert.deepEqual(token.project, { id: credentials.project_id, name: 'eu-de', domain })
    assert.deepEqual(token.methods, ['password'])
    assert.deepEqual(token.roles, [{ id: 'KMS Administrator', name: 'KMS Administrator' }])
    assert.match(token.expires_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
    const lifeMs = Date.parse(token.expires_at) - Date.parse(token.issued_at)
    assert.equal(lifeMs, 24 * 60 * 60 * 1000)
    const urls = Object.fromEntries(
      token.catalog.map(({ type, endpoints }: { type: string; endpoints: { url: string }[] }) => {
        assert.equal(endpoints.length, 1)
        return [type, endpoints[0]?.url]
      }),
    )
    assert.deepEqual(urls, {
      identity: `${server.url}/v3`,
      kms: `${server.url}/v1.0`,
      kmsv1: `${server.url}/v1.0/${credentials.project_id}`,
    })
    const { endpoints } = token.catalog[1]
    assert.equal(endpoints[0].interface, 'public')
    assert.equal(endpoints[0].region, 'eu-de')
    assert.equal(
      'catalog' in (await post(passwordAuth(credentials), '?nocatalog=true')).body.token,
      false,
    )
  })

  test('the header is spelled as old clients look for it', async () => {
    const body = JSON.stringify({ auth: passwordAuth(server.credentials) })
    const { connect } = await import('node:net')
    const { port, hostname } = new URL(server.url)
    const raw = await new Promise<string>((resolve, reject) => {
      let text = ''
      const socket = connect(Number(port), hostname, () => {
        socket.write(
          `POST /v3/auth/tokens HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
        )
      })
      socket.on('data', (chunk) => {
        text += chunk
      })
      socket.on('end', () => resolve(text))
      socket.on('error', reject)
    })
    assert.match(raw, /\r\nX-Subject-Token: kt1\./)
  })

  test('every way to sign in, every scope', async () => {
    const { credentials, token } = server
    const domain = { name: credentials.domain_name }
    const ways = [
      password({ id: credentials.user_id }),
      password({ name: credentials.user_name, domain }),
      password({ name: credentials.user_name, domain: { id: credentials.domain_id } }),
      { methods: ['token'], token: { id: token } },
      {
        methods: ['hw_ak_sk'],
        hw_ak_sk: {
          access: { key: credentials.access_key },
          secret: { key: credentials.secret_key },
        },
      },
    ]
    const scopes = [
      [{ project: { id: credentials.project_id } }, 'project'],
      [{ project: { name: 'eu-de' } }, 'project'],
      [{ project: { name: 'eu-de', domain } }, 'project'],
      [{ domain: { id: credentials.domain_id } }, 'domain'],
      [{ domain }, 'domain'],
      [undefined, 'project'],
    ] as const
    for (const identity of ways) {
      for (const [scope, kind] of scopes) {
        const reply = await post({ identity, ...(scope && { scope }) })
        assert.equal(reply.status, 201, JSON.stringify({ scope, text: reply.text }))
        assert.ok(kind in reply.body.token)
        assert.equal('project' in reply.body.token, kind === 'project')
      }
    }
  })

  test('what does not sign in: one answer, in the form of Keystone', async () => {
    const { credentials } = server
    const wrong = [
      { identity: password({ id: credentials.user_id, password: 'wrong' }) },
      { identity: password({ id: 'nobody' }) },
      { identity: password({ name: 'nobody', domain: { name: credentials.domain_name } }) },
      { identity: password({ id: credentials.user_id }), scope: { project: { id: 'x' } } },
      { identity: password({ id: credentials.user_id }), scope: { domain: { name: 'x' } } },
      { identity: { methods: ['token'], token: { id: 'x' } } },
    ]
    const bodies = new Set<string>()
    for (const auth of wrong) {
      const reply = await post(auth)
      assert.equal(reply.status, 401)
      bodies.add(reply.text)
    }
    assert.equal(bodies.size, 1)
    const message = 'The credentials or the scope are not valid.'
    assert.deepEqual(JSON.parse([...bodies][0] ?? ''), {
      error: { code: 401, message, title: 'Unauthorized' },
    })
    for (const auth of [
      {},
      { identity: {} },
      { identity: { methods: [] } },
      { identity: { methods: ['x'] } },
      7,
    ]) {
      assert.equal((await post(auth)).status, 400)
    }
  })

  test('looking at a token, checking it, revoking it', async () => {
    const token = await signIn(server.url, passwordAuth(server.credentials))
    const headers = { 'X-Subject-Token': token }
    const shown = await server.send('GET', '/v3/auth/tokens', { headers })
    assert.equal(shown.status, 200)
    assert.equal(shown.headers.get('x-subject-token'), token)
    assert.equal(shown.body.token.user.id, server.credentials.user_id)
    const checked = await server.send('HEAD', '/v3/auth/tokens', { headers })
    assert.equal(checked.status, 200)
    assert.equal(checked.text, '')
    const own = await server.send('GET', '/v3/auth/tokens', { token, headers })
    assert.equal(own.status, 200)
    const revoked = await server.send('DELETE', '/v3/auth/tokens', { headers })
    assert.equal(revoked.status, 204)
    assert.equal(revoked.text, '')
    for (const method of ['GET', 'HEAD', 'DELETE']) {
      assert.equal((await server.send(method, '/v3/auth/tokens', { headers })).status, 404)
    }
    const refused = await server.send('GET', '/v3/auth/catalog', { token })
    assert.equal(refused.status, 403)
    assert.equal(refused.body.error.code, 403)
    const missing = await server.send('GET', '/v3/auth/tokens')
    assert.equal(missing.status, 400)
  })

  test('a token made from another ends with it, but not the other way round', async () => {
    const first = await signIn(server.url, passwordAuth(server.credentials))
    const from = (id: string) =>
      signIn(server.url, { identity: { methods: ['token'], token: { id } } })
    const second = await from(first)
    const third = await from(second)
    const revoke = (token: string) =>
      server.send('DELETE', '/v3/auth/tokens', { headers: { 'X-Subject-Token': token } })
    const status = async (token: string) =>
      (await server.send('GET', '/v3/auth/catalog', { token })).status
    assert.deepEqual(
      [await status(first), await status(second), await status(third)],
      [200, 200, 200],
    )
    assert.equal((await revoke(second)).status, 204)
    assert.deepEqual(
      [await status(first), await status(second), await status(third)],
      [200, 403, 403],
    )
    await assert.rejects(from(third))
    let latest = first
    for (let made = 0; made < 8; made++) latest = await from(latest)
    await assert.rejects(from(latest), /401/)
  })

  test('the audit log says who signed in', async () => {
    await post({ identity: password({ id: server.credentials.user_id }) })
    const { readdirSync, readFileSync } = await import('node:fs')
    const folder = `${server.directory}/audit`
    const name = readdirSync(folder).find((file) => file.endsWith('.jsonl'))
    const lines = readFileSync(`${folder}/${name}`, 'utf8').split('\n')
    const signIns = lines.filter((line) => line.includes('"op":"CreateToken"'))
    const last = JSON.parse(signIns.at(-1) ?? '{}')
    assert.equal(last.user, server.credentials.user_id)
    assert.equal(last.by, 'password')
    assert.equal(last.status, 201)
  })

  test('look-ups, by token and by signature', async () => {
    const { credentials } = server
    const both = async (path: string) => {
      const byToken = await server.send('GET', path)
      assert.equal(byToken.status, 200, path)
      assert.equal((await server.send('GET', path, { token: null })).status, 401, path)
      if (path.includes('?')) return byToken.body
      const signed = signedHeaders(credentials, 'GET', path, '')
      const bySignature = await server.send('GET', path, { token: null, headers: signed })
      assert.equal(bySignature.status, 200, path)
      if (!path.endsWith('catalog')) assert.deepEqual(bySignature.body, byToken.body)
      return byToken.body
    }
    const { projects } = await both('/v3/projects')
    assert.equal(projects.length, 1)
    assert.equal(projects[0].name, 'eu-de')
    assert.equal((await both('/v3/projects?name=eu-de')).projects.length, 1)
    assert.equal((await both('/v3/projects?name=x')).projects.length, 0)
    assert.deepEqual((await both(`/v3/projects/${projects[0].id}`)).project, projects[0])
    assert.deepEqual((await both('/v3/auth/projects')).projects, projects)
    const { domains } = await both('/v3/auth/domains')
    assert.equal(domains[0].id, credentials.domain_id)
    assert.equal((await both('/v3/auth/domains?name=x')).domains.length, 0)
    assert.equal((await both('/v3/auth/catalog')).catalog.length, 3)
    const { users } = await both('/v3/users')
    assert.equal(users[0].id, credentials.user_id)
    const byName = await both(`/v3/users?name=${credentials.user_name}`)
    assert.equal(byName.users.length, 1)
    assert.equal((await both(`/v3/users/${credentials.user_id}`)).user.name, credentials.user_name)
    assert.equal((await both('/v3/regions')).regions[0].id, 'eu-de')
    for (const path of ['/v3/projects/x', '/v3/users/x']) {
      assert.equal((await server.send('GET', path)).status, 404)
    }
    for (const path of ['/v3', '/v3/']) {
      const version = await server.send('GET', path, { token: null })
      assert.equal(version.body.version.id, 'v3.14')
    }
    const unknown = await server.send('GET', '/v3/nonsense')
    assert.deepEqual(unknown.body.error.title, 'Not Found')
  })
})

describe('limits', () => {
  test('who sends too much is told when to come back', async () => {
    const server = await startTestServer({ flags: ['--rate-limit', '5'] })
    try {
      const replies = await Promise.all(
        Array.from({ length: 20 }, () =>
          server.kms('user-instances', undefined, { method: 'GET' }),
        ),
      )
      const refused = replies.filter(({ status }) => status === 429)
      assert.ok(refused.length >= 8 && refused.length <= 12, String(refused.length))
      assert.equal(refused[0]?.body.error_code, 'APIGW.0308')
      assert.match(refused[0]?.headers.get('retry-after') ?? '', /^[1-9]\d*$/)
    } finally {
      await server.stop()
    }
  })

  test('who guesses passwords has to wait', async () => {
    const server = await startTestServer()
    try {
      const identity = {
        methods: ['password'],
        password: { user: { id: server.credentials.user_id, password: 'wrong' } },
      }
      const statuses: number[] = []
      for (let guess = 0; guess < 8; guess++) {
        const body = JSON.stringify({ auth: { identity } })
        const reply = await server.send('POST', '/v3/auth/tokens', { token: null, body })
        statuses.push(reply.status)
        if (reply.status === 429) assert.ok(reply.headers.get('retry-after'))
      }
      assert.deepEqual(statuses.slice(0, 5), [401, 401, 401, 401, 401])
      assert.equal(statuses.at(-1), 429)
    } finally {
      await server.stop()
    }
  })

  test('health, readiness and metrics', async () => {
    const server = await startTestServer()
    try {
      const keyId = await server.createKey({ key_spec: 'SM4' })
      await server.kms('rotate-on-demand', { key_id: keyId })
      await server.kms('describe-key', { key_id: 'x' })
      assert.equal((await server.send('GET', '/healthz', { token: null })).text, 'ok\n')
      assert.equal((await server.send('GET', '/readyz', { token: null })).text, 'ready\n')
      const { text, headers } = await server.send('GET', '/metrics', { token: null })
      assert.match(headers.get('content-type') ?? '', /^text\/plain/)
      for (const line of [
        /^keyturn_requests_total\{operation="CreateKey",status="200"\} 1$/m,
        /^keyturn_requests_total\{operation="ListKeyDetail",status="400"\} 1$/m,
        /^keyturn_request_seconds_count\{operation="CreateKey"\} 1$/m,
        /^keyturn_keys\{state="enabled",spec="SM4"\} 1$/m,
        /^keyturn_rotations_total\{cause="demand"\} 1$/m,
        /^keyturn_rotations_due 0$/m,
        /^keyturn_rotations_late_total 0$/m,
        /^keyturn_cache_keys \d+$/m,
        /^keyturn_audit_records \d+$/m,
        /^keyturn_ready 1$/m,
      ]) {
        assert.match(text, line)
      }
      const proxied = { 'X-Forwarded-For': '10.0.0.1' }
      const hidden = await server.send('GET', '/metrics', { token: null, headers: proxied })
      assert.equal(hidden.status, 404)
    } finally {
      await server.stop()
    }
  })
})
