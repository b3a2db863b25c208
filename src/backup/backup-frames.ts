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
  let pending: Buffer = Buffer.alloc(0)
  let columns: readonly string[] = []
  let table: TableName | undefined
  let rowsOfTable = 0
  let total = 0
  const seen = new Set<TableName>()
  let isOver = false

  /** The frame of some JSON, and what it means for the next ones. */
  const take = (text: string): BackupFrame => {
    const [kind, first, second] = JSON.parse(text) as readonly unknown[] // what is missing is refused below
    if (isOver) throw malformed('goes on after its end')
    if (kind === 'table' && isTable(first) && Array.isArray(second) && table === undefined) {
      if (seen.has(first)) throw malformed(`has the table ${first} twice`)
      seen.add(first)
      table = first
      columns = second.map(String)
      rowsOfTable = 0
      return { kind, table, columns }
    }
    if (kind === 'rows' && Array.isArray(first) && table !== undefined) {
      const rows = first.map((values) => toRow(columns, values))
      rowsOfTable += rows.length
      return { kind, table, rows }
    }
    if (kind === 'tableEnd' && table !== undefined) {
      if (first !== rowsOfTable) throw malformed(`has other rows in ${table} than it counts`)
      total += rowsOfTable
      const lastNumber = second === null ? undefined : Number(second)
      const ended = { kind, table, rows: rowsOfTable, lastNumber } as const
      table = undefined
      return ended
    }
    if (kind === 'end' && table === undefined) {
      if (first !== seen.size || second !== total) throw malformed('has other rows than it counts')
      isOver = true
      return { kind, tables: seen.size, rows: total }
    }
    throw malformed('has a part that this version does not know')
  }

  return {
    /** The frames that are whole once these bytes have come. */
    *add(bytes: Buffer): Generator<BackupFrame, void, undefined> {
      pending = pending.length === 0 ? bytes : Buffer.concat([pending, bytes])
      let at = 0
      while (pending.length - at >= LENGTH_BYTES) {
        const length = pending.readUInt32BE(at)
        if (length > MAX_FRAME_BYTES) throw malformed('has a part that is too long')
        const end = at + LENGTH_BYTES + length
        if (pending.length < end) break
        const frame = take(pending.subarray(at + LENGTH_BYTES, end).toString())
        at = end
        yield frame
      }
      pending = pending.subarray(at)
    },
    /** @throws {RefusedBackup} when something is missing */
    end(): void {
      if (!isOver || pending.length > 0) throw malformed('ends too early')
    },
  }
}

function isTable(name: unknown): name is TableName {
  return typeof name === 'string' && Object.hasOwn(COPIED_TABLES, name)
}

function toRow(columns: readonly string[], values: unknown): Row {
  if (!Array.isArray(values) || values.length !== columns.length) {
    throw malformed('has a row without all columns')
  }
  return Object.fromEntries(columns.map((column, index) => [column, toValue(values[index])]))
}

function toValue(value: unknown): Value {
  if (Array.isArray(value)) return Uint8Array.fromBase64(String(value[0]))
  if (value === null || typeof value === 'string' || Number.isSafeInteger(value)) {
    return value as Value // which these are
  }
  throw malformed('has a value of no kind that a store has')
}

/** Authentic bytes that are no backup: whoever wrote them had a defect, or another version. */
function malformed(what: string): RefusedBackup {
  return new RefusedBackup(`the backup ${what}`)
}
