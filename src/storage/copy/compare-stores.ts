import { COPY_UNFINISHED } from '../../ports/meta-store.ts'
import { readPages } from './read-pages.ts'
import type { Row, StoreEnd, Value } from './store-end.ts'
import { COPIED_TABLES, TABLES_IN_ORDER, type TableName } from './tables.ts'

/** What source and target do not have alike. Values are told of no column but those of the key. */
export type Difference =
  | { readonly kind: 'missing' | 'extra'; readonly table: TableName; readonly key: string }
  | {
      readonly kind: 'column'
      readonly table: TableName
      readonly key: string
      readonly column: string
    }
  /** The target would give numbers that the source has given already. */
  | { readonly kind: 'numbers'; readonly table: TableName }

/** Bytes of a key that are told, in hexadecimal digits: enough to find it. */
const KEY_BYTES_SHOWN = 8

/** What is told while stores are compared. */
export interface CompareListener {
  readonly onDifference: (difference: Difference) => void
  readonly onRows: (table: TableName, rows: number) => void
  readonly onTable: (table: TableName, rows: number) => void
}

/** Compares every column of every row, each store as it is at one moment from now on. */
export async function compareStores(
  source: StoreEnd,
  target: StoreEnd,
  listener: CompareListener,
): Promise<void> {
  await source.snapshot(() =>
    target.snapshot(async () => {
      for (const [table, { isCounted }] of TABLES_IN_ORDER) {
        await compareTable(source, target, table, listener)
        if (isCounted !== true) continue
        if ((await target.lastNumber(table)) < (await source.lastNumber(table))) {
          listener.onDifference({ kind: 'numbers', table })
        }
      }
    }),
  )
}

async function compareTable(
  source: StoreEnd,
  target: StoreEnd,
  table: TableName,
  { onDifference, onRows, onTable }: CompareListener,
): Promise<void> {
  const [left, right] = [rowsOf(source, table), rowsOf(target, table)]
  let compared = 0
  for (;;) {
    if (left.mustRead() || right.mustRead()) {
      await Promise.all([left.read(), right.read()])
      onRows(table, compared)
    }
    const [mine, theirs] = [left.row(), right.row()]
    if (mine === undefined && theirs === undefined) return onTable(table, compared)
    const order = mine === undefined ? 1 : theirs === undefined ? -1 : orderOf(table, mine, theirs)
    if (mine !== undefined && order <= 0) {
      compared++
      left.next()
      if (order < 0) onDifference({ kind: 'missing', table, key: keyText(table, mine) })
    }
    if (theirs !== undefined && order >= 0) {
      right.next()
      if (order > 0) onDifference({ kind: 'extra', table, key: keyText(table, theirs) })
    }
    if (mine === undefined || theirs === undefined || order !== 0) continue
    for (const column of differingColumns(mine, theirs)) {
      onDifference({ kind: 'column', table, key: keyText(table, mine), column })
    }
  }
}

/** The rows of a table one by one, without a turn of the event loop for each. */
function rowsOf(end: StoreEnd, table: TableName) {
  const pages = readPages(end, table)
  let page: readonly Row[] = []
  let place = 0
  let isDone = false
  const mustRead = () => !isDone && place >= page.length
  return {
    mustRead,
    async read(): Promise<void> {
      while (mustRead()) {
        const { value, done } = await pages.next()
        isDone = done === true
        page = (value ?? []).filter((row) => table !== 'meta' || row['name'] !== COPY_UNFINISHED)
        place = 0
      }
    },
    row: () => page[place],
    next(): void {
      place++
    },
  }
}

/** Below 0 when `one` comes first, as both engines sort. */
function orderOf(table: TableName, one: Row, other: Row): number {
  for (const column of COPIED_TABLES[table].key) {
    const order = compareValues(one[column] ?? null, other[column] ?? null)
    if (order !== 0) return order
  }
  return 0
}

function compareValues(one: Value, other: Value): number {
  if (one === other) return 0
  if (typeof one === 'number' && typeof other === 'number') return one - other
  return Buffer.compare(bytesOf(one), bytesOf(other))
}

function bytesOf(value: Value): Uint8Array {
  return value instanceof Uint8Array ? value : Buffer.from(String(value))
}

function differingColumns(one: Row, other: Row): readonly string[] {
  const columns = new Set([...Object.keys(one), ...Object.keys(other)])
  return [...columns].filter((column) => !isSame(one[column], other[column]))
}

function isSame(one: Value | undefined, other: Value | undefined): boolean {
  if (one instanceof Uint8Array && other instanceof Uint8Array) {
    return Buffer.compare(one, other) === 0
  }
  return one === other
}

function keyText(table: TableName, row: Row): string {
  return COPIED_TABLES[table].key
    .map((column) => {
      const value = row[column]
      return value instanceof Uint8Array
        ? `${column}=${value.subarray(0, KEY_BYTES_SHOWN).toHex()}…`
        : `${column}=${JSON.stringify(value)}`
    })
    .join(' ')
}
