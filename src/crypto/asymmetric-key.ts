import type { EncryptionAlgorithm, SigningAlgorithm } from '../core/algorithms.ts'
import type { SecretBytes } from './secret-bytes.ts'

/** What is signed: a message, or the hash of one. */
export interface SignedMessage {
  readonly kind: 'raw' | 'digest'
  readonly bytes: Uint8Array
}

/** The public half of a key pair. */
export interface PublicKey {
  /** SubjectPublicKeyInfo in DER. Source: RFC 5280 §4.1.2.7. */
  readonly publicKey: Uint8Array
  readonly verify: (
    algorithm: SigningAlgorithm,
    message: SignedMessage,
    signature: Uint8Array,
  ) => Promise<boolean>
  /** Undefined when the plaintext is too long for the key. */
  readonly encrypt: (
    algorithm: EncryptionAlgorithm,
    plaintext: Uint8Array,
  ) => Promise<Uint8Array | undefined>
}

/**
 * A private key with its public half, ready for use. What it is asked for fits its key spec: whoever
 * calls has looked into the table. Slow work runs in other threads.
 */
export interface AsymmetricKey extends PublicKey {
  readonly kind: 'asymmetric'
  /** What it costs in memory, in bytes, by estimate. */
  readonly memoryBytes: number
  /** ECDSA and SM2 signatures are in DER, the others bare. */
  readonly sign: (algorithm: SigningAlgorithm, message: SignedMessage) => Promise<Uint8Array>
  /** The plaintext, or undefined for whatever reason it cannot be had. */
  readonly decrypt: (
    algorithm: EncryptionAlgorithm,
    ciphertext: Uint8Array,
  ) => Promise<Buffer | undefined>
  /**
   * The secret shared with the owner of `peer`, a SubjectPublicKeyInfo in DER: the x coordinate.
   * Undefined when `peer` is no public key on the same curve. Source: SP 800-56A §5.7.1.2.
   */
  readonly agree: (peer: Uint8Array) => Promise<SecretBytes | undefined>
}

/** The parts of a key whose kind cannot do them. */
export const CANNOT: Pick<AsymmetricKey, 'sign' | 'verify' | 'encrypt' | 'decrypt' | 'agree'> = {
  sign: unsuited,
  verify: unsuited,
  encrypt: unsuited,
  decrypt: unsuited,
  agree: unsuited,
}

function unsuited(): never {
  throw new Error('the key cannot do this: its spec should have been asked')
}
