import type { StreamParameters } from '../crypto/segment-stream.ts'

/** Length of the segments that are written, in bytes. */
export const BACKUP_SEGMENT_BYTES = 256 * 1024

/**
 * What a backup ends with: a mark (8) ‖ length of the whole file (8, big-endian). It tells a file that
 * was cut from one that was changed; that nothing is missing, the stream itself proves.
 */
const END_MARK = Buffer.from('KTB\0END\n')

/** Length of the end in bytes. */
export const END_BYTES = END_MARK.length + 8

/** The end of a file of a length in bytes, of which the end is a part. */
export function encodeEnd(totalBytes: number): Buffer {
  const bytes = Buffer.alloc(END_BYTES)
  bytes.set(END_MARK)
  bytes.writeBigUInt64BE(BigInt(totalBytes), END_MARK.length)
  return bytes
}

/** The length in bytes that an end tells; undefined when it is no end. */
export function parseEnd(bytes: Buffer): number | undefined {
  if (bytes.length !== END_BYTES || !bytes.subarray(0, END_MARK.length).equals(END_MARK)) {
    return undefined
  }
  return Number(bytes.readBigUInt64BE(END_MARK.length))
}

/** AES-256-GCM under a key that HKDF-SHA-256 derives for each backup. */
export function streamParameters(segmentBytes: number): StreamParameters {
  return { hash: 'sha256', derivedKeyBytes: 32, segmentBytes }
}
