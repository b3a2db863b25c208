import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { inspect } from 'node:util'
import {
  type Client,
  type ClientOptions,
  createClient,
  KeyturnError,
} from '../../src/client/index.ts'
import { freePort } from '../free-port.ts'
import { type Deed, type FlakyServer, type Seen, startFlakyServer } from './flaky-server.ts'

const KEY = { key_id: '0d0466b0-e727-4d9c-b35d-f84bb474a37f' }
const OK: Deed = { status: 200, body: { key_id: KEY.key_id, key_info: {}, cipher_text: 'AA==' } }
const PASSWORD = 'correct horse battery staple'

describe('a client whose server is not always well', () => {
  let server: FlakyServer
  before(async () => {
    server = await startFlakyServer()
  })
  after(() => server.stop())

  const clientOf = (options: Partial<ClientOptions> = {}): Client =>
    createClient({
      endpoint: server.url,
      projectId: 'p',
      credentials: { kind: 'token', token: 'a-token' },
      ...options,
    })

  test('what is repeatable is sent again after 429, 502, 503, 504 and broken connections', async () => {
    for (const deed of [
      { status: 429 },
      { status: 502 },
      { status: 503, body: '<html>busy</html>' },
      { status: 504 },
      'break',
      'break-midway',
    ] as const) {
      server.play([deed, deed, OK])
      await clientOf().encryptData({ ...KEY, plain_text: 'x' })
      assert.equal(server.seen.length, 3, JSON.stringify(deed))
      assert.equal(new Set(server.seen.map(({ body }) => body)).size, 1)
    }
  })

  test('what is not repeatable is sent again only when nothing was done', async () => {
    for (const deed of [{ status: 429 }, { status: 503 }] as const) {
      server.play([deed, OK])
      await clientOf().rotateOnDemand(KEY)
      assert.equal(server.seen.length, 2)
    }
    for (const deed of [{ status: 502 }, { status: 504 }, 'break', 'break-midway'] as const) {
      server.play([deed, OK])
      await assert.rejects(clientOf().rotateOnDemand(KEY), KeyturnError)
      assert.equal(server.seen.length, 1, JSON.stringify(deed))
    }
  })

  test('a server that is not there yet gets even that, for nothing was sent', async () => {
    const port = await freePort()
    let tries = 0
    const late = createClient({
      endpoint: `http://127.0.0.1:${port}`,
      projectId: 'p',
      credentials: { kind: 'token', token: 'a-token' },
      fetch: (url, request) => {
        tries++
        return fetch(tries < 3 ? url : url.replace(`http://127.0.0.1:${port}`, server.url), request)
      },
    })
    server.play([OK])
    await late.rotateOnDemand(KEY)
    assert.equal(tries, 3)
  })

  test('errors that are the caller’s, and errors of the server’s own, are told at once', async () => {
    for (const status of [400, 401, 403, 404, 409, 500]) {
      server.play([{ status, body: { error: { error_code: 'KMS.1', error_msg: 'no' } } }])
      await assert.rejects(clientOf().listKeys(), (error) => {
        assert.ok(error instanceof KeyturnError)
        assert.deepEqual([error.status, error.code, error.message], [status, 'KMS.1', 'no'])
        return true
      })
      assert.equal(server.seen.length, 1)
    }
  })

  test('it gives up after so many times, with the last answer', async () => {
    server.play([{ status: 503 }])
    await assert.rejects(
      clientOf({ retries: 2 }).listKeys(),
      (error) => error instanceof KeyturnError && error.status === 503,
    )
    assert.equal(server.seen.length, 3)
    server.play([{ status: 503 }])
    await assert.rejects(clientOf({ retries: 0 }).listKeys())
    assert.equal(server.seen.length, 1)
  })

  test('it waits as long as the server asks, in seconds or until a date', async () => {
    // A date has whole seconds: two seconds on, cut off, are one at least.
    const inTwoSeconds = () => new Date(Date.now() + 2000).toUTCString()
    for (const [retryAfterOf, leastMs] of [
      [() => '1', 1000],
      [inTwoSeconds, 500],
    ] as const) {
      const retryAfter = retryAfterOf()
      server.play([{ status: 429, headers: { 'Retry-After': retryAfter } }, OK])
      await clientOf().listKeys()
      const [first, second] = server.seen.map(({ atMs }) => atMs)
      assert.ok((second ?? 0) - (first ?? 0) >= leastMs - 5, retryAfter)
    }
  })

  test('a call ends in its time, or with its signal, also while it waits', async () => {
    const begin = performance.now()
    const isTimeout = (error: unknown) =>
      error instanceof KeyturnError && error.kind === 'timeout' && error.status === 0
    server.play(['silence'])
    await assert.rejects(clientOf({ timeoutMs: 100 }).listKeys(), isTimeout)
    await assert.rejects(clientOf().listKeys({}, { timeoutMs: 100 }), isTimeout)
    for (const deed of ['silence', { status: 429, headers: { 'Retry-After': '10' } }] as const) {
      server.play([deed])
      const why = new Error('enough')
      const ending = new AbortController()
      setTimeout(() => ending.abort(why), 100)
      await assert.rejects(clientOf().listKeys({}, { signal: ending.signal }), why)
      const before = server.seen.length
      await assert.rejects(clientOf().listKeys({}, { signal: ending.signal }), why)
      assert.equal(server.seen.length, before, 'nothing is sent for a signal that has ended')
    }
    assert.ok(performance.now() - begin < 2000)
  })

  test('what would come too late is not waited for', async () => {
    server.play([{ status: 429, headers: { 'Retry-After': '3600' } }])
    const begin = performance.now()
    await assert.rejects(
      clientOf().listKeys(),
      (error) => error instanceof KeyturnError && error.status === 429,
    )
    assert.ok(performance.now() - begin < 1000)
    assert.equal(server.seen.length, 1)
  })

  test('what answers and is not Keyturn is told from it; nothing is sent after a redirection', async () => {
    for (const body of ['<html></html>', '[1]', '"x"', '{"a":']) {
      server.play([{ status: 200, body }])
      await assert.rejects(
        clientOf().listKeys(),
        (error) => error instanceof KeyturnError && error.kind === 'unintelligible',
      )
    }
    server.play([{ status: 307, headers: { Location: `${server.url}/elsewhere` } }])
    await assert.rejects(clientOf({ retries: 0 }).listKeys(), KeyturnError)
    assert.deepEqual(
      server.seen.map(({ path }) => path),
      ['/v1.0/p/kms/list-keys'],
    )
  })

  test('a redirection without a body is no success, whatever sends requests', async () => {
    for (const status of [301, 302, 304, 307, 308]) {
      const redirecting = clientOf({
        fetch: async () => ({ status, headers: { get: () => null }, text: async () => '' }),
      })
      await assert.rejects(
        redirecting.disableKey(KEY),
        (error) => error instanceof KeyturnError && error.kind === 'unintelligible',
        String(status),
      )
    }
  })

  test('calls share a sign-in, renew it when it is refused, and before its end', async () => {
    let tokens = 0
    let lifeMs = 3_600_000
    const play = (refuse: (seen: Seen) => boolean) =>
      server.play((seen) => {
        if (seen.path.startsWith('/v3/auth/tokens')) return tokenReply(`t${++tokens}`, lifeMs)
        return refuse(seen) ? { status: 401, body: { error_code: 'KMS.0303' } } : OK
      })
    const signIns = () => server.seen.filter(({ path }) => path.startsWith('/v3/')).length

    const client = clientOf({
      credentials: { kind: 'password', userName: 'ann', password: PASSWORD },
      projectId: undefined,
    })
    play(() => false)
    await Promise.all(Array.from({ length: 20 }, () => client.listKeys()))
    assert.equal(signIns(), 1)
    assert.equal(server.seen[1]?.path, '/v1.0/p1/kms/list-keys')

    // t1 was revoked: all who had it share one new sign-in, and what is not repeatable goes on too.
    play(({ headers }) => headers['x-auth-token'] === 't1')
    await Promise.all(Array.from({ length: 20 }, () => client.rotateOnDemand(KEY)))
    assert.equal(signIns(), 1)

    // A server that refuses every token is asked once more, and no more.
    play(() => true)
    await assert.rejects(client.listKeys(), (error) => error instanceof KeyturnError)
    assert.deepEqual([signIns(), server.seen.length], [1, 3])

    // A token that lives for a second is renewed before that is over.
    lifeMs = 1000
    play(() => false)
    await client.signIn()
    await client.listKeys()
    assert.equal(signIns(), 1)
    await new Promise((resolve) => setTimeout(resolve, 950))
    await client.listKeys()
    assert.equal(signIns(), 2)
    assert.equal(server.seen.at(-1)?.headers['x-auth-token'], `t${tokens}`)
  })

  test('a session near its end serves on while no new one can be had', async () => {
    let isDeskOpen = true
    server.play(({ path }) => {
      if (!path.startsWith('/v3/')) return OK
      return isDeskOpen ? tokenReply('t', 2000) : { status: 500 }
    })
    const client = clientOf({
      credentials: { kind: 'password', userId: 'u', password: PASSWORD },
      projectId: undefined,
    })
    await client.listKeys()
    isDeskOpen = false
    await new Promise((resolve) => setTimeout(resolve, 1850))
    await client.listKeys()
    await new Promise((resolve) => setTimeout(resolve, 200))
    await assert.rejects(client.listKeys())
  })

  test('who shares a sign-in may leave without ending it for the others', async () => {
    server.play(({ path }) => (path.startsWith('/v3/') ? tokenReply('t', 60_000) : OK))
    const client = clientOf({
      credentials: { kind: 'password', userName: 'a', password: PASSWORD },
    })
    const ending = new AbortController()
    const leaving = client.listKeys({}, { signal: ending.signal })
    const staying = client.listKeys()
    ending.abort()
    await assert.rejects(leaving, { name: 'AbortError' })
    await staying
  })

  test('nothing that is printed of clients and errors holds a secret', async () => {
    server.play(['break'])
    const password = clientOf({
      credentials: { kind: 'password', userName: 'ann', password: PASSWORD },
      retries: 0,
    })
    const accessKey = clientOf({
      credentials: { kind: 'accessKey', accessKey: 'AK', secretKey: PASSWORD },
      retries: 0,
    })
    for (const client of [password, accessKey]) {
      const error = await client.encryptData({ ...KEY, plain_text: PASSWORD }).catch((e) => e)
      assert.ok(error instanceof KeyturnError && error.kind === 'network')
      const shown = inspect([client, error], { depth: 12, showHidden: true })
      assert.ok(!shown.includes('correct horse'), shown)
    }
  })
})

function tokenReply(token: string, lifeMs: number): Deed {
  const domain = { id: 'd', name: 'main' }
  return {
    status: 201,
    headers: { 'X-Subject-Token': token },
    body: {
      token: {
        issued_at: new Date(1_700_000_000_000).toISOString(),
        expires_at: new Date(1_700_000_000_000 + lifeMs).toISOString(),
        methods: ['password'],
        user: { id: 'u', name: 'ann', domain },
        project: { id: 'p1', name: 'local-1', domain },
        roles: [],
      },
    },
  }
}
