import assert from 'node:assert/strict'
import { test } from 'node:test'
import { allRootKeys, RootKeyRing, rootKeyFrom } from './root-key.ts'
import { SecretBytes } from './secret-bytes.ts'

/** Root key id, then the wrapping, token, audit, checkpoint, marker and attestation keys. */
const DERIVED = [
  '69b8fa9353c7bc5e',
  '6592e4850d1842fab0d1894edc21738f93be7cd79c27b241b937fb7294ff6bd2',
  '9b047f4392a73662b0f0e49de7e01f12d57072a9d9c626ef72a155660455edfd',
  '32eaf5e09ef3a3aa8915c068061fd30f59e157da36c9475beccea980916850f7',
  '0b15742f5f3c09cd59d8c0263d27ae6a3c1197f744010a997a173196375fba3b',
  '77d8f32590281cfefa274386bf95fe0e708006aef1081e3b81bff9a48dcdf14b',
  'f7dd3e76c194acc16e57e712fae40ba5548212a44ee3bfc4b938072783b0f33a',
]

const material = () => new SecretBytes(Buffer.from('keyturn golden test root key 001'))

test('the keys under a root key are what they always were', () => {
  const root = rootKeyFrom(material())
  const hexOf = (secret: SecretBytes) => secret.lend((bytes) => Buffer.from(bytes).toString('hex'))
  assert.deepEqual(
    [
      root.id,
      root.wrapping,
      root.token,
      root.audit,
      root.checkpoint,
      root.marker,
      root.attestation,
    ].map((part) => (typeof part === 'string' ? part : hexOf(part))),
    DERIVED,
  )
})

test('a root key of another length is a defect', () => {
  assert.throws(() => rootKeyFrom(SecretBytes.random(31)), /32 bytes/)
})

test('a ring is its current root key, and names the others', () => {
  const [first, second] = [rootKeyFrom(material()), rootKeyFrom(SecretBytes.random(32))]
  const ring = new RootKeyRing(first)
  for (const now of [first, second]) {
    const others = now === first ? [] : [first]
    ring.take(now, others)
    const parts = [
      'id',
      'wrapping',
      'token',
      'audit',
      'checkpoint',
      'attestation',
      'marker',
      'backup',
    ]
    for (const part of parts as readonly (keyof typeof now)[]) assert.equal(ring[part], now[part])
    assert.deepEqual(ring.all, [now, ...others])
    assert.deepEqual(ring.others, others)
  }
  assert.deepEqual(
    allRootKeys(ring).map(({ id }) => id),
    [second.id, first.id],
  )
  assert.deepEqual(allRootKeys(first), [first])
})
