import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeFrame, frameReader } from '../../src/backup/backup-frames.ts'
import {
  type BackupHeader,
  encodeBackupHeader,
  headerDigest,
} from '../../src/backup/backup-header.ts'
import { END_BYTES, encodeEnd, streamParameters } from '../../src/backup/backup-stream.ts'
import { checkBackup } from '../../src/backup/check-backup.ts'
import { type BackupBytes, readBackup } from '../../src/backup/read-backup.ts'
import { RefusedBackup } from '../../src/backup/refused-backup.ts'
import { writeBackup } from '../../src/backup/write-backup.ts'
import type { RootKey } from '../../src/crypto/root-key.ts'
import { sealStream } from '../../src/crypto/segment-stream.ts'
import { systemClock } from '../../src/ports/clock.ts'
import { fileSeal } from '../../src/seals/file-seal.ts'
import { openSqliteEnd } from '../../src/storage/copy/sqlite-end.ts'
import { MIGRATION_NAMES } from '../../src/storage/sql/migrate.ts'
import { startTestServer } from '../server.ts'
import { readFrames } from './frame-rule.ts'
import { mutateBytes } from './fuzz-inputs.ts'
import { mutateJson } from './fuzz-json.ts'
import type { Chance } from './seeded-chance.ts'

const SEGMENT_BYTES = 4096
const KEYS = 6
/** What is read at a time of a file that is shorter than this: its head, whatever length that claims. */
const MAX_HEAD_BYTES = 64 * 1024 + 64
const WORDS = [
  ...['table', 'rows', 'tableEnd', 'end', 'keys', 'key_versions', 'access_keys', 'id', 'key_id'],
  ...['AAAA', 'A', 'primary_version', 'wrapped_material', 'version', 'spec', 'AES_256', 'nothing'],
]

interface GoodBackup {
  readonly root: RootKey
  readonly files: readonly Buffer[]
}

/** A backup in its parts. */
interface Parts {
  head: Buffer
  segments: Buffer[]
  end: Buffer
}

/** Files: changed in one to three places, also by somebody who mends digests and lengths, none is taken. */
export async function prepareBackups(): Promise<(chance: Chance) => Promise<void>> {
  const { root, files } = await makeGood()
  return async (chance) => {
    const bytes = changedFile(chance, files)
    const { asked, source } = inMemory(bytes)
    const report = await orRefused(() => check(source, root))
    const isWritten = files.some((file) => file.equals(bytes))
    if ((report !== undefined) !== isWritten) {
      throw new Error(`${isWritten ? 'refuses' : 'takes'} ${bytes.toString('base64')}`)
    }
    if (asked.mostBytes > Math.max(MAX_HEAD_BYTES, bytes.length)) {
      throw new Error(`${asked.mostBytes} bytes at once of a file of ${bytes.length}`)
    }
  }
}

/**
 * What stands in them, from somebody who has the root key: frames that are changed, swapped, doubled and
 * cut are refused, or are whole by a second reader.
 */
export async function prepareBackupFrames(): Promise<(chance: Chance) => Promise<void>> {
  const { root, files } = await makeGood()
  const [file] = files
  if (file === undefined) throw new Error('no backup')
  const backup = await readBackup(inMemory(file).source)
  const good: Buffer[] = []
  for await (const frame of backup.frames(root)) good.push(encodeFrame(frame))
  return async (chance) => {
    const plain = changedFrames(chance, good)
    const wanted = readFrames(plain)
    const got = await orRefused(async () => readInPieces(chance, plain))
    if (got !== wanted) {
      throw new Error(`${got} rows, not ${wanted}: ${plain.toString('base64').slice(0, 1000)}`)
    }
    if (!chance.oneIn(8)) return
    const sealed = sealedFile(root, backup.header, plain)
    const report = await orRefused(() => check(inMemory(sealed).source, root))
    if (report !== undefined && report.rows !== wanted) throw new Error('other rows than there are')
  }
}

async function check(source: BackupBytes, root: RootKey) {
  return checkBackup({ file: await readBackup(source), root })
}

/** What comes of it; undefined when the backup is refused. Whatever else is thrown is a defect. */
async function orRefused<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof RefusedBackup) return undefined
    throw error
  }
}

function inMemory(bytes: Buffer) {
  const asked = { mostBytes: 0 }
  const source: BackupBytes = {
    totalBytes: bytes.length,
    async read(at, length) {
      asked.mostBytes = Math.max(asked.mostBytes, length)
      if (length < 0 || at < 0) throw new RangeError(`${length} bytes at ${at}`)
      return bytes.subarray(at, at + length)
    },
    close: async () => undefined,
  }
  return { asked, source }
}

function changedFile(chance: Chance, files: readonly Buffer[]): Buffer {
  const good = chance.pick(files)
  if (chance.oneIn(6)) return mutateBytes(chance, good)
  const parts = partsOf(good)
  const others = partsOf(chance.pick(files))
  for (let left = 1 + chance.below(3); left > 0; left--) changeParts(chance, parts, others)
  const body = Buffer.concat([parts.head, ...parts.segments])
  // As a rule by somebody who knows what belongs there.
  const end = chance.oneIn(5) ? parts.end : encodeEnd(body.length + END_BYTES)
  return Buffer.concat([body, end])
}

function partsOf(file: Buffer): Parts {
  const headBytes = 13 + file.readUInt32BE(9) + 32
  const end = file.length - END_BYTES
  const segments: Buffer[] = []
  for (let at = headBytes; at < end; at += SEGMENT_BYTES) {
    segments.push(file.subarray(at, Math.min(at + SEGMENT_BYTES, end)))
  }
  return { head: file.subarray(0, headBytes), segments, end: file.subarray(end) }
}

