import { Type } from 'typebox'
import { MAC_ALGORITHM_NAMES, SIGNING_ALGORITHM_NAMES } from '../core/algorithms.ts'
import type { Fault } from '../core/fault.ts'
import { fault } from '../core/fault.ts'
import { MAX_AAD_BYTES, MAX_CONTEXT_CHARACTERS, MAX_PLAINTEXT_BYTES } from '../core/limits.ts'
import { field, oneOf, plain } from './field.ts'
import { isObject } from './object-fields.ts'

const utf8 = new TextEncoder()

/** `plain_text` of small data, 1 to 4096 bytes of UTF-8. */
export const plainText = field({
  schema: Type.String(),
  decode: (wire) => {
    if (wire === '' || wire.length > MAX_PLAINTEXT_BYTES || !wire.isWellFormed()) return undefined
    const bytes = utf8Bytes(wire)
    return bytes.length <= MAX_PLAINTEXT_BYTES ? bytes : undefined
  },
  encode: (bytes: Uint8Array) => new TextDecoder().decode(bytes),
})

/** `cipher_text` of small data: a frame in base64. */
export const base64CipherText = field({
  schema: Type.String({ pattern: '^[0-9a-zA-Z+/]{1,16384}={0,2}$' }),
  decode: parseBase64,
  encode: (bytes: Uint8Array) => bytes.toBase64(),
  malformed: () => fault('decryption-failed'),
})

/** Bytes in base64 in replies. */
export const base64 = field({
  schema: Type.String({ pattern: '^[0-9a-zA-Z+/]*={0,2}$' }),
  decode: parseBase64,
  encode: (bytes: Uint8Array) => bytes.toBase64(),
})

/** Bytes in base64 in requests, so many of them at least and at most. */
export function base64Of(min: number, max: number, malformed?: () => Fault) {
  return field({
    schema: Type.String({ pattern: '^[0-9a-zA-Z+/]*={0,2}$', maxLength: Math.ceil(max / 3) * 4 }),
    decode: (wire) => {
      const bytes = parseBase64(wire)
      return bytes !== undefined && bytes.length >= min && bytes.length <= max ? bytes : undefined
    },
    encode: (bytes: Uint8Array) => bytes.toBase64(),
    ...(malformed === undefined ? {} : { malformed }),
  })
}

/** A public key in replies: SubjectPublicKeyInfo as PEM. Source: RFC 7468 §13. */
export const publicKeyPem = field({
  schema: Type.String(),
  decode: (wire) => parseBase64(wire.replace(/-----[A-Z ]+-----|\s/g, '')),
  encode: (spki: Uint8Array) =>
    `-----BEGIN PUBLIC KEY-----\n${spki.toBase64().replace(/.{1,64}/g, '$&\n')}-----END PUBLIC KEY-----\n`,
})

/** `signing_algorithm`. */
export const signingAlgorithm = oneOf(SIGNING_ALGORITHM_NAMES)

/** `mac_algorithm`. */
export const macAlgorithm = oneOf(MAC_ALGORITHM_NAMES)

/** Bytes as hexadecimal digits; `malformed` says what else is answered. */
export function hex(malformed?: () => Fault) {
  return field({
    schema: Type.String({ pattern: '^([0-9a-fA-F]{2})+$' }),
    decode: (wire): Uint8Array => Uint8Array.fromHex(wire),
    encode: (bytes: Uint8Array) => bytes.toHex(),
    ...(malformed === undefined ? {} : { malformed }),
  })
}

/** `encryption_algorithm`; symmetric keys have one, named by this value or left out. */
export const encryptionAlgorithm = plain(
  Type.Union([
    Type.Literal('SYMMETRIC_DEFAULT'),
    Type.Literal('RSAES_OAEP_SHA_256'),
    Type.Literal('SM2_ENCRYPT'),
  ]),
)

/** `additional_authenticated_data`: text of up to 128 bytes. */
export const additionalData = field({
  schema: Type.String(),
  decode: (wire) =>
    wire.isWellFormed() && utf8.encode(wire).length <= MAX_AAD_BYTES ? wire : undefined,
  encode: (value: string) => value,
})

/** Pairs of an encryption context. */
export type ContextPairs = readonly (readonly [name: string, value: string])[]

