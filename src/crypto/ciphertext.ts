import { type KeyId, parseKeyId, type VersionNumber } from '../core/ids.ts'
import { type DataCipher, NONCE_BYTES, TAG_BYTES } from './data-cipher.ts'
import { DIGEST_BYTES, equalInConstantTime, sha256, sha256Into } from './digest.ts'
import { type CallerContext, canonicalContext } from './encryption-context.ts'

/*
 * The frame, offsets in bytes, n bytes of plaintext:
 *
 *   0        02 00
 *   2        length of what follows, up to the digest: n + 88, 16-bit little-endian
 *   4        format, 1
 *   5        suite
 *   6        00 00
 *   8        key version, 32-bit big-endian
 *   12       nonce, 24
 *   36       tag, 16
 *   52       cipher text, n
 *   52 + n   key id, 36 ASCII letters
 *   88 + n   00 00 00 00
 *   92 + n   SHA-256 of all before, 32
 *
 * Outside and length are as documented examples have them, so that software which looks inside
 * still works; the 48 bytes from 4 on are ours.
 */
const MAGIC = 0x0002
const FORMAT = 1
const FORMAT_AT = 4
const SUITE_AT = 5
const RESERVED_AT = 6
const VERSION_AT = 8
const NONCE_AT = 12
const TAG_AT = NONCE_AT + NONCE_BYTES
const TEXT_AT = TAG_AT + TAG_BYTES
const KEY_ID_BYTES = 36
const TRAILER_BYTES = 4
const HEADER_BYTES = 4
/** Bytes of a frame besides plaintext and digest. */
export const FRAME_OVERHEAD_BYTES = TEXT_AT + KEY_ID_BYTES + TRAILER_BYTES
/** Longest plaintext of a frame in bytes. */
export const MAX_FRAME_PLAINTEXT_BYTES = 0xffff - (FRAME_OVERHEAD_BYTES - HEADER_BYTES)
/** Bytes of the frame that are authenticated as they stand: all before the nonce. */
const PREFIX_BYTES = NONCE_AT
const OFFSETS = { nonceAt: NONCE_AT, tagAt: TAG_AT, textAt: TEXT_AT } as const

/** What a frame holds; one never opens as the other. */
export type ProtectedKind = 'data' | 'datakey' | 'capsule' | 'datakey-pair'
const KIND_BYTES = { data: 1, datakey: 2, capsule: 3, 'datakey-pair': 4 } as const satisfies Record<
  ProtectedKind,
  number
>

/** What a cipher text is bound to. */
export interface Binding {
  readonly keyId: KeyId
  readonly version: VersionNumber
  readonly kind: ProtectedKind
  readonly context: CallerContext
}

/** A cipher text whose form and digest are good; whether it is authentic, only opening it tells. */
export interface Ciphertext {
  readonly keyId: KeyId
  readonly version: VersionNumber
  readonly suiteId: number
  readonly plaintextBytes: number
  /** Nonce, 24 bytes. */
  readonly nonce: Uint8Array
  /** The frame without its digest. */
  readonly frame: Buffer
}

/** What bytes from a caller are. */
export type ParsedCiphertext =
  | { readonly kind: 'ok'; readonly ciphertext: Ciphertext }
  | { readonly kind: 'malformed' }
  | { readonly kind: 'digest-mismatch' }

/**
 * Encrypts up to {@link MAX_FRAME_PLAINTEXT_BYTES} and frames it, digest and all.
 *
 * @returns plaintext + 92 + 32 bytes.
 */
