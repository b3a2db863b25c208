import { type AsymmetricKey, CANNOT, type PublicKey, type SignedMessage } from './asymmetric-key.ts'
import { SecretBytes } from './secret-bytes.ts'
import { runSlowly } from './slow-work.ts'
import { sm2MessageDigest, sm2PointOf, sm2PointOfSpki, sm2Spki } from './sm2.ts'

const MEMORY_BYTES = 1024

/** An SM2 key. Source: GB/T 32918-2016. */
export function sm2Key(scalar: SecretBytes): AsymmetricKey {
  const point = scalar.lend(sm2PointOf)
  return {
    ...CANNOT,
    ...sm2PublicKey(point),
    kind: 'asymmetric',
    memoryBytes: MEMORY_BYTES,
    sign: (_algorithm, message) =>
      scalar.lend((bytes) => runSlowly('sm2Sign', bytes, digestOf(point, message))),
    async decrypt(_algorithm, ciphertext) {
      const plaintext = await scalar.lend((bytes) => runSlowly('sm2Decrypt', bytes, ciphertext))
      return plaintext && Buffer.from(plaintext)
    },
    async agree(peer) {
      const peerPoint = sm2PointOfSpki(peer)
      if (peerPoint === undefined) return undefined
      const shared = await scalar.lend((bytes) => runSlowly('sm2Agree', bytes, peerPoint))
      return new SecretBytes(shared)
    },
  }
}

/** The public half of an SM2 key: its uncompressed point. Source: GB/T 32918-2016. */
export function sm2PublicKey(point: Uint8Array): PublicKey {
  return {
    publicKey: sm2Spki(point),
    verify: (_algorithm, message, signature) =>
      runSlowly('sm2Verify', point, digestOf(point, message), signature),
    encrypt: (_algorithm, plaintext) => runSlowly('sm2Encrypt', point, plaintext),
  }
}

function digestOf(point: Uint8Array, { kind, bytes }: SignedMessage): Uint8Array {
  return kind === 'digest' ? bytes : sm2MessageDigest(point, bytes)
}
