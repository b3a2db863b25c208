import type { ByteSource } from './byte-source.ts'
import { RefusedFile } from './refused-file.ts'

/** What a file begins with; a transfer that rewrites line ends spoils it. */
const MAGIC = Buffer.from('894b54460d0a1a0a', 'hex') // \x89 K T F \r \n \x1a \n
const VERSION = 1
/** AES-256-GCM in segments under a key derived by HKDF-SHA-256. */
const SUITE = 1
const NEEDS_CONTEXT = 0x01
const FIXED_BYTES = 19
/** What comes before the length of the header is told. */
const PREAMBLE_BYTES = 11
/** HKDF of OpenSSL binds no more. */
const MAX_HEADER_BYTES = 1024
const SEGMENT_BYTES = { min: 1024, max: 4 * 1024 * 1024 } as const
const KEY_ID = /^[\x21-\x7e]{1,128}$/

/** What a file says about itself before its cipher text. */
export interface FileHeader {
  /** The master key that its data key is under. */
  readonly keyId: string
  /** The data key, encrypted; as the server gave it. */
  readonly wrappedKey: Uint8Array
  /** Whether the data key only opens with the additional data that it was made with. */
  readonly needsContext: boolean
  /** Length of a segment of the stream in bytes. */
  readonly segmentBytes: number
}

/**
 * A header: magic (8) ‖ version (1) ‖ length of the header (2) ‖ suite (1) ‖ flags (1) ‖ length of a
 * segment (4) ‖ length of the key id (2) ‖ key id ‖ encrypted data key. Numbers are big-endian.
 */
export function encodeFileHeader(header: FileHeader): Buffer {
  const keyId = Buffer.from(header.keyId, 'latin1')
  const bytes = Buffer.alloc(FIXED_BYTES + keyId.length + header.wrappedKey.length)
  if (bytes.length > MAX_HEADER_BYTES) throw new Error('the encrypted data key is too long')
  if (!KEY_ID.test(header.keyId)) throw new Error('a key id is printable ASCII')
  if (!isSegmentSize(header.segmentBytes)) throw new Error('no length of a segment')
  bytes.set(MAGIC)
  bytes.writeUInt8(VERSION, 8)
  bytes.writeUInt16BE(bytes.length, 9)
  bytes.writeUInt8(SUITE, 11)
  bytes.writeUInt8(header.needsContext ? NEEDS_CONTEXT : 0, 12)
  bytes.writeUInt32BE(header.segmentBytes, 13)
  bytes.writeUInt16BE(keyId.length, 17)
  bytes.set(keyId, FIXED_BYTES)
  bytes.set(header.wrappedKey, FIXED_BYTES + keyId.length)
  return bytes
}

/**
 * Reads the header that a file begins with.
 *
 * @returns What it says, and its bytes, which the stream is bound to.
 * @throws {RefusedFile}
 */
export async function readFileHeader(
  source: ByteSource,
): Promise<{ readonly header: FileHeader; readonly bytes: Buffer }> {
  const preamble = Buffer.alloc(PREAMBLE_BYTES)
  const found = await source.read(preamble)
  if (found < PREAMBLE_BYTES || !preamble.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw new RefusedFile('this is not a file that keyturn encrypt-file made')
  }
  const version = preamble.readUInt8(8)
  if (version !== VERSION) {
    throw new RefusedFile(`the file has format ${version}, which this version does not know`)
  }
  const headerBytes = preamble.readUInt16BE(9)
  if (headerBytes < FIXED_BYTES || headerBytes > MAX_HEADER_BYTES) throw damaged()
  const bytes = Buffer.alloc(headerBytes)
  bytes.set(preamble)
  const rest = bytes.subarray(PREAMBLE_BYTES)
  if ((await source.read(rest)) < rest.length) throw damaged()
  return { header: parse(bytes), bytes }
}

function parse(bytes: Buffer): FileHeader {
  const suite = bytes.readUInt8(11)
  const flags = bytes.readUInt8(12)
  const segmentBytes = bytes.readUInt32BE(13)
  const wrappedAt = FIXED_BYTES + bytes.readUInt16BE(17)
  const keyId = bytes.subarray(FIXED_BYTES, wrappedAt).toString('latin1')
  const isKnown = suite === SUITE && (flags & ~NEEDS_CONTEXT) === 0 && isSegmentSize(segmentBytes)
  if (!isKnown || wrappedAt >= bytes.length || !KEY_ID.test(keyId)) throw damaged()
  return {
    keyId,
    wrappedKey: bytes.subarray(wrappedAt),
    needsContext: (flags & NEEDS_CONTEXT) !== 0,
    segmentBytes,
  }
}

function isSegmentSize(bytes: number): boolean {
  return bytes >= SEGMENT_BYTES.min && bytes <= SEGMENT_BYTES.max
}

function damaged(): RefusedFile {
  return new RefusedFile('the head of the file was changed or cut')
}
