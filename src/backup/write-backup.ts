import type { RootKey } from '../crypto/root-key.ts'
import { sealStream } from '../crypto/segment-stream.ts'
import type { ByteSink } from '../files/byte-sink.ts'
import { streamSource } from '../files/byte-source.ts'
import { pump } from '../files/pump.ts'
import type { Clock } from '../ports/clock.ts'
import { readPages } from '../storage/copy/read-pages.ts'
import { quoted, type Row, type StoreEnd } from '../storage/copy/store-end.ts'
import { TABLES_IN_ORDER, type TableName } from '../storage/copy/tables.ts'
import { encodeFrame } from './backup-frames.ts'
import { type BackupHeader, encodeBackupHeader, headerDigest } from './backup-header.ts'
import { BACKUP_SEGMENT_BYTES, END_BYTES, encodeEnd, streamParameters } from './backup-stream.ts'

/** Rows of a frame. */
const FRAME_ROWS = 100

/** What is written where. */
export interface WriteOptions {
  readonly source: StoreEnd
  /** The root key that the records of the store are under. */
  readonly root: RootKey
  readonly sink: ByteSink
  readonly clock: Clock
  readonly engine: BackupHeader['engine']
  /** Version of the program. */
  readonly program: string
  /** The newest migration of the store. */
  readonly schema: string
  /** Told how many rows there are, before the first is written. */
  readonly onBegin?: (rows: number) => Promise<void>
  /** Told how many rows were read since the last time. */
  readonly onRows?: (rows: number) => void
  readonly segmentBytes?: number
}

/** A backup that was written. */
export interface WrittenBackup {
  readonly header: BackupHeader
  readonly bytes: number
}

/**
 * Writes all of a store as it is at one moment, while a server goes on with it. Material stays wrapped;
 * nothing is committed.
 *
 * @throws {StorageError} when the store cannot be read
 */
export function writeBackup(options: WriteOptions): Promise<WrittenBackup> {
  return options.source.snapshot(() => writeSnapshot(options))
}

async function writeSnapshot(options: WriteOptions): Promise<WrittenBackup> {
  const { source, root, sink, clock, engine, program, schema, onBegin, onRows } = options
  const counts = await countRows(source)
  const rows = counts.values().reduce((sum, count) => sum + count, 0)
  await onBegin?.(rows)
  const header: BackupHeader = {
    rootKeyId: root.id,
    engine,
    schema,
    program,
    createdAt: clock.now(),
    tables: counts.size,
    rows,
    keys: counts.get('keys') ?? 0,
    segmentBytes: options.segmentBytes ?? BACKUP_SEGMENT_BYTES,
  }
  const bytes = encodeBackupHeader(header)
  const stream = sealStream(root.backup, headerDigest(bytes), streamParameters(header.segmentBytes))
  let written = 0
  const counted: ByteSink = {
    ...sink,
    write(parts) {
      written += parts.reduce((sum, part) => sum + part.length, 0)
      return sink.write(parts)
    },
  }
  try {
    await counted.write([bytes, stream.header])
    await pump({
      source: streamSource(frames(source, counts, onRows)),
      sink: counted,
      firstBytes: stream.firstPlaintextBytes,
      otherBytes: stream.plaintextBytes,
      work: stream.seal,
      onBytes: () => undefined,
    })
  } finally {
    stream.end()
  }
  await counted.write([encodeEnd(written + END_BYTES)])
  return { header, bytes: written }
}

/** Tables that the store has, with the number of their rows. */
async function countRows(source: StoreEnd): Promise<ReadonlyMap<TableName, number>> {
  const present = await source.tables()
  const counts = new Map<TableName, number>()
  for (const [table] of TABLES_IN_ORDER) {
    if (!present.has(table)) continue
    const [row] = await source.query(`select count(*) as n from ${quoted(table)}`)
    counts.set(table, Number(row?.['n']))
  }
  return counts
}

async function* frames(
  source: StoreEnd,
  counts: ReadonlyMap<TableName, number>,
  onRows: WriteOptions['onRows'],
): AsyncGenerator<Buffer, void, undefined> {
  let total = 0
  for (const [table, { isCounted }] of TABLES_IN_ORDER) {
    if (!counts.has(table)) continue
    let rows = 0
    let highest = 0
    let isBegun = false
    for await (const page of readPages(source, table)) {
      if (!isBegun) yield encodeFrame({ kind: 'table', table, columns: columnsOf(page) })
      isBegun = true
      for (let at = 0; at < page.length; at += FRAME_ROWS) {
        yield encodeFrame({ kind: 'rows', table, rows: page.slice(at, at + FRAME_ROWS) })
      }
      rows += page.length
      highest = Number(page.at(-1)?.['number'] ?? 0)
      onRows?.(page.length)
    }
    if (!isBegun) yield encodeFrame({ kind: 'table', table, columns: [] })
    if (rows !== counts.get(table)) throw new Error(`${table} changed while it was read`)
    total += rows
    // Numbers of rows that are gone are not given again either.
    const lastNumber =
      isCounted === true ? Math.max(await source.lastNumber(table), highest) : undefined
    yield encodeFrame({ kind: 'tableEnd', table, rows, lastNumber })
  }
  yield encodeFrame({ kind: 'end', tables: counts.size, rows: total })
}

function columnsOf(page: readonly Row[]): readonly string[] {
  return Object.keys(page[0] ?? {})
}
