/** What a key is for; the wire's `key_usage`. */
export type KeyUsage = 'ENCRYPT_DECRYPT' | 'SIGN_VERIFY' | 'GENERATE_VERIFY_MAC' | 'KEY_AGREEMENT'

interface KeySpecRow {
  /** `symmetric` keys protect data and data keys, and are the ones that rotate by themselves. */
  readonly family: 'symmetric' | 'asymmetric' | 'mac'
  /** Usages a caller may ask for. */
  readonly usages: readonly [KeyUsage, ...KeyUsage[]]
  /** Usage when the caller names none. */
  readonly defaultUsage: KeyUsage
  /** Length of the material in bytes. */
  readonly materialBytes: number
  /** May rotate, on a schedule and on demand. */
  readonly rotatable: boolean
  /** Hash over a data key that travels with it, by which the receiver checks it. */
  readonly dataKeyDigest: 'sha256' | 'sm3'
  readonly source: string
}

/**
 * Every key spec Keyturn can make; a new one is a row here and a row in `crypto/suite.ts`.
 * Source: KMS API reference, "Creating a key", parameter `key_spec`.
 */
export const KEY_SPECS = {
  AES_256: {
    family: 'symmetric',
    usages: ['ENCRYPT_DECRYPT'],
    defaultUsage: 'ENCRYPT_DECRYPT',
    materialBytes: 32,
    rotatable: true,
    dataKeyDigest: 'sha256',
    source: 'FIPS 197',
  },
  SM4: {
    family: 'symmetric',
    usages: ['ENCRYPT_DECRYPT'],
    defaultUsage: 'ENCRYPT_DECRYPT',
    materialBytes: 16,
    rotatable: true,
    dataKeyDigest: 'sm3',
    source: 'GB/T 32907-2016',
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