/** `encryption_context`: an object of text to text, or the JSON text of one. */
export const encryptionContext = field({
  schema: Type.Union([Type.Record(Type.String(), Type.String()), Type.String()]),
  decode: (wire): ContextPairs | undefined => {
    const context = typeof wire === 'string' ? parseContextText(wire) : wire
    if (context === undefined) return undefined
    const pairs = Object.entries(context)
    const isText = pairs.every(([name, value]) => isWellFormedText(name) && isWellFormedText(value))
    return isText && JSON.stringify(context).length <= MAX_CONTEXT_CHARACTERS
      ? pairs.map(([name, value]) => [name, String(value)])
      : undefined
  },
  encode: (pairs) => Object.fromEntries(pairs),
  malformed: () => fault('encryption-context-malformed'),
})

/** A length in bits or bytes, as number or decimal text; replies have it as text. */
export function length(malformed: () => Fault) {
  return field({
    schema: Type.Union([
      Type.String({ pattern: '^[0-9]{1,10}$' }),
      Type.Integer({ minimum: 0, maximum: 9_999_999_999 }),
    ]),
    decode: Number,
    encode: (value: number) => String(value),
    malformed,
  })
}

/** Cipher text as it came: hexadecimal digits of a data key, or base64 of data. */
export interface TextualCipherText {
  readonly form: 'hex' | 'base64'
  readonly bytes: Uint8Array
}

/** `cipher_text` of either form. A frame in hexadecimal digits is never base64: it begins with 02. */
export const textualCipherText = field({
  schema: Type.String({ pattern: '^[0-9a-zA-Z+/]{1,17000}={0,2}$' }),
  decode: (wire): TextualCipherText | undefined => {
    if (/^0200([0-9a-fA-F]{2})*$/.test(wire)) {
      return { form: 'hex', bytes: Uint8Array.fromHex(wire) }
    }
    const bytes = parseBase64(wire)
    return bytes && { form: 'base64', bytes }
  },
  encode: ({ form, bytes }: TextualCipherText) =>
    form === 'hex' ? bytes.toHex() : bytes.toBase64(),
  malformed: () => fault('decryption-failed'),
})

/** `key_spec` of an RSA data key pair. */
export const rsaPairSpec = oneOf(['RSA_2048', 'RSA_3072', 'RSA_4096'], () =>
  fault('datakey-spec-invalid'),
)

/** `key_spec` of a data key pair on a curve. */
export const ecPairSpec = oneOf(
  ['ECC_NIST_P256', 'ECC_NIST_P384', 'ECC_NIST_P521', 'ECC_SECG_P256K1', 'SM2'],
  () => fault('datakey-spec-invalid'),
)

/** `datakey_length` of a capsule: in truth a spec, or its bits. */
export const capsuleKeySpec = field({
  schema: Type.Union([
    Type.Literal('AES_256'),
    Type.Literal('SM4'),
    Type.Literal('256'),
    Type.Literal('128'),
    Type.Literal(256),
    Type.Literal(128),
  ]),
  decode: (wire): 16 | 32 => (wire === 'AES_256' || String(wire) === '256' ? 32 : 16),
  encode: (bytes: 16 | 32) => (bytes === 32 ? 'AES_256' : 'SM4'),
})

/** `key_spec` of a data key. */
export const dataKeySpec = plain(
  Type.Union([
    Type.Literal('AES_256'),
    Type.Literal('AES_128'),
    Type.Literal('SM4'),
    Type.Literal('HMAC_256'),
    Type.Literal('HMAC_384'),
    Type.Literal('HMAC_512'),
    Type.Literal('HMAC_SM3'),
  ]),
  () => fault('datakey-spec-invalid'),
)

/** Up to this length a loop over ASCII is quicker than to call the encoder. */
const SHORT_CHARACTERS = 128

function utf8Bytes(text: string): Uint8Array {
  if (text.length > SHORT_CHARACTERS) return utf8.encode(text)
  const bytes = new Uint8Array(text.length)
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code > 0x7f) return utf8.encode(text)
    bytes[at] = code
  }
  return bytes
}

function parseBase64(wire: string): Uint8Array | undefined {
  try {
    return Uint8Array.fromBase64(wire, { lastChunkHandling: 'strict' })
  } catch {
    return undefined
  }
}

function parseContextText(wire: string): Readonly<Record<string, unknown>> | undefined {
  if (wire.length > MAX_CONTEXT_CHARACTERS) return undefined
  try {
    const context: unknown = JSON.parse(wire)
    return isObject(context) ? context : undefined
  } catch {
    return undefined
  }
}

function isWellFormedText(value: unknown): boolean {
  return typeof value === 'string' && value.isWellFormed()
}
