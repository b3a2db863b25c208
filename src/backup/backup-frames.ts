import type { Row, Value } from '../storage/copy/store-end.ts'
import { COPIED_TABLES, type TableName } from '../storage/copy/tables.ts'
import { RefusedBackup } from './refused-backup.ts'

/*
 * What the stream of a backup holds: frames, each a length (4, big-endian) and JSON in UTF-8.
 *   ["table", name, [column, …]]
 *   ["rows", [[value, …], …]]           values in the order of the columns; bytes as [base64]
 *   ["tableEnd", rows, last number]     the number where the engine counts, otherwise null
 *   ["end", tables, rows]
 */
const LENGTH_BYTES = 4
/** A row has far less, and frames have few rows. */
const MAX_FRAME_BYTES = 64 * 1024 * 1024
const COLUMN = /^[a-z][a-z0-9_]{0,62}$/

/** A part of a backup. */
export type BackupFrame =
  | { readonly kind: 'table'; readonly table: TableName; readonly columns: readonly string[] }
  | { readonly kind: 'rows'; readonly table: TableName; readonly rows: readonly Row[] }
  | {
      readonly kind: 'tableEnd'
      readonly table: TableName
      readonly rows: number
      /** The last number that the engine gave; undefined where it counts nothing. */
      readonly lastNumber: number | undefined
    }
  | { readonly kind: 'end'; readonly tables: number; readonly rows: number }

/** Bytes of a frame. */
export function encodeFrame(frame: BackupFrame): Buffer {
  const text = Buffer.from(JSON.stringify(partsOf(frame)))
  const length = Buffer.alloc(LENGTH_BYTES)
  length.writeUInt32BE(text.length)
  return Buffer.concat([length, text])
}

function partsOf(frame: BackupFrame): readonly unknown[] {
  switch (frame.kind) {
    case 'table':
      return [frame.kind, frame.table, frame.columns]
    case 'rows':
      return [frame.kind, frame.rows.map((row) => Object.values(row).map(toJson))]
    case 'tableEnd':
      return [frame.kind, frame.rows, frame.lastNumber ?? null]
    case 'end':
      return [frame.kind, frame.tables, frame.rows]
    default:
      throw frame satisfies never
  }
}

function toJson(value: Value): unknown {
  return value instanceof Uint8Array ? [value.toBase64()] : value
}

/**
 * Reads frames from plaintext that comes in pieces, and checks that they tell what they contain: each
 * table once, as many rows as it says, and an end.
 */
export function frameReader() {
  let pieces: Buffer[] = []
  let pendingBytes = 0
  let neededBytes = LENGTH_BYTES
  let columns: readonly string[] = []
  let table: TableName | undefined
  let rowsOfTable = 0
  let total = 0
  const seen = new Set<TableName>()
  let isOver = false

  /** The frame of some JSON, and what it means for the next ones. */
  const take = (text: string): BackupFrame => {
    const [kind, first, second, ...more] = partsIn(text)
    if (more.length > 0) throw unknownPart()
    if (isOver) throw malformed('goes on after its end', '在结尾之后还有内容')
    if (kind === 'table' && isTable(first) && isColumns(second) && table === undefined) {
      if (seen.has(first))
        throw malformed(`has the table ${first} twice`, `中表 ${first} 出现了两次`)
      seen.add(first)
      table = first
      columns = second
      rowsOfTable = 0
      return { kind, table, columns }
    }
    if (kind === 'rows' && isList(first) && second === undefined && table !== undefined) {
      const rows = first.map((values) => toRow(columns, values))
      rowsOfTable += rows.length
      return { kind, table, rows }
    }
    if (kind === 'tableEnd' && isLastNumber(second) && table !== undefined) {
      if (first !== rowsOfTable)
        throw malformed(
          `has other rows in ${table} than it counts`,
          `中表 ${table} 的行与其行数不符`,
        )
      total += rowsOfTable
      const lastNumber = second ?? undefined
      const ended = { kind, table, rows: rowsOfTable, lastNumber } as const
      table = undefined
      return ended
    }
    if (kind === 'end' && table === undefined) {
      if (first !== seen.size || second !== total)
        throw malformed('has other rows than it counts', '中的行与其行数不符')
      isOver = true
      return { kind, tables: seen.size, rows: total }
    }
    throw unknownPart()
  }

  return {
    /** The frames that are whole once these bytes have come. */
    *add(bytes: Buffer): Generator<BackupFrame, void, undefined> {
      pieces.push(bytes)
      pendingBytes += bytes.length
      // A long frame is not put together anew with every piece of it.
      if (pendingBytes < neededBytes) return
      const pending = pieces.length === 1 ? bytes : Buffer.concat(pieces)
      let at = 0
      neededBytes = LENGTH_BYTES
      while (pending.length - at >= LENGTH_BYTES) {
        const length = pending.readUInt32BE(at)
        if (length > MAX_FRAME_BYTES)
          throw malformed('has a part that is too long', '中有过长的部分')
        neededBytes = LENGTH_BYTES + length
        if (pending.length - at < neededBytes) break
        const frame = take(pending.subarray(at + LENGTH_BYTES, at + neededBytes).toString())
        at += neededBytes
        neededBytes = LENGTH_BYTES
        yield frame
      }
      pieces = at < pending.length ? [pending.subarray(at)] : []
      pendingBytes = pending.length - at
    },
    /** @throws {RefusedBackup} when something is missing */
    end(): void {
      if (!isOver || pendingBytes > 0) throw malformed('ends too early', '过早结束')
    },
  }
}

function isTable(name: unknown): name is TableName {
  return typeof name === 'string' && Object.hasOwn(COPIED_TABLES, name)
}

/** What a frame has, whatever it is; what does not fit is refused by whoever takes it. */
function partsIn(text: string): readonly unknown[] {
  let parts: unknown
  try {
    parts = JSON.parse(text)
  } catch {
    throw unknownPart()
  }
  if (!isList(parts)) throw unknownPart()
  return parts
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value)
}

/** Each once, or a row would have fewer values than it says. */
function isColumns(value: unknown): value is readonly string[] {
  return (
    isList(value) &&
    value.every((column) => typeof column === 'string' && COLUMN.test(column)) &&
    new Set(value).size === value.length
  )
}

function isLastNumber(value: unknown): value is number | null {
  return value === null || (Number.isSafeInteger(value) && Number(value) >= 0)
}

function toRow(columns: readonly string[], values: unknown): Row {
  if (!isList(values) || values.length !== columns.length) {
    throw malformed('has a row without all columns', '中有缺少列的行')
  }
  return Object.fromEntries(columns.map((column, index) => [column, toValue(values[index])]))
}

function toValue(value: unknown): Value {
  if (isList(value)) return toBytes(value)
  if (value === null || typeof value === 'string' || Number.isSafeInteger(value)) {
    return value as Value // which these are
  }
  throw noValue()
}

function toBytes([text, ...more]: readonly unknown[]): Uint8Array {
  if (typeof text !== 'string' || more.length > 0) throw noValue()
  try {
    return Uint8Array.fromBase64(text, { lastChunkHandling: 'strict' })
  } catch {
    throw noValue()
  }
}

function noValue(): RefusedBackup {
  return malformed('has a value of no kind that a store has', '中有存储不可能有的值')
}

function unknownPart(): RefusedBackup {
  return malformed('has a part that this version does not know', '中有此版本不认识的部分')
}

/** Authentic bytes that are no backup: whoever wrote them had a defect, or another version. */
function malformed(what: string, chinese: string): RefusedBackup {
  return new RefusedBackup({ en: `the backup ${what}`, zh: `备份${chinese}` })
}
