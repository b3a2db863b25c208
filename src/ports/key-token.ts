/** What a token may be asked to make. The names are those of the key specs they serve. */
export const TOKEN_KEY_SPECS = [
  'AES_256',
  'RSA_2048',
  'RSA_3072',
  'RSA_4096',
  'EC_P256',
  'EC_P384',
  'SECP256K1',
  'HMAC_256',
  'HMAC_384',
  'HMAC_512',
] as const

/** One of {@link TOKEN_KEY_SPECS}. */
export type TokenKeySpec = (typeof TOKEN_KEY_SPECS)[number]

/** A hash that signatures and MACs are made with. */
export type TokenHash = 'sha256' | 'sha384' | 'sha512'

/** How a digest is signed. A PSS salt is as long as the hash. Source: RFC 8017 §8; FIPS 186-5 §6. */
export type TokenSigning =
  | { readonly kind: 'rsa-pkcs1' | 'rsa-pss'; readonly hash: TokenHash }
  | { readonly kind: 'ecdsa' }

/**
 * Why a call to a token came to nothing: `timeout`, it did not answer in time; `absent`, it has no
 * key of that label; `failed`, anything else, such as a refusal, a lost connection, a crash.
 */
export type TokenErrorKind = 'timeout' | 'failed' | 'absent'

/** A call to a token came to nothing. The message names the token's own code and never a secret. */
export class TokenError extends Error {
  override readonly name = 'TokenError'
  readonly kind: TokenErrorKind
  /** Whether the token refused the PIN: with the same one no later call does better, and the token may lock. */
  readonly isPinRefused: boolean

  constructor(
    kind: TokenErrorKind,
    message: string,
    options?: ErrorOptions & { readonly isPinRefused?: boolean },
  ) {
    super(message, options)
    this.kind = kind
    this.isPinRefused = options?.isPinRefused === true
  }
}

/**
 * Keys that live in a hardware token and never leave it. A key is named by its label: 1 to 100
 * visible ASCII characters, given to one key only and by one maker at a time.
 *
 * Every call rejects with a {@link TokenError}: `timeout` or `failed` always may come, `absent` where
 * a key is used. After `timeout` or `failed`, whether the call took effect is not known.
 */
export interface KeyToken {
  /**
   * Makes a key inside the token, for the one use its spec has: it cannot be read, wrapped or copied
   * out. A call that was interrupted leaves nothing that the other calls would find; making the same
   * label again clears it away.
   *
   * @throws {TokenError} `failed` also when the label is taken.
   */
  readonly makeKey: (label: string, spec: TokenKeySpec) => Promise<void>
  readonly hasKey: (label: string) => Promise<boolean>
  /** Destroys a key, and what an interrupted making or destroying left of it. None is no error. */
  readonly destroyKey: (label: string) => Promise<void>
  /** The public half of an RSA or EC key: SubjectPublicKeyInfo in DER. Source: RFC 5280 §4.1.2.7. */
  readonly publicKey: (label: string) => Promise<Uint8Array>
  /**
   * Encrypts each 16-byte block by itself with an AES key: a building block for deriving keys, never
   * for data. Source: NIST SP 800-38A §6.1.
   *
   * @param blocks One block or more, up to {@link MAX_TOKEN_INPUT_BYTES}.
   * @returns As many bytes.
   */
  readonly encryptBlocks: (label: string, blocks: Uint8Array) => Promise<Uint8Array>
  /**
   * Signs a ready digest.
   *
   * @param digest As long as the hash; for ECDSA 32, 48 or 64 bytes.
   * @returns An RSA signature as long as the modulus, or `ECDSA-Sig-Value` in DER (RFC 3279 §2.2.3).
   */
  readonly sign: (label: string, algorithm: TokenSigning, digest: Uint8Array) => Promise<Uint8Array>
  /**
   * HMAC of a message, as long as the hash. The hash may not be longer than the key. Source: FIPS 198-1.
   *
   * @param message Up to {@link MAX_TOKEN_INPUT_BYTES}.
   */
  readonly mac: (label: string, hash: TokenHash, message: Uint8Array) => Promise<Uint8Array>
  /** Memory for keys in the token; undefined when it does not tell. */
  readonly memory?: () => Promise<TokenMemory | undefined>
  /** Answers the calls that wait, then lets go of the token. Later calls are rejected. */
  readonly close: () => Promise<void>
}

/** How full a token is. */
export interface TokenMemory {
  readonly totalBytes: number
  readonly freeBytes: number
}

/** Longest input of one call to a token, in bytes. */
export const MAX_TOKEN_INPUT_BYTES = 65_536
