import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { suite, type TestContext, test } from 'node:test'
import type { Caller } from '../core/caller.ts'
import { Fault, type FaultKind } from '../core/fault.ts'
import type { ProjectId } from '../core/ids.ts'
import type { EpochMs } from '../core/time.ts'
import { DEFAULT_ROLE_MAP, KeystoneIdentity, type KeystoneOptions } from './keystone-identity.ts'

const TIMEOUT_MS = 300
/** No answer, whatever the other side does, takes longer than this. */
const BOUND_MS = 1500
const NOW = Date.parse('2026-01-15T08:30:00Z')
const MINUTE_MS = 60_000
const PROJECT_ID = 'p1' as ProjectId
const ANSWER = {
  expires_at: '2026-01-15T09:30:00.000000Z',
  user: { id: 'u1', name: 'anna', domain: { id: 'd1', name: 'acme' } },
  project: { id: PROJECT_ID, name: 'eu-test', domain: { id: 'd2', name: 'owner' } },
  roles: [{ id: 'r1', name: 'member' }],
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void

/** A stand-in for the identity service, on a real socket. */
async function standIn(t: TestContext, answer: Answer) {
  const requests: IncomingMessage[] = []
  const server: Server = createServer((request, response) => {
    requests.push(request)
    answer(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo // it listens on a port
  return { url: `http://127.0.0.1:${port}`, requests }
}

/** An identity that asks `url`, with a clock to turn. */
function identityAt(url: string, more: Partial<KeystoneOptions> = {}) {
  let now = NOW
  const identity = new KeystoneIdentity({
    url,
    timeoutMs: TIMEOUT_MS,
    cacheMs: 10 * MINUTE_MS,
    roleMap: DEFAULT_ROLE_MAP,
    clock: { now: () => now as EpochMs },
    ...more,
  })
  return {
    identity,
    pass: (ms: number) => {
      now += ms
    },
    ask: async (token = 'token-1', projectId?: ProjectId): Promise<Caller> =>
      await identity.authenticate({ token, signed: undefined, projectId }),
  }
}

function json(token: unknown, status = 200): Answer {
  return (_, response) => {
    response.writeHead(status, { 'Content-Type': 'application/json' })
    response.end(JSON.stringify({ token }))
  }
}

function text(body: string, status = 200, headers: Readonly<Record<string, string>> = {}): Answer {
  return (_, response) => {
    response.writeHead(status, headers)
    response.end(body)
  }
}

async function refused(kind: FaultKind, answer: Promise<unknown>): Promise<void> {
  const startedAt = performance.now()
  await assert.rejects(answer, (error) => {
    assert.ok(error instanceof Fault, String(error))
    assert.equal(error.kind, kind)
    return true
  })
  assert.ok(performance.now() - startedAt < BOUND_MS, 'in time')
}

suite('what Keystone says', () => {
  test('makes a caller', async (t) => {
    const { url, requests } = await standIn(t, json(ANSWER))
    const caller = await identityAt(url).ask('token-1', PROJECT_ID)
    assert.equal(caller.userId, 'u1')
    assert.equal(caller.userName, 'anna')
    assert.equal(caller.tenantId, 'd2')
    assert.equal(caller.tenantName, 'owner')
    assert.deepEqual(caller.project, { id: PROJECT_ID, name: 'eu-test' })
    assert.equal(caller.rights.verdictOf('kms:cmk:create'), 'allow')
    assert.equal(caller.rights.verdictOf('keyturn:server:read'), 'none')
    assert.ok(caller.credential.kind === 'token')
    assert.equal(caller.credential.expiresAt, Date.parse(ANSWER.expires_at))
    assert.ok(!caller.credential.tokenId.includes('token-1'))
    const [request] = requests
    assert.equal(request?.url, '/v3/auth/tokens')
    assert.equal(request.headers['x-auth-token'], 'token-1')
    assert.equal(request.headers['x-subject-token'], 'token-1')
  })

  test('whatever way its URL is written', async (t) => {
    const { url, requests } = await standIn(t, json(ANSWER))
    for (const end of ['', '/', '/v3', '/v3/', '/identity', '/identity/v3/']) {
      await identityAt(`${url}${end}`).ask()
    }
    const plain = '/v3/auth/tokens'
    const below = `/identity${plain}`
    assert.deepEqual(
      requests.map((request) => request.url),
      [plain, plain, plain, plain, below, below],
    )
  })

  test('roles it gives, by the map, by our own names, or not at all', async (t) => {
    const verdicts = async (names: readonly string[], action: string, more = {}) => {
      const roles = names.map((name) => ({ id: 'r', name }))
      const { url } = await standIn(t, json({ ...ANSWER, roles }))
      return (await identityAt(url, more).ask()).rights.verdictOf(action)
    }
    assert.equal(await verdicts(['admin'], 'keyturn:server:read'), 'allow')
    assert.equal(await verdicts(['reader'], 'kms:cmk:list'), 'allow')
    assert.equal(await verdicts(['reader'], 'kms:cmk:create'), 'none')
    assert.equal(await verdicts(['KMS CMKFullAccess'], 'kms:cmk:create'), 'allow')
    for (const unknown of ['heat_stack_owner', 'constructor', '__proto__', 'Admin']) {
      assert.equal(await verdicts([unknown], 'kms:cmk:list'), 'none', unknown)
    }
    const roleMap = { operator: 'KMS Administrator' } as const
    assert.equal(await verdicts(['admin'], 'kms:cmk:list', { roleMap }), 'none')
    assert.equal(await verdicts(['operator'], 'kms:cmk:list', { roleMap }), 'allow')
  })

  test('a token without a project is for none', async (t) => {
    const { project: _, roles: __, ...unscoped } = ANSWER
    const { url } = await standIn(t, json(unscoped))
    const { ask } = identityAt(url)
    const caller = await ask()
    assert.equal(caller.project, undefined)
    assert.equal(caller.tenantId, 'd1')
    assert.equal(caller.rights.verdictOf('kms:cmk:list'), 'none')
    await refused('token-without-project', ask('token-1', PROJECT_ID))
  })

  test('a token for another project is refused', async (t) => {
    const { url } = await standIn(t, json(ANSWER))
    await refused('project-mismatch', identityAt(url).ask('token-1', 'p2' as ProjectId))
  })

  for (const status of [401, 404]) {
    test(`${status} is a token that it does not know`, async (t) => {
      const { url } = await standIn(t, text('{"error":{}}', status))
      await refused('token-invalid', identityAt(url).ask())
    })
  }

  test('an expired token is refused, whatever Keystone thinks of it', async (t) => {
    const { url } = await standIn(t, json({ ...ANSWER, expires_at: '2026-01-15T08:30:00Z' }))
    const { ask } = identityAt(url)
    await refused('token-expired', ask())
    await refused('token-expired', ask())
  })
})

suite('what it need not be asked', () => {
  test('what cannot be a token is not sent', async (t) => {
    const { url, requests } = await standIn(t, json(ANSWER))
    const { ask } = identityAt(url)
    for (const token of ['', 'a b', 'a\r\nX-Other: 1', 'ä', 'x'.repeat(16_385)]) {
      await refused('token-malformed', ask(token))
    }
    assert.equal(requests.length, 0)
  })

  test('no credentials, or a signature, which it does not judge', () => {
    const { identity } = identityAt('http://127.0.0.1:1')
    const nothing = { token: undefined, signed: undefined, projectId: undefined }
    assert.throws(() => identity.authenticate(nothing), { kind: 'credentials-missing' })
    const signed = { method: 'GET', rawUrl: '/', headers: {}, body: new Uint8Array(0) }
    const bySignature = { ...nothing, signed }
    assert.throws(() => identity.authenticate(bySignature), { kind: 'signature-invalid' })
  })
})

suite('what is no answer of Keystone', () => {
  const WRONG_BODIES: Readonly<Record<string, string>> = {
    nothing: '',
    'half of it': JSON.stringify({ token: ANSWER }).slice(0, -20),
    HTML: '<!doctype html><title>Sign in</title>',
    null: 'null',
    'a list': '[]',
    'a text': '"token"',
    'no token': '{}',
    'bytes that are no text': '\u0000\ufffd',
    'deep nonsense': '['.repeat(100_000),
  }
  for (const [name, body] of Object.entries(WRONG_BODIES)) {
    test(`a body that is ${name}`, async (t) => {
      const { url } = await standIn(t, text(body, 200, { 'Content-Type': 'application/json' }))
      await refused('upstream-invalid', identityAt(url).ask())
    })
  }

  const { user, project } = ANSWER
  const WRONG_TOKENS: Readonly<Record<string, unknown>> = {
    'token null': null,
    'token a list': [],
    'no user': { ...ANSWER, user: undefined },
    'user a text': { ...ANSWER, user: 'u1' },
    'user id a number': { ...ANSWER, user: { ...user, id: 1 } },
    'user id empty': { ...ANSWER, user: { ...user, id: '' } },
    'user name too long': { ...ANSWER, user: { ...user, name: 'x'.repeat(256) } },
    'user without a domain': { ...ANSWER, user: { ...user, domain: undefined } },
    'project null': { ...ANSWER, project: null },
    'project without an id': { ...ANSWER, project: { ...project, id: undefined } },
    'project without a domain': { ...ANSWER, project: { ...project, domain: undefined } },
    'roles an object': { ...ANSWER, roles: {} },
    'roles of texts': { ...ANSWER, roles: ['admin'] },
    'roles null': { ...ANSWER, roles: null },
    'no expires_at': { ...ANSWER, expires_at: undefined },
    'expires_at null': { ...ANSWER, expires_at: null },
    'expires_at a number': { ...ANSWER, expires_at: NOW + MINUTE_MS },
    'expires_at without a zone': { ...ANSWER, expires_at: '2026-01-15T09:30:00' },
    'expires_at no time': { ...ANSWER, expires_at: 'tomorrow' },
    'expires_at no such day': { ...ANSWER, expires_at: '2026-13-45T09:30:00Z' },
    'expires_at a year of six digits': { ...ANSWER, expires_at: '+275760-09-13T00:00:00Z' },
  }
  for (const [name, token] of Object.entries(WRONG_TOKENS)) {
    test(`a token with ${name}`, async (t) => {
      const { url } = await standIn(t, json(token))
      await refused('upstream-invalid', identityAt(url).ask())
    })
  }

  for (const status of [201, 204, 300, 400, 403, 429, 500, 503]) {
    test(`status ${status}`, async (t) => {
      const { url } = await standIn(t, json(ANSWER, status))
      await refused('upstream-invalid', identityAt(url).ask())
    })
  }

  test('a redirect, which is not followed with the token', async (t) => {
    const elsewhere = await standIn(t, json(ANSWER))
    for (const status of [301, 302, 307, 308]) {
      const { url } = await standIn(t, text('', status, { Location: `${elsewhere.url}/x` }))
      await refused('upstream-invalid', identityAt(url).ask())
    }
    assert.equal(elsewhere.requests.length, 0)
  })

  test('headers that do not come', async (t) => {
    const { url } = await standIn(t, () => undefined)
    await refused('upstream-timeout', identityAt(url).ask())
  })

  test('a body that drips', async (t) => {
    const { url } = await standIn(t, (_, response) => {
      response.writeHead(200)
      const timer = setInterval(() => response.write(' '), 20)
      response.on('close', () => clearInterval(timer))
    })
    await refused('upstream-timeout', identityAt(url).ask())
  })

  test('a body that stops half-way', async (t) => {
    const { url } = await standIn(t, (_, response) => {
      response.writeHead(200, { 'Content-Length': '1000' })
      response.write('{"token":')
    })
    await refused('upstream-timeout', identityAt(url).ask())
  })

  test('a body that never ends, of which little more than 1 MiB is read', async (t) => {
    const closed = Promise.withResolvers<number>()
    const { url } = await standIn(t, (_, response) => {
      let sent = 0
      const chunk = Buffer.alloc(64 * 1024, 0x20)
      const more = () => {
        do sent += chunk.length
        while (!response.destroyed && response.write(chunk))
      }
      response.on('drain', more).on('close', () => closed.resolve(sent))
      more()
    })
    await refused('upstream-invalid', identityAt(url, { timeoutMs: 10_000 }).ask())
    assert.ok((await closed.promise) < 64 * 1024 * 1024)
  })

  test('a connection that is closed at once, or within the body', async (t) => {
    const atOnce = await standIn(t, (request) => request.socket.destroy())
    await refused('upstream-invalid', identityAt(atOnce.url).ask())
    const within = await standIn(t, (_, response) => {
      response.writeHead(200, { 'Content-Length': '1000' })
      response.write('{"token":', () => response.destroy())
    })
    await refused('upstream-invalid', identityAt(within.url).ask())
  })

  test('what is no HTTP', async (t) => {
    const { url } = await standIn(t, (request) => request.socket.end('SSH-2.0-OpenSSH_9.2\r\n'))
    await refused('upstream-invalid', identityAt(url).ask())
  })

  test('a port at which nobody listens', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo // it listens on a port
    server.close()
    await once(server, 'close')
    await refused('upstream-invalid', identityAt(`http://127.0.0.1:${port}`).ask())
  })

  test('none of it is remembered: the next question is asked', async (t) => {
    const answers = [text('', 500), text('<html>'), json(ANSWER)]
    const { url, requests } = await standIn(t, (request, response) =>
      answers[requests.length - 1]?.(request, response),
    )
    const { ask } = identityAt(url)
    await refused('upstream-invalid', ask())
    await refused('upstream-invalid', ask())
    assert.equal((await ask()).userId, 'u1')
  })

  test('none of it tells the token', async (t) => {
    const token = 'a-secret-token'
    const { url } = await standIn(t, (request, response) => {
      response.end(String(request.headers['x-auth-token']))
    })
    for (const base of [url, 'http://127.0.0.1:1']) {
      await assert.rejects(identityAt(base).ask(token), (error: Error) => {
        const told = `${error.stack} ${error.cause instanceof Error ? error.cause.stack : ''}`
        return !told.includes(token)
      })
    }
  })
})

suite('what is remembered', () => {
  test('a second call asks nothing and is answered at once', async (t) => {
    const { url, requests } = await standIn(t, json(ANSWER))
    const { ask, identity } = identityAt(url)
    const first = await ask()
    const again = { token: 'token-1', signed: undefined, projectId: PROJECT_ID }
    assert.equal(identity.authenticate(again), first)
    assert.equal(requests.length, 1)
  })

  test('no longer than five minutes, whatever the settings say', async (t) => {
    const { url, requests } = await standIn(t, json(ANSWER))
    const { ask, pass } = identityAt(url)
    await ask()
    pass(5 * MINUTE_MS)
    await ask()
    assert.equal(requests.length, 1)
    pass(1)
    await ask()
    assert.equal(requests.length, 2)
  })

  test('no longer than the settings say; for no time when they say so', async (t) => {
    const { url, requests } = await standIn(t, json(ANSWER))
    const brief = identityAt(url, { cacheMs: 1000 })
    await brief.ask()
    brief.pass(1001)
    await brief.ask()
    assert.equal(requests.length, 2)
    const none = identityAt(url, { cacheMs: 0 })
    await none.ask()
    await none.ask()
    assert.equal(requests.length, 4)
  })

  test('no longer than the token lives', async (t) => {
    const { url } = await standIn(t, json({ ...ANSWER, expires_at: '2026-01-15T08:31:00Z' }))
    const { ask, pass } = identityAt(url)
    await ask()
    pass(MINUTE_MS - 1)
    await ask()
    pass(1)
    await refused('token-expired', ask())
    pass(MINUTE_MS)
    await refused('token-expired', ask())
  })

  test('no longer for a clock that was set back', async (t) => {
    const { url, requests } = await standIn(t, json(ANSWER))
    const { ask, pass } = identityAt(url)
    await ask()
    pass(-60 * MINUTE_MS)
    await ask()
    assert.equal(requests.length, 2)
  })

  test('a refusal, for a second', async (t) => {
    const { url, requests } = await standIn(t, text('', 404))
    const { ask, pass } = identityAt(url)
    await refused('token-invalid', ask())
    await refused('token-invalid', ask())
    assert.equal(requests.length, 1)
    pass(1001)
    await refused('token-invalid', ask())
    assert.equal(requests.length, 2)
  })

  test('for each token by itself', async (t) => {
    const { url } = await standIn(t, (request, response) => {
      const isKnown = request.headers['x-subject-token'] === 'token-1'
      ;(isKnown ? json(ANSWER) : text('', 404))(request, response)
    })
    const { ask } = identityAt(url)
    await ask('token-1')
    await refused('token-invalid', ask('token-2'))
    await ask('token-1')
  })
})

suite('many at a time', () => {
  test('who waits for the same answer shares one question', async (t) => {
    const { url, requests } = await standIn(t, (request, response) => {
      setTimeout(() => json(ANSWER)(request, response), 50)
    })
    const { ask } = identityAt(url)
    const callers = await Promise.all(Array.from({ length: 20 }, () => ask()))
    assert.equal(requests.length, 1)
    for (const caller of callers) assert.equal(caller, callers[0])
  })

  test('who shares a question shares its failure, and it is asked anew then', async (t) => {
    const { url, requests } = await standIn(t, () => undefined)
    const { ask } = identityAt(url)
    await Promise.all([1, 2, 3].map(() => refused('upstream-timeout', ask())))
    assert.equal(requests.length, 1)
    await refused('upstream-timeout', ask())
    assert.equal(requests.length, 2)
  })

  test('no more than 64 questions are asked at a time; who waits gives up in time', async (t) => {
    const { url, requests } = await standIn(t, () => undefined)
    const { ask } = identityAt(url)
    const tokens = Array.from({ length: 100 }, (_, index) => `token-${index}`)
    await Promise.all(tokens.map((token) => refused('upstream-timeout', ask(token))))
    assert.ok(requests.length <= 64, String(requests.length))
  })

  test('who waits is asked for as others are done', async (t) => {
    let open = 0
    let mostOpen = 0
    const { url, requests } = await standIn(t, (request, response) => {
      mostOpen = Math.max(mostOpen, ++open)
      setTimeout(() => {
        open--
        json(ANSWER)(request, response)
      }, 10)
    })
    const { ask } = identityAt(url, { timeoutMs: 10_000 })
    const tokens = Array.from({ length: 200 }, (_, index) => `token-${index}`)
    await Promise.all(tokens.map((token) => ask(token)))
    assert.equal(requests.length, 200)
    assert.ok(mostOpen <= 64, String(mostOpen))
  })
})
