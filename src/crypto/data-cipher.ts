/** Length of the nonce of every data cipher in bytes. */
export const NONCE_BYTES = 24
/** Length of the tag of every data cipher in bytes. */
export const TAG_BYTES = 16

/**
 * Authenticated encryption under one key. The cipher makes its own nonces; it owns what it needs of
 * the key, so that the material it was made from can be wiped.
 */
export interface DataCipher {
  readonly kind: 'cipher'
  /** Names the algorithm inside cipher texts. */
  readonly suiteId: number
  /** What it costs in memory, in bytes, by estimate. */
  readonly memoryBytes: number
  /**
   * Encrypts `plaintext` into `target`: nonce at `nonceAt`, tag at `tagAt`, cipher text of the same
   * length at `textAt`.
   */
  readonly encryptInto: (
    target: Buffer,
    at: FrameOffsets,
    plaintext: Uint8Array,
    aad: Uint8Array,
  ) => void
  /** The plaintext, or undefined when any bit of nonce, tag, text or `aad` is another. */
  readonly decrypt: (
    nonce: Uint8Array,
    tag: Uint8Array,
    text: Uint8Array,
    aad: Uint8Array,
  ) => Buffer | undefined
}

/** Where a cipher writes in a frame, in bytes from its start. */
export interface FrameOffsets {
  readonly nonceAt: number
  readonly tagAt: number
  readonly textAt: number
}
