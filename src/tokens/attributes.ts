import { packRows, ulongs } from './c-memory.ts'

/* Attributes of objects in a token. Source: PKCS #11 v3.0, base specification §4; `pkcs11t.h`. */

const ATTRIBUTES = {
  CKA_CLASS: 0x0,
  CKA_TOKEN: 0x1,
  CKA_PRIVATE: 0x2,
  CKA_LABEL: 0x3,
  CKA_KEY_TYPE: 0x100,
  CKA_ID: 0x102,
  CKA_SENSITIVE: 0x103,
  CKA_ENCRYPT: 0x104,
  CKA_DECRYPT: 0x105,
  CKA_WRAP: 0x106,
  CKA_UNWRAP: 0x107,
  CKA_SIGN: 0x108,
  CKA_SIGN_RECOVER: 0x109,
  CKA_VERIFY: 0x10a,
  CKA_VERIFY_RECOVER: 0x10b,
  CKA_DERIVE: 0x10c,
  CKA_MODULUS: 0x120,
  CKA_MODULUS_BITS: 0x121,
  CKA_PUBLIC_EXPONENT: 0x122,
  CKA_VALUE_LEN: 0x161,
  CKA_EXTRACTABLE: 0x162,
  CKA_LOCAL: 0x163,
  CKA_NEVER_EXTRACTABLE: 0x164,
  CKA_ALWAYS_SENSITIVE: 0x165,
  CKA_EC_PARAMS: 0x180,
  CKA_EC_POINT: 0x181,
} as const

/** Values of CKA_CLASS. */
export const OBJECT_CLASSES = { publicKey: 2, privateKey: 3, secretKey: 4 } as const

/** Values of CKA_KEY_TYPE. */
export const KEY_TYPES = { rsa: 0x0, ec: 0x3, genericSecret: 0x10, aes: 0x1f } as const

/** An attribute's name. */
export type AttributeName = keyof typeof ATTRIBUTES

/** Attributes to look for or to set: a boolean is a CK_BBOOL, a number a CK_ULONG, text is UTF-8. */
export type Template = Readonly<
  Partial<Record<AttributeName, boolean | number | string | Uint8Array>>
>

/** An array of CK_ATTRIBUTE with the values it points to, and how many there are. */
export interface PackedTemplate {
  readonly memory: Buffer
  readonly count: bigint
}

/** A template as C functions take it. */
export function packTemplate(template: Template): PackedTemplate {
  const rows = Object.entries(template).map(([name, value]) => ({
    type: ATTRIBUTES[name as AttributeName], // `entries` forgets what keys a template has
    value: valueBytes(value),
  }))
  return { memory: packRows(rows), count: BigInt(rows.length) }
}

/** One CK_ATTRIBUTE with room for a value of up to `maxBytes`, for the token to fill. */
export function blankAttribute(name: AttributeName, maxBytes: number): Buffer {
  return packRows([{ type: ATTRIBUTES[name], value: Buffer.alloc(maxBytes) }])
}

function valueBytes(value: boolean | number | string | Uint8Array): Uint8Array {
  if (typeof value === 'boolean') return Buffer.from([value ? 1 : 0])
  if (typeof value === 'number') return ulongs(value)
  return typeof value === 'string' ? Buffer.from(value) : value
}
