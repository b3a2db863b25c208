import { hash } from 'node:crypto'
import type { RootKeyId } from '../core/ids.ts'
import type { EpochMs } from '../core/time.ts'
import { RefusedBackup } from './refused-backup.ts'

/** What a backup begins with; a transfer that rewrites line ends spoils it. */
const MAGIC = Buffer.from('894b54420d0a1a0a', 'hex') // \x89 K T B \r \n \x1a \n
const VERSION = 1
/** magic (8) ‖ version (1) ‖ length of what the header says (4) */
const PREAMBLE_BYTES = 13
const DIGEST_BYTES = 32
const MAX_TEXT_BYTES = 64 * 1024
const SEGMENT_BYTES = { min: 4096, max: 4 * 1024 * 1024 } as const

/** What a backup says about itself before its cipher text. */
export interface BackupHeader {
  /** The root key that it is encrypted under, and that its records are wrapped under. */
  readonly rootKeyId: RootKeyId
  /** The engine of the store that it was made of; it may go to another. */
  readonly engine: 'sqlite' | 'postgres'
  /** The newest migration of that store. */
  readonly schema: string
  /** Version of the program that made it. */
  readonly program: string
  readonly createdAt: EpochMs
  readonly tables: number
  readonly rows: number
  readonly keys: number
  /** Length of a segment of the stream in bytes. */
  readonly segmentBytes: number
}

/** A header as it was read, and what the stream is bound to. */
export interface ReadHeader {
  readonly header: BackupHeader
  /** Bytes of it in the file. */
  readonly length: number
  readonly digest: Buffer
}

/**
 * A header: magic (8) ‖ version (1) ‖ length of the text (4, big-endian) ‖ text, JSON in UTF-8 ‖
 * SHA-256 of all before (32). The digest tells an accident; it is the associated data of the stream,
 * which tells everything else.
 */
export function encodeBackupHeader(header: BackupHeader): Buffer {
  const text = Buffer.from(JSON.stringify(header))
  const preamble = Buffer.alloc(PREAMBLE_BYTES)
  preamble.set(MAGIC)
  preamble.writeUInt8(VERSION, MAGIC.length)
  preamble.writeUInt32BE(text.length, MAGIC.length + 1)
  const bytes = Buffer.concat([preamble, text])
  return Buffer.concat([bytes, hash('sha256', bytes, 'buffer')])
}

/** What the stream of a backup with this header is bound to. */
export function headerDigest(bytes: Buffer): Buffer {
  return bytes.subarray(bytes.length - DIGEST_BYTES)
}

/**
 * Reads the header that a backup begins with.
 *
 * @param read Bytes of the file from a place on, fewer than asked for only at its end.
 * @throws {RefusedBackup}
 */
export async function readBackupHeader(
  read: (at: number, length: number) => Promise<Buffer>,
): Promise<ReadHeader> {
  const preamble = await read(0, PREAMBLE_BYTES)
  if (!preamble.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw new RefusedBackup({
      en: 'this is not a backup that keyturn made, or its first bytes were changed',
      zh: '这不是 keyturn 所做的备份，或其开头的字节已被改动',
    })
  }
  if (preamble.length < PREAMBLE_BYTES) throw damaged()
  const version = preamble.readUInt8(MAGIC.length)
  if (version !== VERSION) {
    throw new RefusedBackup({
      en: `the backup has format ${version}, which this version does not know`,
      zh: `备份的格式为 ${version}，此版本不认识`,
    })
  }
  const textBytes = preamble.readUInt32BE(MAGIC.length + 1)
  if (textBytes > MAX_TEXT_BYTES) throw damaged()
  const length = PREAMBLE_BYTES + textBytes + DIGEST_BYTES
  const bytes = await read(0, length)
  const digest = headerDigest(bytes)
  const said = bytes.subarray(0, length - DIGEST_BYTES)
  if (bytes.length < length || !hash('sha256', said, 'buffer').equals(digest)) throw damaged()
  return { header: parse(said.subarray(PREAMBLE_BYTES).toString()), length, digest }
}

function parse(text: string): BackupHeader {
  let said: unknown
  try {
    said = JSON.parse(text)
  } catch {
    throw damaged()
  }
  if (typeof said !== 'object' || said === null) throw damaged()
  const fields = new Map(Object.entries(said))
  const number = (name: string): number => {
    const value = fields.get(name)
    if (!Number.isSafeInteger(value) || Number(value) < 0) throw damaged()
    return Number(value)
  }
  const word = (name: string, form: RegExp): string => {
    const value = fields.get(name)
    if (typeof value !== 'string' || !form.test(value)) throw damaged()
    return value
  }
  const segmentBytes = number('segmentBytes')
  if (segmentBytes < SEGMENT_BYTES.min || segmentBytes > SEGMENT_BYTES.max) throw damaged()
  return {
    rootKeyId: word('rootKeyId', /^[0-9a-f]{16}$/) as RootKeyId,
    engine: word('engine', /^(sqlite|postgres)$/) as BackupHeader['engine'], // as the form says
    schema: word('schema', /^\d{4}-[a-z0-9-]{1,64}$/),
    program: word('program', /^[\x21-\x7e]{1,64}$/),
    createdAt: number('createdAt') as EpochMs,
    tables: number('tables'),
    rows: number('rows'),
    keys: number('keys'),
    segmentBytes,
  }
}

function damaged(): RefusedBackup {
  return new RefusedBackup({
    en: 'the head of the backup was changed or cut',
    zh: '备份的头部已被改动或截断',
  })
}
