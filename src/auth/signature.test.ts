import assert from 'node:assert/strict'
import { createHmac, hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import type { EpochMs } from '../core/time.ts'
import { SecretBytes } from '../crypto/secret-bytes.ts'
import { parseAuthorization } from './authorization-header.ts'
import { canonicalRequests, type SignedRequest } from './canonical-request.ts'
import { isSignatureValid, signingSecret, stringToSign } from './signature.ts'

interface Vector {
  readonly id: string
  readonly ak: string
  readonly sk: string
  readonly date: string
  readonly method: string
  readonly request_target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly canonical_request: string
  readonly string_to_sign: string
  readonly authorization: string
}

/** Made by running public signers; see `about` in the file. */
const VECTORS = (
  JSON.parse(
    readFileSync(new URL('../../test/data/signing-vectors.json', import.meta.url).pathname, 'utf8'),
  ) as { readonly vectors: readonly Vector[] }
).vectors

/** It says UNSIGNED-PAYLOAD of a JSON body: rightly signed, but not to be believed. */
const UNSIGNED_JSON = 'post-content-sha256-header'
const ACCEPTED = VECTORS.filter((vector) => vector.id !== UNSIGNED_JSON)
const MINUTE_MS = 60_000

function requestOf(vector: Vector): SignedRequest {
  return {
    method: vector.method,
    rawUrl: vector.request_target,
    headers: { ...vector.headers, authorization: vector.authorization },
    body: Buffer.from(vector.body),
  }
}

function timeOf(date: string): EpochMs {
  const iso = date.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z')
  return Date.parse(iso) as EpochMs
}

function authorizationOf(request: SignedRequest) {
  const authorization = parseAuthorization(request.headers['authorization'] ?? '')
  assert.ok(authorization)
  return authorization
}

function isValid(
  vector: Vector,
  request = requestOf(vector),
  { sk = vector.sk, now = timeOf(vector.date) } = {},
): boolean {
  const authorization = authorizationOf(request)
  const secret = signingSecret(authorization.accessKeyId, new SecretBytes(Buffer.from(sk)))
  return isSignatureValid(request, authorization, secret, now)
}

/** A request of the plain form, signed here: for requests that no recorded signer makes. */
function signed(request: SignedRequest, names: readonly string[]): Vector {
  const sk = 'ExampleSecretKeyForTestsOnly0000000000002'
  const date = request.headers['x-sdk-date'] ?? ''
  const [canonical = ''] = canonicalRequests(request, names, false)
  const toSign = stringToSign({ kind: 'sdk' }, date, hash('sha256', canonical))
  const signature = createHmac('sha256', sk).update(toSign).digest('hex')
  return {
    id: 'signed here',
    ak: 'AK1',
    sk,
    date,
    method: request.method,
    request_target: request.rawUrl,
    headers: request.headers as Readonly<Record<string, string>>,
    body: Buffer.from(request.body).toString(),
    canonical_request: canonical,
    string_to_sign: toSign,
    authorization: `SDK-HMAC-SHA256 Access=AK1, SignedHeaders=${names.join(';')}, Signature=${signature}`,
  }
}

suite('recorded signatures', () => {
  for (const vector of VECTORS) {
    test(`${vector.id}: the canonical request and the text that is signed are the recorded ones`, () => {
      const request = requestOf(vector)
      const { form, signedHeaders } = authorizationOf(request)
      const forms = canonicalRequests(request, signedHeaders, form.kind === 'scoped')
      assert.ok(forms.includes(vector.canonical_request), forms.join('\n---\n'))
      const digest = hash('sha256', vector.canonical_request)
      assert.equal(stringToSign(form, vector.date, digest), vector.string_to_sign)
    })

    test(`${vector.id}: the signature is the recorded one`, () => {
      const { form, signature, accessKeyId } = authorizationOf(requestOf(vector))
      assert.equal(accessKeyId, vector.ak)
      const secret = signingSecret(vector.ak, new SecretBytes(Buffer.from(vector.sk)))
      const made = createHmac('sha256', secret.keyOf(form)).update(vector.string_to_sign).digest()
      assert.deepEqual(made, signature)
    })
  }

  for (const vector of ACCEPTED) {
    test(`${vector.id}: valid`, () => {
      assert.equal(isValid(vector), true)
    })
    test(`${vector.id}: valid again, with what was derived the first time`, () => {
      const request = requestOf(vector)
      const authorization = authorizationOf(request)
      const secret = signingSecret(vector.ak, new SecretBytes(Buffer.from(vector.sk)))
      const now = timeOf(vector.date)
      assert.equal(isSignatureValid(request, authorization, secret, now), true)
      assert.equal(isSignatureValid(request, authorization, secret, now), true)
    })
  }
})

suite('one thing is another', () => {
  for (const vector of ACCEPTED) {
    const request = requestOf(vector)
    const { form, signedHeaders } = authorizationOf(request)

    test(`${vector.id}: method, path, query, body`, () => {
      const method = vector.method === 'GET' ? 'HEAD' : 'GET'
      const [path = '', query] = vector.request_target.split('?')
      const suffix = query === undefined ? '' : `?${query}`
      assert.equal(isValid(vector, { ...request, method }), false, 'method')
      for (const other of [`${path}x`, `/x${path}`, `${path}/x`, `/${path}`]) {
        const changed = { ...request, rawUrl: `${other}${suffix}` }
        assert.equal(isValid(vector, changed), false, other)
      }
      const more = query === undefined ? 'a=1' : `${query}&a=0`
      assert.equal(isValid(vector, { ...request, rawUrl: `${path}?${more}` }), false, 'query')
      if (query !== undefined) {
        assert.equal(isValid(vector, { ...request, rawUrl: path }), false, 'no query')
      }
      const body = Buffer.from(`${vector.body} `)
      assert.equal(isValid(vector, { ...request, body }), false, 'body')
      if (vector.body !== '') {
        assert.equal(isValid(vector, { ...request, body: Buffer.alloc(0) }), false, 'no body')
      }
    })

    for (const name of signedHeaders) {
      test(`${vector.id}: header ${name}`, () => {
        const value = request.headers[name] ?? ''
        for (const other of [`${value}x`, undefined]) {
          const headers = { ...request.headers, [name]: other }
          assert.equal(isValid(vector, { ...request, headers }), false)
        }
      })
    }

    test(`${vector.id}: names of signed headers`, () => {
      const names = signedHeaders.join(';')
      for (const other of [`${names};x-other`, signedHeaders.slice(1).join(';') || 'x-other']) {
        const authorization = vector.authorization.replace(names, other)
        const headers = { ...request.headers, authorization }
        assert.equal(isValid(vector, { ...request, headers }), false, other)
      }
    })

    test(`${vector.id}: secret, access key, signature`, () => {
      assert.equal(isValid(vector, request, { sk: `${vector.sk}x` }), false, 'secret')
      const flipped = vector.authorization.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'))
      const headers = { ...request.headers, authorization: flipped }
      assert.equal(isValid(vector, { ...request, headers }), false, 'signature')
      if (form.kind === 'derived') {
        const authorization = vector.authorization.replace(vector.ak, `${vector.ak}X`)
        const changed = { ...request, headers: { ...request.headers, authorization } }
        assert.equal(isValid(vector, changed), false, 'access key')
      }
    })

    test(`${vector.id}: date`, () => {
      const now = timeOf(vector.date)
      for (const sign of [-1, 1]) {
        const edge = (now + sign * 15 * MINUTE_MS) as EpochMs
        assert.equal(isValid(vector, request, { now: edge }), true, 'at the edge')
        const past = (edge + sign) as EpochMs
        assert.equal(isValid(vector, request, { now: past }), false, 'past it')
      }
      const date = vector.date.replace('083000', '083001')
      const headers = { ...request.headers, 'x-sdk-date': date }
      assert.equal(isValid(vector, { ...request, headers }), false, 'another second')
    })

    if (form.kind !== 'sdk') {
      test(`${vector.id}: each part of the scope`, () => {
        const scope =
          form.kind === 'derived' ? form.scope : `${form.date}/${form.region}/${form.service}`
        const [day, region, service] = scope.split('/')
        const others = [
          `20260116/${region}/${service}`,
          `${day}/${region}x/${service}`,
          `${day}/${region}/${service}x`,
        ]
        for (const other of others) {
          const authorization = vector.authorization.replace(`/${scope}`, `/${other}`)
          assert.notEqual(authorization, vector.authorization)
          const headers = { ...request.headers, authorization }
          assert.equal(isValid(vector, { ...request, headers }), false, other)
        }
      })
    }
  }
})

suite('what a signature must cover', () => {
  const DATE = '20260115T083000Z'
  const HEADERS = { 'x-sdk-date': DATE, 'content-type': 'application/json' }
  const REQUEST: SignedRequest = {
    method: 'POST',
    rawUrl: '/v1.0/p/kms/list-keys',
    headers: HEADERS,
    body: Buffer.from('{}'),
  }

  test('x-sdk-date alone is enough', () => {
    assert.equal(isValid(signed(REQUEST, ['x-sdk-date'])), true)
  })

  test('without x-sdk-date among the signed headers it is refused', () => {
    assert.equal(isValid(signed(REQUEST, ['content-type'])), false)
    assert.equal(isValid(signed(REQUEST, ['x-date', 'content-type'])), false)
  })

  test('without the header X-Sdk-Date, or with one that is no time, it is refused', () => {
    for (const date of [
      undefined,
      '',
      '20260115',
      '2026-01-15T08:30:00Z',
      '20261315T083000Z',
      `${DATE}x`,
    ]) {
      const headers = { ...HEADERS, 'x-sdk-date': date }
      const vector = signed({ ...REQUEST, headers }, ['x-sdk-date'])
      assert.equal(isValid(vector, undefined, { now: timeOf(DATE) }), false, String(date))
    }
  })

  test('UNSIGNED-PAYLOAD is refused for JSON, however well it is signed', () => {
    const vector = VECTORS.find((each) => each.id === UNSIGNED_JSON)
    assert.ok(vector)
    assert.equal(isValid(vector), false)
    const names = ['x-sdk-content-sha256', 'x-sdk-date']
    for (const type of [
      'application/json',
      'Application/JSON;charset=utf-8',
      'a/b+json',
      undefined,
    ]) {
      const headers = {
        ...HEADERS,
        'content-type': type,
        'x-sdk-content-sha256': 'UNSIGNED-PAYLOAD',
      }
      assert.equal(isValid(signed({ ...REQUEST, headers }, names)), false, String(type))
    }
  })

  test('UNSIGNED-PAYLOAD stands for a body that is not JSON', () => {
    const headers = {
      ...HEADERS,
      'content-type': 'application/octet-stream',
      'x-sdk-content-sha256': 'UNSIGNED-PAYLOAD',
    }
    const names = ['content-type', 'x-sdk-content-sha256', 'x-sdk-date']
    const said = (body: string) =>
      isValid(signed({ ...REQUEST, headers, body: Buffer.from(body) }, names))
    assert.equal(said('words'), true)
    assert.equal(said(' {"limit":"1"}'), false)
  })

  test('a hash that is sent has to be the hash of the body', () => {
    const names = ['x-sdk-content-sha256', 'x-sdk-date']
    const claim = (value: string) =>
      signed({ ...REQUEST, headers: { ...HEADERS, 'x-sdk-content-sha256': value } }, names)
    assert.equal(isValid(claim(hash('sha256', '{}'))), true)
    assert.equal(isValid(claim(hash('sha256', '{ }'))), false)
    assert.equal(isValid(claim('')), false)
  })

  test('a header that no request has cannot upset it', () => {
    for (const name of ['constructor', '__proto__', 'tostring', 'hasownproperty', 'valueof']) {
      const names = [name, 'x-sdk-date']
      const headers = { ...HEADERS, [name === '__proto__' ? 'x-other' : name]: '' }
      const vector = signed({ ...REQUEST, headers }, names)
      assert.equal(isValid({ ...vector, headers: HEADERS }), true, name)
    }
  })

  test('a header that came as a list cannot upset it', () => {
    const vector = signed(REQUEST, ['set-cookie', 'x-sdk-date'])
    const headers = {
      ...requestOf(vector).headers,
      'set-cookie': ['a=1', 'b=2'] as unknown as string,
    } // as node gives it
    assert.equal(isValid(vector, { ...REQUEST, headers }), false)
  })

  test('a path or query with broken escapes is compared as it is, not thrown at', () => {
    for (const rawUrl of [
      '/v1.0/%',
      '/v1.0/%zz?a=%&%=b',
      '/%ff%fe?x=%ff',
      '/a?',
      '/a?&&',
      '/a??b',
    ]) {
      const request = { ...REQUEST, rawUrl }
      assert.equal(isValid(signed(request, ['x-sdk-date'])), true, rawUrl)
    }
  })
})

suite('the Authorization header', () => {
  const SIGNATURE = 'ab'.repeat(32)
  const TAIL = `SignedHeaders=host;x-sdk-date, Signature=${SIGNATURE}`

  test('its parts', () => {
    assert.deepEqual(parseAuthorization(`SDK-HMAC-SHA256 Access=AK1, ${TAIL}`), {
      form: { kind: 'sdk' },
      accessKeyId: 'AK1',
      signedHeaders: ['host', 'x-sdk-date'],
      signature: Buffer.from(SIGNATURE, 'hex'),
    })
    const scoped = parseAuthorization(
      `SDK-HMAC-SHA256 Credential=AK1/20260115///sdk_request,${TAIL}`,
    )
    assert.deepEqual(scoped?.form, { kind: 'scoped', date: '20260115', region: '', service: '' })
    const derived = parseAuthorization(`V11-HMAC-SHA256 Credential=AK1/20260115/eu-de/kms, ${TAIL}`)
    assert.deepEqual(derived?.form, { kind: 'derived', scope: '20260115/eu-de/kms' })
  })

  const MALFORMED = [
    '',
    'Bearer abc',
    'SDK-HMAC-SHA256',
    `SDK-HMAC-SHA256 ${TAIL}`,
    `SDK-HMAC-SHA512 Access=AK1, ${TAIL}`,
    `sdk-hmac-sha256 Access=AK1, ${TAIL}`,
    `SDK-HMAC-SHA256 Access=, ${TAIL}`,
    `SDK-HMAC-SHA256 Access=A K, ${TAIL}`,
    `SDK-HMAC-SHA256 Access=A%00K, ${TAIL}`,
    `SDK-HMAC-SHA256 Access=${'A'.repeat(65)}, ${TAIL}`,
    `SDK-HMAC-SHA256 Access=AK1/20260115///sdk_request, ${TAIL}`,
    `SDK-HMAC-SHA256 Credential=AK1, ${TAIL}`,
    `SDK-HMAC-SHA256 Credential=AK1/20260115/eu-de/kms, ${TAIL}`,
    `SDK-HMAC-SHA256 Credential=AK1/2026011/eu-de/kms/sdk_request, ${TAIL}`,
    `SDK-HMAC-SHA256 Credential=AK1/20260115/eu-de/kms/aws4_request, ${TAIL}`,
    `SDK-HMAC-SHA256 Credential=AK1/20260115/eu-de/kms/sdk_request/x, ${TAIL}`,
    `SDK-HMAC-SHA256 Credential=AK1/20260115/eu.de/kms/sdk_request, ${TAIL}`,
    `V11-HMAC-SHA256 Access=AK1, ${TAIL}`,
    `V11-HMAC-SHA256 Credential=AK1/20260115/eu-de, ${TAIL}`,
    `V11-HMAC-SHA256 Credential=AK1/20260115/eu-de/kms/sdk_request, ${TAIL}`,
    `SDK-HMAC-SHA256 Access=AK1, SignedHeaders=, Signature=${SIGNATURE}`,
    `SDK-HMAC-SHA256 Access=AK1, Signature=${SIGNATURE}`,
    'SDK-HMAC-SHA256 Access=AK1, SignedHeaders=x-sdk-date',
    'SDK-HMAC-SHA256 Access=AK1, SignedHeaders=x-sdk-date, Signature=',
    `SDK-HMAC-SHA256 Access=AK1, SignedHeaders=x-sdk-date, Signature=${SIGNATURE}00`,
    `SDK-HMAC-SHA256 Access=AK1, SignedHeaders=x-sdk-date, Signature=${'zz'.repeat(32)}`,
    `SDK-HMAC-SHA256 Access=AK1, SignedHeaders=x-sdk-date, Signature=${SIGNATURE}, More=1`,
    ` SDK-HMAC-SHA256 Access=AK1, ${TAIL}`,
    `SDK-HMAC-SHA256 Access=AK1, ${TAIL}\n`,
  ]
  for (const [index, header] of MALFORMED.entries()) {
    test(`malformed ${index}: ${JSON.stringify(header.slice(0, 60))}`, () => {
      assert.equal(parseAuthorization(header), undefined)
    })
  }

  test('a hostile one is refused quickly', () => {
    const startedAt = performance.now()
    for (const text of ['a;', ' ', ',', '/', 'Access=']) {
      parseAuthorization(`SDK-HMAC-SHA256 Access=AK1, SignedHeaders=${text.repeat(30_000)}`)
    }
    assert.ok(performance.now() - startedAt < 200)
  })
})