export function encryptMessage(
  cipher: DataCipher,
  binding: Binding,
  plaintext: Uint8Array,
): Buffer {
  const length = plaintext.length
  if (length > MAX_FRAME_PLAINTEXT_BYTES) throw new Error('too long for a frame')
  const digestAt = length + FRAME_OVERHEAD_BYTES
  const frame = Buffer.allocUnsafe(digestAt + DIGEST_BYTES)
  frame.writeUInt16LE(MAGIC, 0)
  frame.writeUInt16LE(digestAt - HEADER_BYTES, 2)
  frame[FORMAT_AT] = FORMAT
  frame[SUITE_AT] = cipher.suiteId
  frame.writeUInt16BE(0, RESERVED_AT)
  frame.writeUInt32BE(binding.version, VERSION_AT)
  frame.write(binding.keyId, TEXT_AT + length, KEY_ID_BYTES, 'latin1')
  frame.writeUInt32BE(0, TEXT_AT + length + KEY_ID_BYTES)
  const aad = associatedData(frame, length, binding.kind, binding.context)
  cipher.encryptInto(frame, OFFSETS, plaintext, aad)
  sha256Into(frame, digestAt, frame.subarray(0, digestAt))
  return frame
}

/** Reads what a caller says is a cipher text. */
export function parseCiphertext(bytes: Uint8Array): ParsedCiphertext {
  const frame = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const plaintextBytes = frame.length - FRAME_OVERHEAD_BYTES - DIGEST_BYTES
  if (plaintextBytes < 0 || plaintextBytes > MAX_FRAME_PLAINTEXT_BYTES) return MALFORMED
  const digestAt = frame.length - DIGEST_BYTES
  const keyIdAt = TEXT_AT + plaintextBytes
  const keyId = parseKeyId(frame.toString('latin1', keyIdAt, keyIdAt + KEY_ID_BYTES))
  const isWellFormed =
    frame.readUInt16LE(0) === MAGIC &&
    frame.readUInt16LE(2) === digestAt - HEADER_BYTES &&
    frame[FORMAT_AT] === FORMAT &&
    frame.readUInt16BE(RESERVED_AT) === 0 &&
    frame.readUInt32BE(keyIdAt + KEY_ID_BYTES) === 0
  if (!isWellFormed || keyId === undefined) return MALFORMED
  const body = frame.subarray(0, digestAt)
  if (!equalInConstantTime(sha256(body), frame.subarray(digestAt))) return DIGEST_MISMATCH
  return {
    kind: 'ok',
    ciphertext: {
      keyId,
      version: frame.readUInt32BE(VERSION_AT) as VersionNumber,
      suiteId: frame.readUInt8(SUITE_AT),
      plaintextBytes,
      nonce: frame.subarray(NONCE_AT, TAG_AT),
      frame: body,
    },
  }
}

/** The plaintext, or undefined for whatever reason it cannot be had with this cipher and binding. */
export function decryptMessage(
  cipher: DataCipher,
  ciphertext: Ciphertext,
  kind: ProtectedKind,
  context: CallerContext,
): Buffer | undefined {
  if (ciphertext.suiteId !== cipher.suiteId) return undefined
  const { frame, plaintextBytes, nonce } = ciphertext
  return cipher.decrypt(
    nonce,
    frame.subarray(TAG_AT, TEXT_AT),
    frame.subarray(TEXT_AT, TEXT_AT + plaintextBytes),
    associatedData(frame, plaintextBytes, kind, context),
  )
}

const MALFORMED = { kind: 'malformed' } as const
const DIGEST_MISMATCH = { kind: 'digest-mismatch' } as const

/** Frame up to the nonce ‖ key id, 36 ‖ kind, 1 ‖ the caller's context in canonical form. */
function associatedData(
  frame: Buffer,
  plaintextBytes: number,
  kind: ProtectedKind,
  context: CallerContext,
): Buffer {
  const tail = canonicalContext(context)
  const keyIdAt = TEXT_AT + plaintextBytes
  const aad = Buffer.allocUnsafe(PREFIX_BYTES + KEY_ID_BYTES + 1 + tail.length)
  frame.copy(aad, 0, 0, PREFIX_BYTES)
  frame.copy(aad, PREFIX_BYTES, keyIdAt, keyIdAt + KEY_ID_BYTES)
  aad[PREFIX_BYTES + KEY_ID_BYTES] = KIND_BYTES[kind]
  aad.set(tail, PREFIX_BYTES + KEY_ID_BYTES + 1)
  return aad
}