function changeParts(chance: Chance, parts: Parts, others: Parts): void {
  const { segments } = parts
  const at = chance.below(segments.length + 1)
  const segment = segments[at] ?? Buffer.alloc(0)
  switch (chance.below(10)) {
    case 0:
      segments.splice(at, 1)
      return
    case 1:
      segments.splice(chance.below(segments.length + 1), 0, segment)
      return
    case 2:
      segments.splice(at, 1)
      segments.splice(chance.below(segments.length + 1), 0, segment)
      return
    case 3:
      segments.splice(at, 1, mutateBytes(chance, segment))
      return
    case 4:
      segments.splice(at, 1, chance.pick(others.segments))
      return
    case 5:
      segments.length = chance.below(segments.length + 1)
      return
    case 6:
      segments.splice(at, 1, segment.subarray(0, chance.below(segment.length + 1)))
      return
    case 7:
      parts.head = chance.oneIn(2) ? others.head : mutateBytes(chance, parts.head)
      return
    case 8:
      parts.end = mutateBytes(chance, parts.end)
      return
    default:
      parts.head = changedHead(chance, parts.head)
  }
}

/** Another head with the digest that belongs to it. */
function changedHead(chance: Chance, head: Buffer): Buffer {
  let said: unknown
  try {
    said = JSON.parse(head.subarray(13, -32).toString())
  } catch {
    return head
  }
  const words = ['rootKeyId', 'segmentBytes', 'rows', 'keys', 'tables', 'sqlite', 'postgres']
  const changed = chance.oneIn(2)
    ? { ...Object(said), segmentBytes: chance.pick([1, 4095, 4097, 8192, 2 ** 22, 2 ** 40, -1]) }
    : mutateJson(chance, said, words)
  return encodeBackupHeader(changed as BackupHeader) // which it may not be: that is what is tried
}

function changedFrames(chance: Chance, good: readonly Buffer[]): Buffer {
  const frames = [...good]
  for (let left = chance.below(4); left > 0; left--) {
    const at = chance.below(frames.length)
    const frame = frames[at] ?? Buffer.alloc(0)
    switch (chance.below(7)) {
      case 0:
        frames.splice(at, 1)
        break
      case 1:
        frames.splice(chance.below(frames.length + 1), 0, frame)
        break
      case 2:
        frames.splice(at, 1)
        frames.splice(chance.below(frames.length + 1), 0, frame)
        break
      case 3:
        frames.splice(at, 1, mutateBytes(chance, frame))
        break
      case 4:
        frames.length = at
        break
      default:
        frames.splice(at, 1, changedFrame(chance, frame))
    }
    if (frames.length === 0) break
  }
  return Buffer.concat(frames)
}

/** Another frame of the length that it says. */
function changedFrame(chance: Chance, frame: Buffer): Buffer {
  let parts: unknown
  try {
    parts = JSON.parse(frame.subarray(4).toString())
  } catch {
    return frame
  }
  const text = Buffer.from(JSON.stringify(mutateJson(chance, parts, WORDS)))
  const length = Buffer.alloc(4)
  length.writeUInt32BE(chance.oneIn(20) ? chance.pick([0, 2 ** 26 + 1, 2 ** 32 - 1]) : text.length)
  return Buffer.concat([length, text])
}

/** Rows of frames that come in pieces of any length. */
function readInPieces(chance: Chance, plain: Buffer): number {
  const reader = frameReader()
  let rows = 0
  for (let at = 0; at < plain.length; ) {
    const end = at + 1 + chance.below(chance.oneIn(3) ? 40 : 8000)
    for (const frame of reader.add(plain.subarray(at, end))) {
      if (frame.kind === 'rows') rows += frame.rows.length
    }
    at = end
  }
  reader.end()
  return rows
}

function sealedFile(root: RootKey, header: BackupHeader, plain: Buffer): Buffer {
  const head = encodeBackupHeader(header)
  const parameters = streamParameters(header.segmentBytes)
  const stream = sealStream(root.backup, headerDigest(head), parameters)
  const pieces = [head, stream.header]
  let at = 0
  for (let most = stream.firstPlaintextBytes; ; most = stream.plaintextBytes) {
    const isLast = at + most >= plain.length
    pieces.push(...stream.seal(plain.subarray(at, at + most), isLast))
    at += most
    if (isLast) break
  }
  stream.end()
  const body = Buffer.concat(pieces)
  return Buffer.concat([body, encodeEnd(body.length + END_BYTES)])
}

/** Two backups of one store, whose parts are as alike as can be. */
async function makeGood(): Promise<GoodBackup> {
  const directory = mkdtempSync(join(tmpdir(), 'keyturn-fuzz-'))
  try {
    const server = await startTestServer({ directory })
    for (let key = 0; key < KEYS; key++) await server.createKey()
    await server.stop()
    const root = await fileSeal({ path: join(directory, 'root.key') }).open()
    const store = join(directory, 'keyturn.sqlite')
    return { root, files: [await written(store, root), await written(store, root)] }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

async function written(store: string, root: RootKey): Promise<Buffer> {
  const source = openSqliteEnd(store, 'read')
  const pieces: Buffer[] = []
  const sink = {
    write: async (parts: readonly Uint8Array[]) =>
      void pieces.push(...parts.map((part) => Buffer.from(part))),
    commit: async () => undefined,
    discard: async () => undefined,
    discardNow: () => undefined,
  }
  const schema = MIGRATION_NAMES.at(-1) ?? ''
  const parts = { source, root, sink, clock: systemClock, engine: 'sqlite', schema } as const
  await writeBackup({ ...parts, program: '0.1.0', segmentBytes: SEGMENT_BYTES })
  await source.close()
  return Buffer.concat(pieces)
}
