/** How data is encrypted; the wire's `encryption_algorithm`. */
export type EncryptionAlgorithm = 'SYMMETRIC_DEFAULT' | 'RSAES_OAEP_SHA_256' | 'SM2_ENCRYPT'

/** A hash that a signature or a MAC is made over. */
export type HashName = 'sha256' | 'sha384' | 'sha512' | 'sm3'

interface SigningRow {
  readonly scheme: 'rsa-pss' | 'rsa-pkcs1' | 'ecdsa' | 'sm2' | 'ed25519' | 'ed25519ph' | 'ml-dsa'
  /** The hash over the message; undefined for schemes that sign the message itself. */
  readonly hash: HashName | undefined
  readonly source: string
}

/**
 * How messages are signed; the wire's `signing_algorithm`.
 * Source: KMS API reference, "Signing data", parameter `signing_algorithm`.
 */
export const SIGNING_ALGORITHMS = {
  RSASSA_PSS_SHA_256: { scheme: 'rsa-pss', hash: 'sha256', source: 'RFC 8017 §8.1' },
  RSASSA_PSS_SHA_384: { scheme: 'rsa-pss', hash: 'sha384', source: 'RFC 8017 §8.1' },
  RSASSA_PSS_SHA_512: { scheme: 'rsa-pss', hash: 'sha512', source: 'RFC 8017 §8.1' },
  RSASSA_PKCS1_V1_5_SHA_256: { scheme: 'rsa-pkcs1', hash: 'sha256', source: 'RFC 8017 §8.2' },
  RSASSA_PKCS1_V1_5_SHA_384: { scheme: 'rsa-pkcs1', hash: 'sha384', source: 'RFC 8017 §8.2' },
  RSASSA_PKCS1_V1_5_SHA_512: { scheme: 'rsa-pkcs1', hash: 'sha512', source: 'RFC 8017 §8.2' },
  ECDSA_SHA_256: { scheme: 'ecdsa', hash: 'sha256', source: 'FIPS 186-5 §6' },
  ECDSA_SHA_384: { scheme: 'ecdsa', hash: 'sha384', source: 'FIPS 186-5 §6' },
  ECDSA_SHA_512: { scheme: 'ecdsa', hash: 'sha512', source: 'FIPS 186-5 §6' },
  SM2DSA_SM3: { scheme: 'sm2', hash: 'sm3', source: 'GB/T 32918.2-2016' },
  ED25519_SHA_512: { scheme: 'ed25519', hash: undefined, source: 'RFC 8032 §5.1' },
  ED25519_PH_SHA_512: { scheme: 'ed25519ph', hash: 'sha512', source: 'RFC 8032 §5.1' },
  /** Ours: the documents know no post-quantum signatures. */
  ML_DSA: { scheme: 'ml-dsa', hash: undefined, source: 'FIPS 204 §5.2, empty context' },
} as const satisfies Record<string, SigningRow>

/** Name of a signing algorithm, as the wire spells it. */
export type SigningAlgorithm = keyof typeof SIGNING_ALGORITHMS

/** Names of all signing algorithms, in the order of the table. */
export const SIGNING_ALGORITHM_NAMES = Object.keys(
  SIGNING_ALGORITHMS,
) as readonly SigningAlgorithm[]

/** The row of `algorithm`, as what every row has rather than as its literals. */
export function signingRowOf(algorithm: SigningAlgorithm): SigningRow {
  return SIGNING_ALGORITHMS[algorithm]
}

/**
 * How message authentication codes are made; the wire's `mac_algorithm`.
 * Source: KMS API reference, "Generating a MAC"; RFC 2104.
 */
export const MAC_ALGORITHMS = {
  HMAC_SHA_256: { hash: 'sha256', macBytes: 32 },
  HMAC_SHA_384: { hash: 'sha384', macBytes: 48 },
  HMAC_SHA_512: { hash: 'sha512', macBytes: 64 },
  HMAC_SM3: { hash: 'sm3', macBytes: 32 },
} as const satisfies Record<string, { readonly hash: HashName; readonly macBytes: number }>

/** Name of a MAC algorithm, as the wire spells it. */
export type MacAlgorithm = keyof typeof MAC_ALGORITHMS

/** Names of all MAC algorithms, in the order of the table. */
export const MAC_ALGORITHM_NAMES = Object.keys(MAC_ALGORITHMS) as readonly MacAlgorithm[]

/** Length of a hash in bytes. */
export const HASH_BYTES = { sha256: 32, sha384: 48, sha512: 64, sm3: 32 } as const satisfies Record<
  HashName,
  number
>
