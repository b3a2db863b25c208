import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { canonicalRequests, isPayloadHonest, type SignedRequest } from './canonical-request.ts'

const EMPTY_HASH = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

function requestOf(parts: Partial<SignedRequest>): SignedRequest {
  return { method: 'GET', rawUrl: '/', headers: {}, body: Buffer.alloc(0), ...parts }
}

function pathsOf(rawUrl: string): readonly (string | undefined)[] {
  return canonicalRequests(requestOf({ rawUrl }), [], false).map((text) => text.split('\n')[1])
}

function queryOf(query: string): string | undefined {
  return canonicalRequests(requestOf({ rawUrl: `/?${query}` }), [], false)[0]?.split('\n')[2]
}

test('the parts in their order, each header on a line of its own', () => {
  const request = requestOf({
    method: 'POST',
    rawUrl: '/v1.0/p/kms/list-keys?limit=1',
    headers: { host: ' localhost ', 'x-sdk-date': 'D' },
    body: Buffer.from('{}'),
  })
  assert.deepEqual(canonicalRequests(request, ['x-sdk-date', 'host', 'absent'], false), [
    [
      'POST',
      '/v1.0/p/kms/list-keys/',
      'limit=1',
      'x-sdk-date:D',
      'host:localhost',
      'absent:',
      '',
      'x-sdk-date;host;absent',
      hash('sha256', '{}'),
    ].join('\n'),
  ])
})

test('a path without escapes has one form, ending in a slash', () => {
  assert.deepEqual(pathsOf('/'), ['/'])
  assert.deepEqual(pathsOf('/a/b'), ['/a/b/'])
  assert.deepEqual(pathsOf('/a/b/'), ['/a/b/'])
  assert.deepEqual(pathsOf('/a.b/~c-d_e?x=1'), ['/a.b/~c-d_e/'])
})

test('a path with escapes: encoded once, or by clients that do not decode, twice', () => {
  assert.deepEqual(pathsOf('/a%20b'), ['/a%20b/', '/a%2520b/'])
  assert.deepEqual(pathsOf('/%e7%8e%af'), ['/%E7%8E%AF/', '/%e7%8e%af/', '/%25e7%258e%25af/'])
  assert.equal(pathsOf("/a!*'()")[0], '/a%21%2A%27%28%29/')
})

test('an escape that is none stays as it is, and is encoded', () => {
  assert.deepEqual(pathsOf('/%zz')[0], '/%25zz/')
  assert.equal(queryOf('a=%zz'), 'a=%25zz')
})

test('a query is sorted by name, then value, and encoded anew', () => {
  assert.equal(queryOf('b=2&a=1'), 'a=1&b=2')
  assert.equal(queryOf('a=b&a=B&a=10&a=9'), 'a=10&a=9&a=B&a=b')
  assert.equal(queryOf('ab=1&a=2'), 'a=2&ab=1')
  assert.equal(queryOf("a=!*'()~"), 'a=%21%2A%27%28%29~')
  assert.equal(queryOf('a=%c3%a9'), 'a=%C3%A9')
  assert.equal(queryOf('a=1=2'), 'a=1%3D2')
})

test('a name without a value gets one that is empty; nothing at all is nothing', () => {
  assert.equal(queryOf('b&a='), 'a=&b=')
  assert.equal(queryOf('&a=1&&'), 'a=1')
  assert.equal(queryOf(''), '')
})

test('a plus sign is a space, an encoded one is a plus sign', () => {
  assert.equal(queryOf('a=x+y&b+c=1'), 'a=x%20y&b%20c=1')
  assert.equal(queryOf('a=x%2By'), 'a=x%2By')
})

test('what a query says does not change its signature only where it says the same', () => {
  const pair = fc.tuple(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }))
  const pairs = fc.array(pair, { maxLength: 5 })
  const meaningOf = (query: string) => [...new URLSearchParams(query)].map(String).sort()
  fc.assert(
    fc.property(pairs, (entries) => {
      const query = new URLSearchParams(entries).toString()
      assert.deepEqual(meaningOf(queryOf(query) ?? ''), meaningOf(query))
    }),
  )
})

test('only the older form may sign the query of a POST without a body as its payload', () => {
  const rawUrl = '/a?b=2&a=1'
  const payloads = (parts: Partial<SignedRequest>, isScoped: boolean) =>
    canonicalRequests(requestOf({ rawUrl, ...parts }), [], isScoped).map((text) => {
      const lines = text.split('\n')
      return [lines[2], lines.at(-1)]
    })
  const usual = ['a=1&b=2', EMPTY_HASH]
  const older = ['', hash('sha256', 'a=1&b=2')]
  assert.deepEqual(payloads({ method: 'POST' }, true), [usual, older])
  assert.deepEqual(payloads({ method: 'POST' }, false), [usual])
  assert.deepEqual(payloads({ method: 'GET' }, true), [usual])
  const body = Buffer.from('{}')
  assert.deepEqual(payloads({ method: 'POST', body }, true), [['a=1&b=2', hash('sha256', '{}')]])
})

test('what is said of the hash of a body has to be true', () => {
  const body = Buffer.from('{"a":1}')
  const isHonest = (claimed: string, contentType = 'application/json', bytes = body) =>
    isPayloadHonest(
      requestOf({
        headers: { 'x-sdk-content-sha256': claimed, 'content-type': contentType },
        body: bytes,
      }),
    )
  assert.equal(isPayloadHonest(requestOf({ body })), true)
  assert.equal(isHonest(hash('sha256', body)), true)
  assert.equal(isHonest(hash('sha256', body).toUpperCase()), true)
  assert.equal(isHonest(EMPTY_HASH), false)
  assert.equal(isHonest('UNSIGNED-PAYLOAD'), false)
  assert.equal(isHonest('UNSIGNED-PAYLOAD', 'application/vnd.x+json'), false)
  assert.equal(isHonest('UNSIGNED-PAYLOAD', 'text/plain'), false)
  assert.equal(isHonest('UNSIGNED-PAYLOAD', 'text/plain', Buffer.from('  [1]')), false)
  assert.equal(isHonest('UNSIGNED-PAYLOAD', 'text/plain', Buffer.from('words')), true)
  assert.equal(isHonest('UNSIGNED-PAYLOAD', 'application/json', Buffer.alloc(0)), true)
})
