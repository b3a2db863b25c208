import { Type } from 'typebox'
import type { Fault } from '../core/fault.ts'
import { fault } from '../core/fault.ts'
import { MAX_AAD_BYTES, MAX_CONTEXT_CHARACTERS, MAX_PLAINTEXT_BYTES } from '../core/limits.ts'
import { field, plain } from './field.ts'
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
