import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ed25519Key, publicPemOf } from './ed25519-key.ts'
import { pastRootBytes, pastRootOf, pastRootsIn } from './past-roots.ts'
import { ROOT_KEY_BYTES, RootKeyRing, rootKeyFrom } from './root-key.ts'
import { SecretBytes } from './secret-bytes.ts'

const CHAINS = new Map([
  ['00112233445566ff', { count: 2 ** 40 + 7, head: new Uint8Array(32).fill(3), isOpen: false }],
  ['ffeeddccbbaa0000', { count: 0, head: new Uint8Array(32), isOpen: true }],
])

const newRoot = () => rootKeyFrom(SecretBytes.random(ROOT_KEY_BYTES))

test('of past root keys the key of the audit log, public keys and where chains stood are kept, and nothing else', () => {
  const roots = [newRoot(), newRoot()]
  const bytes = pastRootBytes(
    roots.map((root, index) => pastRootOf(root, index === 0 ? CHAINS : new Map())),
  )
  assert.equal(bytes.length, 1 + 2 * 108 + 2 * 49)
  const past = pastRootsIn(bytes)
  bytes.wipe()
  for (const [index, root] of roots.entries()) {
    const found = past[index]
    assert.ok(found !== undefined)
    assert.equal(found.id, root.id)
    const hex = (secret: SecretBytes) => secret.lend((key) => Buffer.from(key).toString('hex'))
    assert.equal(hex(found.audit), hex(root.audit))
    assert.equal(publicPemOf(found.checkpointPublic), publicPemOf(ed25519Key(root.checkpoint)))
    assert.equal(publicPemOf(found.attestationPublic), publicPemOf(ed25519Key(root.attestation)))
    assert.equal(found.checkpointPublic.type, 'public')
    assert.deepEqual(found.chains, index === 0 ? CHAINS : new Map())
  }
})

test('bytes of another length or format are refused', () => {
  assert.deepEqual(pastRootsIn(pastRootBytes([])), [])
  const bytes = pastRootBytes([pastRootOf(newRoot(), CHAINS)]).lend((b) => Uint8Array.from(b))
  for (let length = 0; length < bytes.length; length++) {
    if (length === 1) continue // none at all
    const cut = new SecretBytes(bytes.slice(0, length))
    assert.throws(() => pastRootsIn(cut), /no past root keys|cut off/, `${length}`)
  }
  assert.throws(() => pastRootsIn(new SecretBytes(Uint8Array.of(2))), /no past root keys/)
})

test('a ring has past root keys beside those that serve', () => {
  const past = [pastRootOf(newRoot(), CHAINS)]
  const ring = new RootKeyRing(newRoot(), [], past)
  assert.deepEqual(ring.past, past)
  ring.take(newRoot(), [])
  assert.deepEqual(ring.past, [])
})
