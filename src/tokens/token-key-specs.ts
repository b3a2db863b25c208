import type { TokenKeySpec } from '../ports/key-token.ts'
import { KEY_TYPES, OBJECT_CLASSES, type Template } from './attributes.ts'
import type { MechanismName } from './mechanisms.ts'

type Material =
  | { readonly kind: 'aes' | 'hmac'; readonly valueBytes: number }
  | { readonly kind: 'rsa'; readonly modulusBits: number }
  | { readonly kind: 'ec'; readonly curve: keyof typeof CURVES }

/**
 * Curves by the name that a JWK has for them: the length of a coordinate, and CKA_EC_PARAMS, the
 * curve's object identifier in DER. Source: RFC 5480 §2.1.1.1; SEC 2 §2.4.1; RFC 7518 §6.2; RFC 8812 §3.1.
 */
export const CURVES = {
  'P-256': { coordinateBytes: 32, parameters: Buffer.from('06082a8648ce3d030107', 'hex') },
  'P-384': { coordinateBytes: 48, parameters: Buffer.from('06052b81040022', 'hex') },
  secp256k1: { coordinateBytes: 32, parameters: Buffer.from('06052b8104000a', 'hex') },
} as const

/** What the material of each spec is. */
const MATERIALS = {
  AES_256: { kind: 'aes', valueBytes: 32 },
  RSA_2048: { kind: 'rsa', modulusBits: 2048 },
  RSA_3072: { kind: 'rsa', modulusBits: 3072 },
  RSA_4096: { kind: 'rsa', modulusBits: 4096 },
  EC_P256: { kind: 'ec', curve: 'P-256' },
  EC_P384: { kind: 'ec', curve: 'P-384' },
  SECP256K1: { kind: 'ec', curve: 'secp256k1' },
  HMAC_256: { kind: 'hmac', valueBytes: 32 },
  HMAC_384: { kind: 'hmac', valueBytes: 48 },
  HMAC_512: { kind: 'hmac', valueBytes: 64 },
} as const satisfies Record<TokenKeySpec, Material>

/** How a token is told to make a key: one object, or the two halves of a pair. */
export type KeyRecipe =
  | { readonly kind: 'secret'; readonly mechanism: MechanismName; readonly template: Template }
  | {
      readonly kind: 'pair'
      readonly mechanism: MechanismName
      readonly publicTemplate: Template
      readonly privateTemplate: Template
    }

/** Attributes of everything that must not leave the token. Source: PKCS #11 v3.0, base specification §4.9, §4.10. */
const GUARDED = {
  CKA_TOKEN: true,
  CKA_PRIVATE: true,
  CKA_SENSITIVE: true,
  CKA_EXTRACTABLE: false,
} as const satisfies Template

/** What a token says of a key that was made in it and never could leave. */
export const NEVER_LEFT = {
  ...GUARDED,
  CKA_LOCAL: true,
  CKA_ALWAYS_SENSITIVE: true,
  CKA_NEVER_EXTRACTABLE: true,
} as const satisfies Template

/** Secret keys may do nothing but what their recipe adds: one key, one use (SP 800-57 Part 1 §5.2). */
const USELESS_SECRET = {
  CKA_ENCRYPT: false,
  CKA_DECRYPT: false,
  CKA_WRAP: false,
  CKA_UNWRAP: false,
  CKA_SIGN: false,
  CKA_VERIFY: false,
  CKA_DERIVE: false,
} as const satisfies Template

const SIGNING_KEY = {
  ...GUARDED,
  CKA_CLASS: OBJECT_CLASSES.privateKey,
  CKA_SIGN: true,
  CKA_SIGN_RECOVER: false,
  CKA_DECRYPT: false,
  CKA_UNWRAP: false,
  CKA_DERIVE: false,
} as const satisfies Template

const VERIFYING_KEY = {
  CKA_CLASS: OBJECT_CLASSES.publicKey,
  CKA_TOKEN: true,
  CKA_PRIVATE: false,
  CKA_VERIFY: true,
  CKA_VERIFY_RECOVER: false,
  CKA_ENCRYPT: false,
  CKA_WRAP: false,
  CKA_DERIVE: false,
} as const satisfies Template

const PUBLIC_EXPONENT = Buffer.from([1, 0, 1])

/** How a key of a spec is made. */
export function keyRecipe(spec: TokenKeySpec): KeyRecipe {
  const material: Material = MATERIALS[spec]
  switch (material.kind) {
    case 'aes':
      return {
        kind: 'secret',
        mechanism: 'CKM_AES_KEY_GEN',
        template: secretTemplate(KEY_TYPES.aes, material.valueBytes, { CKA_ENCRYPT: true }),
      }
    case 'hmac':
      return {
        kind: 'secret',
        mechanism: 'CKM_GENERIC_SECRET_KEY_GEN',
        template: secretTemplate(KEY_TYPES.genericSecret, material.valueBytes, { CKA_SIGN: true }),
      }
    case 'rsa':
      return {
        kind: 'pair',
        mechanism: 'CKM_RSA_PKCS_KEY_PAIR_GEN',
        publicTemplate: {
          ...VERIFYING_KEY,
          CKA_KEY_TYPE: KEY_TYPES.rsa,
          CKA_MODULUS_BITS: material.modulusBits,
          CKA_PUBLIC_EXPONENT: PUBLIC_EXPONENT,
        },
        privateTemplate: { ...SIGNING_KEY, CKA_KEY_TYPE: KEY_TYPES.rsa },
      }
    case 'ec':
      return {
        kind: 'pair',
        mechanism: 'CKM_EC_KEY_PAIR_GEN',
        publicTemplate: {
          ...VERIFYING_KEY,
          CKA_KEY_TYPE: KEY_TYPES.ec,
          CKA_EC_PARAMS: CURVES[material.curve].parameters,
        },
        privateTemplate: { ...SIGNING_KEY, CKA_KEY_TYPE: KEY_TYPES.ec },
      }
  }
  material satisfies never
  throw new Error('no such material')
}

function secretTemplate(keyType: number, valueBytes: number, use: Template): Template {
  return {
    ...GUARDED,
    ...USELESS_SECRET,
    ...use,
    CKA_CLASS: OBJECT_CLASSES.secretKey,
    CKA_KEY_TYPE: keyType,
    CKA_VALUE_LEN: valueBytes,
  }
}
