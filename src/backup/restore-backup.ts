import type { RootKey } from '../crypto/root-key.ts'
import type { Clock } from '../ports/clock.ts'
import { quoted, type StoreEnd } from '../storage/copy/store-end.ts'
import { TABLES_IN_ORDER } from '../storage/copy/tables.ts'
import { MIGRATION_NAMES } from '../storage/sql/migrate.ts'
import type { BackupFile } from './read-backup.ts'
import { RefusedBackup } from './refused-backup.ts'

/** What is written into a store, and who is told. */
export interface FillOptions {
  readonly file: BackupFile
  readonly root: RootKey
  readonly clock: Clock
  /** Told how many bytes of the backup were read since the last time. */
  readonly onBytes?: (bytes: number) => void
}

/**
 * Writes all rows of a backup to empty tables, within a transaction of the caller's. Tokens that were
 * given out before are worth nothing any more: the store no longer knows which of them were revoked.
 *
 * @param numbersFrom The last number that the tables before gave, where they counted.
 * @throws {RefusedBackup} when it is not the file that was written
 */
export async function fillFromBackup(
  target: StoreEnd,
  { file, root, clock, onBytes }: FillOptions,
  numbersFrom: ReadonlyMap<string, number>,
): Promise<void> {
  for await (const frame of file.frames(root, onBytes)) {
    if (frame.kind === 'rows') await target.insert(frame.table, frame.rows)
    if (frame.kind !== 'tableEnd') continue
    const { table, rows, lastNumber } = frame
    const [row] = await target.query(`select count(*) as n from ${quoted(table)}`)
    if (Number(row?.['n']) !== rows) throw new Error(`${table} did not take all rows`)
    if (lastNumber === undefined) continue
    const number = Math.max(lastNumber, numbersFrom.get(table) ?? 0)
    if (number > 0) await target.putLastNumber(table, number)
  }
  const [mark, other] = [target.mark(1), target.mark(2)]
  const now = clock.now()
  await target.query(
    `update users set tokens_valid_from = ${mark} where tokens_valid_from < ${other}`,
    [now, now],
  )
}

/** The last number that each table of a store gave, where they are counted. */
export async function lastNumbers(end: StoreEnd): Promise<ReadonlyMap<string, number>> {
  const present = await end.tables()
  const numbers = new Map<string, number>()
  for (const [table, { isCounted }] of TABLES_IN_ORDER) {
    if (isCounted === true && present.has(table)) numbers.set(table, await end.lastNumber(table))
  }
  return numbers
}

/**
 * The last migration that the tables need which the backup goes to.
 *
 * @returns Undefined when that is the newest.
 */
export function olderSchemaOf({ header }: BackupFile): string | undefined {
  return header.schema === MIGRATION_NAMES.at(-1) ? undefined : header.schema
}

/** A store is there already, with rows in it. */
export function notEmpty(what: string, chinese: string): RefusedBackup {
  return new RefusedBackup({
    en: `${what}: --replace puts the backup in its place`,
    zh: `${chinese}：--replace 用备份取代它`,
  })
}
