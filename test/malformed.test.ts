import assert from 'node:assert/strict'
import { createHash, randomInt } from 'node:crypto'
import { connect } from 'node:net'
import { after, before, describe, test } from 'node:test'
import type { OperationRow } from '../src/contract/operation.ts'
import { OPERATIONS } from '../src/contract/operations/index.ts'
import { WIRE_ERRORS } from '../src/contract/wire-errors/index.ts'
import { startTestServer, type TestServer } from './server.ts'

/** The long form is asked for with KEYTURN_MALFORMED_REQUESTS=100000. */
const REQUESTS = Number(process.env['KEYTURN_MALFORMED_REQUESTS'] ?? 10_000)
const CONNECTIONS = 16
const KEYSPACE = 'keyspace_id=11111111-2222-4333-8444-555555555555'
const UNKNOWN = '0d0466b0-e727-4d9c-b35d-f84bb474a37f'

const CODES = new Set(Object.values(WIRE_ERRORS).map(({ code }) => code))
const ROWS: readonly OperationRow[] = Object.values(OPERATIONS)

interface Malformed {
  readonly what: string
  readonly bytes: Buffer
}

interface RawReply {
  readonly status: number
  readonly body: string
}

describe(`${REQUESTS} malformed requests made from the table`, () => {
  let server: TestServer
  before(async () => {
    server = await startTestServer({ flags: ['--clock', 'virtual:2026-01-01T00:00:00Z'] })
  })
  after(() => server.stop())

  test('each gets a documented error, none harms the server, nothing changes', async () => {
    const keyId = await server.createKey({ key_description: 'unharmed' })
    const before = await fingerprint(server)
    const seed = randomInt(2 ** 31)
    const generate = makeGenerator(server, keyId, seed)
    const statuses = new Map<number, number>()
    let left = REQUESTS
    const client = async () => {
      while (left-- > 0) {
        const { what, bytes } = generate()
        const { status, body } = await exchange(server, bytes)
        const label = `seed ${seed}: ${what}: ${status} ${body.slice(0, 300)}`
        assert.ok(status >= 400 && status < 500, label)
        const { error, error_code: flat } = JSON.parse(body)
        if (error.error_code !== undefined) {
          assert.ok(CODES.has(error.error_code), label)
          assert.ok(typeof flat === 'string', label)
        } else {
          assert.equal(error.code, status, label)
        }
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
      }
    }
    await Promise.all(Array.from({ length: CONNECTIONS }, client))
    assert.deepEqual(await fingerprint(server), before)
    assert.equal((await server.send('GET', '/readyz')).status, 200)
    for (const expected of [400, 401, 403, 404, 405, 413]) {
      assert.ok(
        (statuses.get(expected) ?? 0) > 0,
        `no reply ${expected}: the generator is too tame`,
      )
    }
  })
})

/** Everything that a caller could have changed. */
async function fingerprint(server: TestServer): Promise<unknown> {
  const { body } = await server.kms('list-keys', { key_spec: 'ALL' })
  const statuses = []
  for (const keyId of body.keys) {
    statuses.push((await server.kms('get-key-rotation-status', { key_id: keyId })).text)
  }
  const { body: clock } = await server.send('GET', '/keyturn/v1/clock')
  const { body: users } = await server.send('GET', '/v3/users')
  const lists = []
  for (const path of ['aliases', 'tags', `key-policies?${KEYSPACE}`, `access-points?${KEYSPACE}`]) {
    lists.push((await server.kms(path, undefined, { method: 'GET' })).text)
  }
  for (const keyId of body.keys)
    lists.push((await server.kms('list-grants', { key_id: keyId })).text)
  const text = JSON.stringify([body, statuses, lists, clock, users.users.length])
  return [createHash('sha256').update(text).digest('hex'), body.total]
}

