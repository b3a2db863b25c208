import type { EncryptionAlgorithm, MacAlgorithm, SigningAlgorithm } from './algorithms.ts'

/** What a key is for; the wire's `key_usage`. */
export type KeyUsage = 'ENCRYPT_DECRYPT' | 'SIGN_VERIFY' | 'GENERATE_VERIFY_MAC' | 'KEY_AGREEMENT'

/** What the material of a key is. */
export type MaterialKind =
  | { readonly kind: 'bytes'; readonly bytes: number }
  | { readonly kind: 'rsa'; readonly modulusBits: 2048 | 3072 | 4096 }
  | { readonly kind: 'ec'; readonly curve: 'prime256v1' | 'secp384r1' | 'secp256k1' | 'SM2' }
  | { readonly kind: 'ed25519' }
  | { readonly kind: 'ml-dsa'; readonly parameterSet: 'ml-dsa-44' | 'ml-dsa-65' | 'ml-dsa-87' }

interface KeySpecRow {
  /** `symmetric` keys protect data and data keys, and are the ones that rotate by themselves. */
  readonly family: 'symmetric' | 'asymmetric' | 'mac'
  /** Usages a caller may ask for. */
  readonly usages: readonly [KeyUsage, ...KeyUsage[]]
  /** Usage when the caller names none. */
  readonly defaultUsage: KeyUsage
  readonly material: MaterialKind
  /** May rotate, on a schedule and on demand. */
  readonly rotatable: boolean
  /** May hold material that its owner brings. */
  readonly importable: boolean
  /** Hash over a data key that travels with it, by which the receiver checks it. */
  readonly dataKeyDigest: 'sha256' | 'sm3'
  readonly encryption: readonly EncryptionAlgorithm[]
  readonly signing: readonly SigningAlgorithm[]
  readonly macs: readonly MacAlgorithm[]
  readonly source: string
}

const SYMMETRIC = {
  family: 'symmetric',
  usages: ['ENCRYPT_DECRYPT'],
  defaultUsage: 'ENCRYPT_DECRYPT',
  rotatable: true,
  importable: true,
  encryption: ['SYMMETRIC_DEFAULT'],
  signing: [],
  macs: [],
} as const

const ASYMMETRIC = {
  family: 'asymmetric',
  usages: ['SIGN_VERIFY'],
  defaultUsage: 'SIGN_VERIFY',
  rotatable: false,
  importable: true,
  dataKeyDigest: 'sha256',
  encryption: [],
  macs: [],
} as const

const RSA = {
  ...ASYMMETRIC,
  usages: ['SIGN_VERIFY', 'ENCRYPT_DECRYPT'],
  encryption: ['RSAES_OAEP_SHA_256'],
  signing: [
    'RSASSA_PSS_SHA_256',
    'RSASSA_PSS_SHA_384',
    'RSASSA_PSS_SHA_512',
    'RSASSA_PKCS1_V1_5_SHA_256',
    'RSASSA_PKCS1_V1_5_SHA_384',
    'RSASSA_PKCS1_V1_5_SHA_512',
  ],
  source: 'RFC 8017',
} as const

const EC = { ...ASYMMETRIC, usages: ['SIGN_VERIFY', 'KEY_AGREEMENT'] } as const

const MAC = {
  ...ASYMMETRIC,
  family: 'mac',
  usages: ['GENERATE_VERIFY_MAC'],
  defaultUsage: 'GENERATE_VERIFY_MAC',
  importable: false,
  signing: [],
} as const

const ML_DSA = { ...ASYMMETRIC, importable: false, signing: ['ML_DSA'] } as const

/**
 * Every key spec Keyturn can make; a new one is a row here and, when its material is of a new kind,
 * a line in `crypto/suite.ts`. The ML-DSA ones are ours.
 * Source: KMS API reference, "Creating a key", parameter `key_spec`.
 */
