import { type AsymmetricKey, CANNOT, type SignedMessage } from './asymmetric-key.ts'
import { SecretBytes } from './secret-bytes.ts'
import { runSlowly } from './slow-work.ts'
import { sm2MessageDigest, sm2PointOf, sm2PointOfSpki, sm2Spki } from './sm2.ts'

const MEMORY_BYTES = 1024

/** An SM2 key. Source: GB/T 32918-2016. */
export function sm2Key(scalar: SecretBytes): AsymmetricKey {
  const point = scalar.lend(sm2PointOf)
  const digestOf = ({ kind, bytes }: SignedMessage) =>
    kind === 'digest' ? bytes : sm2MessageDigest(point, bytes)
  return {
    ...CANNOT,
    kind: 'asymmetric',
    memoryBytes: MEMORY_BYTES,
    publicKey: sm2Spki(point),
    sign: (_algorithm, message) =>
      scalar.lend((bytes) => runSlowly('sm2Sign', bytes, digestOf(message))),
    verify: (_algorithm, message, signature) =>
      runSlowly('sm2Verify', point, digestOf(message), signature),
    encrypt: (_algorithm, plaintext) => runSlowly('sm2Encrypt', point, plaintext),
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
