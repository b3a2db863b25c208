import { type KeyObject, sign, verify } from 'node:crypto'
import { canonicalJson, type JsonValue } from './canonical-json.ts'
import { ed25519KeyId, type NamedPublicKey } from './ed25519-key.ts'

/** A signed value in the flattened JSON form of a JWS. Source: RFC 7515 §7.2.2. */
export interface FlattenedJws {
  /** The protected header, base64url. */
  readonly protected: string
  /** What is signed, base64url. */
  readonly payload: string
  /** Ed25519 over `protected.payload`, base64url. */
  readonly signature: string
}

/** What came of opening a JWS. */
export type OpenedJws =
  | { readonly kind: 'genuine'; readonly keyId: string; readonly payload: string }
  /** It is no JWS, or none of this type. */
  | { readonly kind: 'malformed' }
  /** It says that another key signed it. */
  | { readonly kind: 'other-key'; readonly keyId: string }
  | { readonly kind: 'forged'; readonly keyId: string }

const ALGORITHM = 'EdDSA'
const PART = /^[A-Za-z0-9_-]+$/

/**
 * Signs a value in its canonical form, as what `type` says and nothing else.
 *
 * @param key Ed25519 private key.
 * @param type Media type without `application/`, in the header as `typ`.
 * Source: RFC 7515, RFC 8037 §3.1; explicit types RFC 8725 §3.11.
 */
export function signJws(value: JsonValue, type: string, key: KeyObject): FlattenedJws {
  const header = { alg: ALGORITHM, kid: ed25519KeyId(key), typ: type }
  const protectedPart = base64url(canonicalJson(header))
  const payload = base64url(canonicalJson(value))
  const signature = sign(null, Buffer.from(`${protectedPart}.${payload}`), key)
  return { protected: protectedPart, payload, signature: signature.toString('base64url') }
}

/** The JWS in a text, flattened or compact; undefined when it is neither. */
export function parseJws(text: string): FlattenedJws | undefined {
  const trimmed = text.trim()
  const parts = trimmed.startsWith('{') ? membersOf(trimmed) : trimmed.split('.')
  const [protectedPart, payload, signature, ...more] = parts
  if (!isPart(protectedPart) || !isPart(payload) || !isPart(signature) || more.length > 0) {
    return undefined
  }
  return { protected: protectedPart, payload, signature }
}

/**
 * The payload of a JWS, if one of these keys signed it as what `type` says. The algorithm is ours to
 * choose: a header that names another is malformed, and so is one with `crit`.
 *
 * Source: RFC 7515 §5.2, RFC 8725 §3.1.
 */
export function openJws(
  jws: FlattenedJws,
  type: string,
  keys: readonly NamedPublicKey[],
): OpenedJws {
  const header = parseObject(Buffer.from(jws.protected, 'base64url').toString())
  const keyId = header?.['kid']
  const isOurs = header?.['alg'] === ALGORITHM && header['typ'] === type && !('crit' in header)
  if (!isOurs || typeof keyId !== 'string') return { kind: 'malformed' }
  const signer = keys.find(({ id }) => id === keyId)
  if (signer === undefined) return { kind: 'other-key', keyId }
  const signed = Buffer.from(`${jws.protected}.${jws.payload}`)
  const isGenuine = verify(null, signed, signer.key, Buffer.from(jws.signature, 'base64url'))
  if (!isGenuine) return { kind: 'forged', keyId }
  return { kind: 'genuine', keyId, payload: Buffer.from(jws.payload, 'base64url').toString() }
}

function membersOf(text: string): readonly unknown[] {
  const object = parseObject(text)
  return [object?.['protected'], object?.['payload'], object?.['signature']]
}

function isPart(part: unknown): part is string {
  return typeof part === 'string' && PART.test(part)
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? (value as Readonly<Record<string, unknown>>) : undefined
  } catch {
    return undefined
  }
}

function base64url(text: string): string {
  return Buffer.from(text).toString('base64url')
}
