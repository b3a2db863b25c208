import { createHmac, createSecretKey } from 'node:crypto'
import { type DataCipher, NONCE_BYTES } from './data-cipher.ts'
import { gcmDecrypt, gcmEncryptInto } from './gcm.ts'
import { fillRandom } from './random.ts'
import type { SecretBytes } from './secret-bytes.ts'

const KEY_BYTES = 16
const DERIVING_NONCE_BYTES = 12
const LABEL = Buffer.from('keyturn/v1/sm4-gcm', 'ascii')
const MEMORY_BYTES = 1024

/**
 * SM4-GCM under a key derived from the first half of a random 192-bit nonce, so that the limit of
 * random 96-bit IVs under one key does not bind. The derived key is the first 16 bytes of
 * `HMAC-SM3(key, counter ‖ label ‖ 00 ‖ nonce[0..12] ‖ length)`, where counter is 1 and length 128,
 * both as 32-bit big-endian integers: the key derivation in counter mode, one block of it.
 *
 * Source: GB/T 32907-2016; RFC 8998; NIST SP 800-108r1 §4.1.
 *
 * @param key 16 bytes; may be wiped afterwards.
 */
export function sm4Gcm(key: SecretBytes, suiteId: number): DataCipher {
  if (key.length !== KEY_BYTES) throw new Error('an SM4 key has 16 bytes')
  const secret = key.lend((bytes) => createSecretKey(bytes))
  const input = Buffer.alloc(4 + LABEL.length + 1 + DERIVING_NONCE_BYTES + 4)
  const nonceInInput = 4 + LABEL.length + 1
  input.writeUInt32BE(1, 0)
  input.set(LABEL, 4)
  input.writeUInt32BE(KEY_BYTES * 8, nonceInInput + DERIVING_NONCE_BYTES)

  function deriveKey(nonce: Uint8Array): Buffer {
    input.set(nonce.subarray(0, DERIVING_NONCE_BYTES), nonceInInput)
    return createHmac('sm3', secret).update(input).digest().subarray(0, KEY_BYTES)
  }

  return {
    kind: 'cipher',
    suiteId,
    memoryBytes: MEMORY_BYTES,
    encryptInto(target, at, plaintext, aad) {
      fillRandom(target, at.nonceAt, NONCE_BYTES)
      const nonce = target.subarray(at.nonceAt, at.nonceAt + NONCE_BYTES)
      const derived = deriveKey(nonce)
      const iv = nonce.subarray(DERIVING_NONCE_BYTES)
      gcmEncryptInto('sm4-gcm', derived, iv, target, at, plaintext, aad)
      derived.fill(0)
    },
    decrypt(nonce, tag, text, aad) {
      const derived = deriveKey(nonce)
      const iv = nonce.subarray(DERIVING_NONCE_BYTES)
      const plaintext = gcmDecrypt('sm4-gcm', derived, iv, tag, text, aad)
      derived.fill(0)
      return plaintext
    },
  }
}