export const KEY_SPECS = {
  AES_256: {
    ...SYMMETRIC,
    material: { kind: 'bytes', bytes: 32 },
    dataKeyDigest: 'sha256',
    source: 'FIPS 197',
  },
  SM4: {
    ...SYMMETRIC,
    material: { kind: 'bytes', bytes: 16 },
    dataKeyDigest: 'sm3',
    source: 'GB/T 32907-2016',
  },
  RSA_2048: { ...RSA, material: { kind: 'rsa', modulusBits: 2048 } },
  RSA_3072: { ...RSA, material: { kind: 'rsa', modulusBits: 3072 } },
  RSA_4096: { ...RSA, material: { kind: 'rsa', modulusBits: 4096 } },
  EC_P256: {
    ...EC,
    material: { kind: 'ec', curve: 'prime256v1' },
    signing: ['ECDSA_SHA_256', 'ECDSA_SHA_512'],
    source: 'FIPS 186-5; SP 800-186 §3.2.1.3',
  },
  EC_P384: {
    ...EC,
    material: { kind: 'ec', curve: 'secp384r1' },
    signing: ['ECDSA_SHA_384', 'ECDSA_SHA_512'],
    source: 'FIPS 186-5; SP 800-186 §3.2.1.4',
  },
  SECP256K1: {
    ...EC,
    material: { kind: 'ec', curve: 'secp256k1' },
    importable: false,
    signing: ['ECDSA_SHA_256', 'ECDSA_SHA_512'],
    source: 'SEC 2 §2.4.1',
  },
  SM2: {
    ...EC,
    usages: ['SIGN_VERIFY', 'ENCRYPT_DECRYPT', 'KEY_AGREEMENT'],
    material: { kind: 'ec', curve: 'SM2' },
    encryption: ['SM2_ENCRYPT'],
    signing: ['SM2DSA_SM3'],
    source: 'GB/T 32918-2016',
  },
  ED25519: {
    ...ASYMMETRIC,
    material: { kind: 'ed25519' },
    importable: false,
    signing: ['ED25519_SHA_512', 'ED25519_PH_SHA_512'],
    source: 'RFC 8032',
  },
  HMAC_256: {
    ...MAC,
    material: { kind: 'bytes', bytes: 32 },
    macs: ['HMAC_SHA_256'],
    source: 'RFC 2104',
  },
  HMAC_384: {
    ...MAC,
    material: { kind: 'bytes', bytes: 48 },
    macs: ['HMAC_SHA_384'],
    source: 'RFC 2104',
  },
  HMAC_512: {
    ...MAC,
    material: { kind: 'bytes', bytes: 64 },
    macs: ['HMAC_SHA_512'],
    source: 'RFC 2104',
  },
  HMAC_SM3: {
    ...MAC,
    material: { kind: 'bytes', bytes: 32 },
    macs: ['HMAC_SM3'],
    source: 'RFC 2104; GB/T 32905-2016',
  },
  ML_DSA_44: {
    ...ML_DSA,
    material: { kind: 'ml-dsa', parameterSet: 'ml-dsa-44' },
    source: 'FIPS 204',
  },
  ML_DSA_65: {
    ...ML_DSA,
    material: { kind: 'ml-dsa', parameterSet: 'ml-dsa-65' },
    source: 'FIPS 204',
  },
  ML_DSA_87: {
    ...ML_DSA,
    material: { kind: 'ml-dsa', parameterSet: 'ml-dsa-87' },
    source: 'FIPS 204',
  },
} as const satisfies Record<string, KeySpecRow>

/** Name of a key spec, as the wire spells it. */
export type KeySpec = keyof typeof KEY_SPECS

/** Names of all key specs, in the order of the table. */
export const KEY_SPEC_NAMES = Object.keys(KEY_SPECS) as readonly KeySpec[]

/** The row of `spec`, as what every row has rather than as its literals. */
export function specOf(spec: KeySpec): KeySpecRow {
  return KEY_SPECS[spec]
}
