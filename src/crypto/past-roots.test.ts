import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ed25519Key, publicPemOf } from './ed25519-key.ts'
import { pastRootBytes, pastRootOf, pastRootsIn } from './past-roots.ts'
import { ROOT_KEY_BYTES, RootKeyRing, rootKeyFrom } from './root-key.ts'
import { SecretBytes } from './secret-bytes.ts'

const newRoot = () => rootKeyFrom(SecretBytes.random(ROOT_KEY_BYTES))

test('of past root keys the key of the audit log and public keys are kept, and nothing else', () => {
  const roots = [newRoot(), newRoot()]
  const bytes = pastRootBytes(roots.map(pastRootOf))
  assert.equal(bytes.length, 2 * 104)
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
  }
})

test('bytes of another length are refused', () => {
  assert.deepEqual(pastRootsIn(new SecretBytes(new Uint8Array(0))), [])
  assert.throws(() => pastRootsIn(SecretBytes.random(103)), /no past root keys/)
})

test('a ring has past root keys beside those that serve', () => {
  const past = [pastRootOf(newRoot())]
  const ring = new RootKeyRing(newRoot(), [], past)
  assert.deepEqual(ring.past, past)
  ring.take(newRoot(), [])
  assert.deepEqual(ring.past, [])
})
