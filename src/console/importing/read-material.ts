import type { KeySpec } from '../../client/index.ts'
import { specOf } from '../../core/key-specs.ts'
import { parseBase64, parseHex } from './encodings.ts'

/** What somebody brought: material, or why it is none. */
export type ReadMaterial =
  | { readonly kind: 'material'; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'mistake'; readonly mistake: MaterialMistake }

/** Why something is no material for a key of its spec. */
export type MaterialMistake =
  /** Neither hexadecimal nor Base64. */
  | 'unreadable'
  /** Of another length than the spec has. */
  | 'length'
  /** A private key in another form than PKCS #8. */
  | 'notPkcs8'
  /** A private key that is encrypted. */
  | 'encrypted'

/** How many bytes material of a spec has; undefined for private keys, whose lengths vary. */
export function materialBytes(spec: KeySpec): number | undefined {
  const { material } = specOf(spec)
  return material.kind === 'bytes' ? material.bytes : undefined
}

/** Material that was typed or pasted: hexadecimal, Base64, or for a private key PEM too. */
export function readText(spec: KeySpec, text: string): ReadMaterial {
  const trimmed = text.trim()
  if (trimmed.startsWith('-----BEGIN')) return readPem(spec, trimmed)
  const packed = trimmed.replace(/[\s:]/g, '')
  const length = materialBytes(spec)
  // Of the two, the one that has the right length: letters of hexadecimal are letters of Base64.
  const candidates = [parseHex(packed), parseBase64(packed)].filter((bytes) => bytes !== undefined)
  const bytes = candidates.find((found) => length === undefined || found.length === length)
  for (const other of candidates) if (other !== bytes) other.fill(0)
  if (candidates.length === 0 || packed === '') return mistake('unreadable')
  if (bytes === undefined) return mistake('length')
  return checked(spec, bytes)
}

/** Material from a file: its very bytes, or text as {@link readText} takes it. */
export function readFileBytes(spec: KeySpec, bytes: Uint8Array<ArrayBuffer>): ReadMaterial {
  const length = materialBytes(spec)
  if (length !== undefined && bytes.length === length) return { kind: 'material', bytes }
  if (length === undefined && bytes[0] === SEQUENCE) return checked(spec, bytes)
  const read = readText(spec, new TextDecoder().decode(bytes))
  bytes.fill(0)
  return read.kind === 'mistake' && length !== undefined ? mistake('length') : read
}

const SEQUENCE = 0x30
const INTEGER = 0x02

function readPem(spec: KeySpec, text: string): ReadMaterial {
  const label = /^-----BEGIN ([A-Z0-9 ]+)-----/.exec(text)?.[1]
  if (label === 'ENCRYPTED PRIVATE KEY' || /Proc-Type:.*ENCRYPTED/.test(text)) {
    return mistake('encrypted')
  }
  if (label !== 'PRIVATE KEY' || materialBytes(spec) !== undefined) return mistake('notPkcs8')
  const packed = text.replace(/-----[A-Z0-9 ]+-----/g, '').replace(/\s/g, '')
  const bytes = parseBase64(packed)
  return bytes === undefined ? mistake('unreadable') : checked(spec, bytes)
}

/** PKCS #8 begins with a version and an algorithm; an encrypted one with an algorithm. RFC 5958. */
function checked(spec: KeySpec, bytes: Uint8Array<ArrayBuffer>): ReadMaterial {
  if (materialBytes(spec) !== undefined) return { kind: 'material', bytes }
  const lengthByte = bytes[1] ?? 0
  const body = 2 + (lengthByte > 0x80 ? lengthByte - 0x80 : 0)
  const isSequence = bytes[0] === SEQUENCE
  if (isSequence && bytes[body] === SEQUENCE) return mistake('encrypted')
  const afterVersion = body + 2 + (bytes[body + 1] ?? 0)
  const isPkcs8 = isSequence && bytes[body] === INTEGER && bytes[afterVersion] === SEQUENCE
  return isPkcs8 ? { kind: 'material', bytes } : mistake('notPkcs8')
}

function mistake(which: MaterialMistake): ReadMaterial {
  return { kind: 'mistake', mistake: which }
}
