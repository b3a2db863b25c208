import { type Clock, systemClock } from '../../ports/clock.ts'
import type { HolderName } from '../../ports/holder.ts'
import { COPY_UNFINISHED, ROOT_KEY_ID } from '../../ports/meta-store.ts'
import { compareStores, type Difference } from './compare-stores.ts'
import { openSource, openTarget } from './open-ends.ts'
import { readPages } from './read-pages.ts'
import type { StoreEnd, StorePlace } from './store-end.ts'
import { TABLES_IN_ORDER, type TableName } from './tables.ts'

/** Rows of a transaction. */
const COMMIT_ROWS = 10_000
/** Differences that are kept; the others are counted. */
const MAX_DIFFERENCES = 100

/** How far a copy is. */
export interface CopyProgress {
  readonly step: 'copying' | 'comparing'
  readonly table: TableName
  /** Rows of the table so far. */
  readonly rows: number
  /** Whether those are all. */
  readonly isTableDone: boolean
}

/** What is copied where. */
export interface CopyOptions {
  readonly from: StorePlace
  readonly to: StorePlace
  /** Whether what an unfinished copy left in the target is removed first. */
  readonly replaceUnfinished: boolean
  /** Who copies: others are kept from a target on PostgreSQL, and are told. */
  readonly name: HolderName
  readonly clock?: Clock
  readonly onProgress?: (progress: CopyProgress) => void
}

/** What a copy did and found. */
export interface CopyReport {
  readonly tables: number
  readonly rows: number
  /** What the target has otherwise than the source, the first of it. None: the copy is good. */
  readonly differences: readonly Difference[]
  readonly differenceCount: number
  /** The root key that the records are wrapped under; undefined if no server ever ran on them. */
  readonly rootKeyId: string | undefined
}

/**
 * Copies all data of one store to an empty one, then compares both, record by record. Until they are
 * alike the target bears a mark with which no server starts on it.
 *
 * @throws {CopyRefusal} before anything was changed
 * @throws {StorageError} on the way; the target is then unfinished
 */
export async function copyStore(options: CopyOptions): Promise<CopyReport> {
  const { from, to, replaceUnfinished, name, clock = systemClock } = options
  const { onProgress = () => undefined } = options
  const source = await openSource(from)
  try {
    const target = await openTarget(to, replaceUnfinished, clock, name)
    try {
      const rows = await source.snapshot(() => copyTables(source, target, onProgress))
      await target.takeStock()
      const { differences, differenceCount } = await verify(source, target, onProgress)
      const rootKeyId = await rootKeyOf(source)
      if (differenceCount === 0) await removeMark(target)
      return { tables: TABLES_IN_ORDER.length, rows, differences, differenceCount, rootKeyId }
    } finally {
      await target.close()
    }
  } finally {
    await source.close()
  }
}

async function copyTables(
  source: StoreEnd,
  target: StoreEnd,
  onProgress: (progress: CopyProgress) => void,
): Promise<number> {
  let total = 0
  for (const [table, { isCounted }] of TABLES_IN_ORDER) {
    let rows = 0
    let highest = 0
    const pages = readPages(source, table)
    for (let isTableDone = false; !isTableDone; ) {
      const before = rows
      await target.transaction(async () => {
        while (rows - before < COMMIT_ROWS) {
          const { value: page } = await pages.next()
          isTableDone = page === undefined
          if (page === undefined) return
          await target.insert(table, page)
          rows += page.length
          highest = Number(page.at(-1)?.['number'] ?? 0)
          onProgress({ step: 'copying', table, rows, isTableDone: false })
        }
      })
    }
    // Numbers of rows that are gone are not given again either.
    if (isCounted === true) {
      const last = Math.max(await source.lastNumber(table), highest)
      if (last > 0) await target.putLastNumber(table, last)
    }
    onProgress({ step: 'copying', table, rows, isTableDone: true })
    total += rows
  }
  return total
}

async function verify(
  source: StoreEnd,
  target: StoreEnd,
  onProgress: (progress: CopyProgress) => void,
) {
  const differences: Difference[] = []
  let differenceCount = 0
  await compareStores(source, target, {
    onDifference(difference) {
      differenceCount++
      if (differences.length < MAX_DIFFERENCES) differences.push(difference)
    },
    onRows: (table, rows) => onProgress({ step: 'comparing', table, rows, isTableDone: false }),
    onTable: (table, rows) => onProgress({ step: 'comparing', table, rows, isTableDone: true }),
  })
  return { differences, differenceCount }
}

async function removeMark(target: StoreEnd): Promise<void> {
  await target.query(`delete from meta where name = ${target.mark(1)}`, [COPY_UNFINISHED])
}

async function rootKeyOf(source: StoreEnd): Promise<string | undefined> {
  const text = `select value from meta where name = ${source.mark(1)}`
  const [row] = await source.query(text, [ROOT_KEY_ID])
  return row === undefined ? undefined : String(row['value'])
}
