import { createCipheriv, createDecipheriv } from 'node:crypto'
import { type FrameOffsets, TAG_BYTES } from './data-cipher.ts'

/** A block cipher in GCM as node:crypto names it. */
export type GcmAlgorithm = 'aes-128-gcm' | 'aes-256-gcm' | 'sm4-gcm'

/** GCM with a 12-byte IV and a 16-byte tag, into `target`. Source: NIST SP 800-38D; RFC 8998. */
export function gcmEncryptInto(
  algorithm: GcmAlgorithm,
  key: Uint8Array,
  iv: Uint8Array,
  target: Buffer,
  { tagAt, textAt }: Pick<FrameOffsets, 'tagAt' | 'textAt'>,
  plaintext: Uint8Array,
  aad: Uint8Array,
): void {
  const cipher = createCipheriv(algorithm as 'aes-256-gcm', key, iv) // the types know no sm4-gcm
  cipher.setAAD(aad)
  target.set(cipher.update(plaintext), textAt)
  cipher.final()
  target.set(cipher.getAuthTag(), tagAt)
}

/** The plaintext of {@link gcmEncryptInto}, or undefined when it is not authentic. */
export function gcmDecrypt(
  algorithm: GcmAlgorithm,
  key: Uint8Array,
  iv: Uint8Array,
  tag: Uint8Array,
  text: Uint8Array,
  aad: Uint8Array,
): Buffer | undefined {
  const decipher = createDecipheriv(algorithm as 'aes-256-gcm', key, iv, {
    authTagLength: TAG_BYTES,
  })
  decipher.setAAD(aad)
  decipher.setAuthTag(tag)
  const plaintext = decipher.update(text)
  try {
    decipher.final()
    return plaintext
  } catch {
    plaintext.fill(0)
    return undefined
  }
}