function makeGenerator(server: TestServer, keyId: string, seed: number): () => Malformed {
  let state = seed
  const random = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state % below
  }
  const pick = <T>(list: readonly T[]): T => list[random(list.length)] as T // list is not empty
  const project = server.credentials.project_id

  const pathOf = (row: OperationRow) =>
    row.path
      .replace('{project_id}', project)
      .replace('{key_id}', keyId)
      .replace('{version_id}', 'v1.0')
      .replace('{resource_instances}', 'resource_instances')
      .replace(/\{\w+\}/g, UNKNOWN)
  const withBody = ROWS.filter((row) => Object.keys(row.request).length > 0)
  const keyRows = withBody.filter((row) => row.api !== 'identity')

  const wrongValues: readonly unknown[] = [
    null,
    true,
    -1,
    1.5,
    1e308,
    '',
    ' ',
    '\u0000',
    'x'.repeat(9000),
    '𝕏\ud800',
    "' or 1=1 --",
    '../../../etc/passwd',
    [],
    {},
    [[[[1]]]],
    { constructor: 1 },
    '__proto__',
    '-1',
    '99999999999999999999',
  ]

  const head = (method: string, path: string, length: number, token: string, extra = '') =>
    `${method} ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n` +
    `X-Auth-Token: ${token}\r\nConnection: close\r\n${extra}Content-Length: ${length}\r\n\r\n`
  const post = (row: OperationRow, body: string | Buffer, token = server.token) => {
    const bytes = Buffer.from(body)
    return Buffer.concat([Buffer.from(head(row.method, pathOf(row), bytes.length, token)), bytes])
  }

  const kinds: readonly (() => Malformed)[] = [
    () => {
      const row = pick(keyRows)
      const name = pick(Object.keys(row.request))
      const value = pick(wrongValues.filter((candidate) => !isRight(row, name, candidate)))
      const body = JSON.stringify({ key_id: keyId, [name]: value })
      const shown = JSON.stringify(value)?.slice(0, 40)
      return { what: `${row.id} ${name}=${shown}`, bytes: post(row, body) }
    },
    () => {
      const row = pick(keyRows.filter((r) => Object.values(r.request).some((f) => !f.optional)))
      return { what: `${row.id} without anything`, bytes: post(row, '{}') }
    },
    () => {
      const row = pick(withBody)
      const depth = 17 + random(2000)
      const body = `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`
      return { what: `${row.id} ${depth} deep`, bytes: post(row, body) }
    },
    () => {
      const row = pick(withBody)
      const body = JSON.stringify({ key_id: keyId, filler: 'x'.repeat(66_000 + random(9000)) })
      return { what: `${row.id} too long`, bytes: post(row, body) }
    },
    () => {
      const row = pick(withBody)
      const body = Buffer.from(JSON.stringify({ key_id: keyId, key_alias: 'aé' }))
      body[body.length - 3] = 0xff
      return { what: `${row.id} not UTF-8`, bytes: post(row, body) }
    },
    () => {
      const row = pick(withBody)
      const whole = JSON.stringify({ key_id: keyId, key_alias: 'a', auth: { identity: {} } })
      const body = whole.slice(0, 1 + random(whole.length - 2))
      return { what: `${row.id} cut off`, bytes: post(row, body) }
    },
    () => {
      const row = pick(ROWS.filter((r) => r.path.includes('/kms/')))
      const method = pick(['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'POST'])
      const isRight = ROWS.some((r) => r.path === row.path && r.method === method)
      const bytes = Buffer.from(head(isRight ? 'TRACE' : method, pathOf(row), 0, server.token))
      return { what: `${method} ${row.path}`, bytes }
    },
    () => {
      const row = pick(ROWS)
      const segments = ['', '%', '%00', '..', '%2e%2e', 'x', '%ff', '*', 'kms', '%zz', 'ⅷ']
      const path = encodeURI(`${pathOf(row)}/${pick(segments)}x/${pick(segments)}`)
      const bytes = Buffer.from(head('POST', path, 0, server.token))
      return { what: `path ${path}`, bytes }
    },
    () => {
      const row = pick(keyRows.filter((r) => r.access.kind !== 'anyone'))
      const tokens = [
        '',
        'x',
        'kt1.',
        'kt1.e30.AAAA',
        server.token.slice(0, -2),
        `${server.token}A`,
      ]
      const token = pick(tokens)
      return { what: `${row.id} bad token`, bytes: post(row, '{}', token) }
    },
    () => {
      const row = pick(keyRows.filter((r) => r.access.kind !== 'anyone'))
      const values = [
        'x',
        'SDK-HMAC-SHA256',
        'SDK-HMAC-SHA256 Access=A, SignedHeaders=, Signature=',
        `SDK-HMAC-SHA256 Access=A, SignedHeaders=x-sdk-date, Signature=${'0'.repeat(64)}`,
        `V11-HMAC-SHA256 Credential=A/20260101/r/s, SignedHeaders=__proto__, Signature=${'f'.repeat(64)}`,
      ]
      const lines = `POST ${pathOf(row)} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\nAuthorization: ${pick(values)}\r\n\r\n{}`
      return { what: `${row.id} bad signature`, bytes: Buffer.from(lines) }
    },
    () => {
      const lines = [
        'GET\r\n\r\n',
        'GET / HTTP/9.9\r\n\r\n',
        'GARBAGE\r\n\r\n',
        'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n',
        'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
        'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\nxx',
        `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
        'GET / HTTP/1.1\r\nHost: x\r\nBad Header: y\r\n\r\n',
        '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\r\n\r\n',
      ]
      const line = pick(lines)
      return { what: `HTTP ${JSON.stringify(line.slice(0, 40))}`, bytes: Buffer.from(line) }
    },
  ]
  return () => pick(kinds)()
}

/** Whether a value would do for a field, so that it is none of the wrong ones. */
function isRight(row: OperationRow, name: string, value: unknown): boolean {
  const field = row.request[name]
  if (value === null) return field?.optional === true
  try {
    return field?.decode(value) !== undefined
  } catch {
    return false
  }
}

function exchange(server: TestServer, bytes: Buffer): Promise<RawReply> {
  const { port, hostname } = new URL(server.url)
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const socket = connect({ port: Number(port), host: hostname })
    socket.setTimeout(10_000, () => socket.destroy(new Error('no reply in 10 s')))
    socket.on('connect', () => socket.write(bytes))
    socket.on('data', (chunk: Buffer) => chunks.push(chunk))
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // What was refused unread may be cut off while it is still being sent.
      if (error.code === 'ECONNRESET' || error.code === 'EPIPE') finish()
      else reject(error)
    })
    socket.on('end', () => {
      socket.end()
      finish()
    })
    function finish(): void {
      const text = Buffer.concat(chunks).toString()
      const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1])
      if (Number.isNaN(status)) reject(new Error(`no reply: ${text.slice(0, 100)}`))
      else resolve({ status, body: text.slice(text.indexOf('\r\n\r\n') + 4) })
    }
  })
}
