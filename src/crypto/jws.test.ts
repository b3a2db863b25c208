import assert from 'node:assert/strict'
import { createPublicKey } from 'node:crypto'
import { test } from 'node:test'
import { canonicalJson } from './canonical-json.ts'
import { ed25519Key, ed25519KeyId, publicKeysIn, publicPemOf } from './ed25519-key.ts'
import { openJws, parseJws, signJws } from './jws.ts'
import { SecretBytes } from './secret-bytes.ts'

/** Key, message and signature of RFC 8037, appendix A.1 to A.4. */
const RFC = {
  seed: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
  x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
  thumbprint: 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k',
  jws: [
    'eyJhbGciOiJFZERTQSJ9',
    'RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc',
    'hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg',
  ],
} as const

const key = ed25519Key(new SecretBytes(Buffer.from(RFC.seed, 'base64url')))
const keys = publicKeysIn(publicPemOf(key))

test('keys and their ids are those of RFC 8037', () => {
  assert.equal(createPublicKey(key).export({ format: 'jwk' }).x, RFC.x)
  assert.equal(ed25519KeyId(key), RFC.thumbprint)
  assert.deepEqual(
    keys.map(({ id }) => id),
    [RFC.thumbprint],
  )
})

test('the JWS of RFC 8037 has no type: it is genuine, and none of ours', () => {
  const jws = parseJws(RFC.jws.join('.'))
  assert.ok(jws)
  assert.deepEqual(openJws(jws, 'x+json', keys), { kind: 'malformed' })
})

test('what was signed opens as what it is, and as nothing else', () => {
  const jws = signJws({ b: [1, 'ü'], a: undefined, A: { z: null, y: true } }, 'x+json', key)
  const opened = openJws(jws, 'x+json', keys)
  assert.deepEqual(opened, {
    kind: 'genuine',
    keyId: RFC.thumbprint,
    payload: '{"A":{"y":true,"z":null},"b":[1,"ü"]}',
  })
  assert.equal(openJws(jws, 'y+json', keys).kind, 'malformed')
  assert.equal(openJws(jws, 'x+json', []).kind, 'other-key')
})

test('a header may choose no algorithm, and demand nothing', () => {
  const jws = signJws({}, 'x+json', key)
  const kid = RFC.thumbprint
  const headers = [
    { alg: 'none', kid, typ: 'x+json' },
    { alg: 'HS256', kid, typ: 'x+json' },
    { alg: 'EdDSA', kid, typ: 'x+json', crit: ['b64'] },
    { alg: 'EdDSA', typ: 'x+json' },
    [],
  ]
  for (const header of headers) {
    const forged = Buffer.from(JSON.stringify(header)).toString('base64url')
    assert.equal(openJws({ ...jws, protected: forged }, 'x+json', keys).kind, 'malformed')
  }
})

test('every flipped bit is found', () => {
  const jws = signJws({ n: 1 }, 'x+json', key)
  for (const part of ['payload', 'signature'] as const) {
    const bytes = Buffer.from(jws[part], 'base64url')
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Buffer.from(bytes)
      flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
      const changed = { ...jws, [part]: flipped.toString('base64url') }
      assert.equal(openJws(changed, 'x+json', keys).kind, 'forged')
    }
  }
})

test('text that is no JWS is none', () => {
  for (const text of ['', '{', 'a.b', 'a.b.c.d', 'a.b.ü', '{"payload":"x"}', '[]', 'a..c']) {
    assert.equal(parseJws(text), undefined, text)
  }
})

test('what JSON cannot hold has no canonical form; members are sorted by UTF-16', () => {
  assert.throws(() => canonicalJson(Number.NaN))
  assert.throws(() => canonicalJson(Number.POSITIVE_INFINITY))
  assert.throws(() => canonicalJson('\ud800'))
  // Source: RFC 8785 §3.2.3.
  const value = {
    '\u20ac': 1,
    '\r': 2,
    '\ufb33': 3,
    '1': 4,
    '\ud83d\ude00': 5,
    '\u0080': 6,
    '\u00f6': 7,
  }
  assert.equal(
    canonicalJson(value),
    '{"\\r":2,"1":4,"\u0080":6,"\u00f6":7,"\u20ac":1,"\ud83d\ude00":5,"\ufb33":3}',
  )
  // Source: RFC 8785 §3.2.2, numbers.
  assert.equal(canonicalJson([1e30, 4.5, 2e-3, 1e-27]), '[1e+30,4.5,0.002,1e-27]')
})

test('public keys are read from a text with several, and keys of other kinds are not', () => {
  const pem = publicPemOf(key)
  const damaged = '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----'
  assert.equal(publicKeysIn(`a ${damaged}\nb\n${pem}\n${pem}`).length, 2)
})
