import { constants, createDecipheriv, createPrivateKey, privateDecrypt } from 'node:crypto'
import { generatePair } from './key-pair.ts'
import { SecretBytes } from './secret-bytes.ts'
import { runSlowly } from './slow-work.ts'
import { sm2ScalarOf } from './sm2.ts'

/** How material is wrapped on its way here. */
export type WrappingAlgorithm = 'RSAES_OAEP_SHA_256' | 'SM2_ENCRYPT'

/** A key pair that one import is made with. */
export interface WrappingPair {
  /** SubjectPublicKeyInfo in DER. */
  readonly publicKey: Uint8Array
  /** PKCS #8 in DER. */
  readonly privateKey: SecretBytes
}

/** Start value of the key wrap with padding. Source: RFC 5649 §3. */
const ICV2 = Buffer.from('a65959a6', 'hex')
/** Length of the key that wraps an imported private key, in bytes. */
const INTERMEDIATE_KEY_BYTES = 32

/** A fresh key pair to wrap with. RSA has 2048 bits: clients check the length of what they wrapped. */
export function generateWrappingPair(algorithm: WrappingAlgorithm): Promise<WrappingPair> {
  return generatePair(
    algorithm === 'SM2_ENCRYPT' ? { kind: 'ec', curve: 'SM2' } : { kind: 'rsa', modulusBits: 2048 },
  )
}

/** What was wrapped with the public key of a pair; undefined when it does not open. */
export async function unwrapWithPair(
  algorithm: WrappingAlgorithm,
  privateKey: SecretBytes,
  wrapped: Uint8Array,
): Promise<SecretBytes | undefined> {
  if (algorithm === 'SM2_ENCRYPT') {
    const scalar = privateKey.lend(sm2ScalarOf)
    const opened = scalar && (await runSlowly('sm2Decrypt', scalar, wrapped))
    return opened && new SecretBytes(opened)
  }
  return privateKey.lend((der) => {
    const key = createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' })
    const padding = constants.RSA_PKCS1_OAEP_PADDING
    try {
      return new SecretBytes(privateDecrypt({ key, padding, oaepHash: 'sha256' }, wrapped))
    } catch {
      return undefined
    }
  })
}

/**
 * A private key that was wrapped with an intermediate key: AES key wrap with padding. Undefined when
 * it does not open. Source: RFC 5649; NIST SP 800-38F §6.3.
 */
export function unwrapPrivateKey(
  intermediate: SecretBytes,
  wrapped: Uint8Array,
): SecretBytes | undefined {
  if (intermediate.length !== INTERMEDIATE_KEY_BYTES) return undefined
  return intermediate.lend((key) => {
    try {
      const decipher = createDecipheriv('id-aes256-wrap-pad', key, ICV2)
      return new SecretBytes(Buffer.concat([decipher.update(wrapped), decipher.final()]))
    } catch {
      return undefined
    }
  })
}
