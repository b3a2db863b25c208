import type { RowMacs } from '../crypto/row-macs.ts'
import { StorageError } from './storage-error.ts'

export type { RowMacs } from '../crypto/row-macs.ts'

/** Tables whose rows bear MACs. */
export const GUARDED_TABLES = ['keys', 'key_versions'] as const

/** A table whose rows bear MACs. */
export type GuardedTable = (typeof GUARDED_TABLES)[number]

/** Which row it is: never what is in it. */
export interface RowName {
  readonly table: GuardedTable
  readonly keyId: string
  /** Number of the version, in the table of versions. */
  readonly version?: number
}

let damaged = 0

/** How often this thread met a row that is not as Keyturn wrote it, for metrics. */
export function damagedRowsMet(): number {
  return damaged
}

/** A row is not as Keyturn wrote it: a bit flipped, or somebody changed it. It is not used. */
export class DamagedRow extends StorageError {
  readonly row: RowName

  constructor(row: RowName) {
    super(`the row of ${nameOfRow(row)} was changed by something else than Keyturn: it is not used`)
    damaged++
    this.row = row
  }
}

/** A row as people read it: `table key_id=… version=…`. */
export function nameOfRow({ table, keyId, version }: RowName): string {
  return version === undefined
    ? `${table} id=${JSON.stringify(keyId)}`
    : `${table} key_id=${JSON.stringify(keyId)} version=${version}`
}

/** After which row the next batch begins. */
export interface RowPlace {
  readonly keyId: string
  readonly version: number
}

/** What a batch of rows came to. */
export interface GuardedBatch {
  readonly rows: number
  /** Rows that got a MAC of the current root key. */
  readonly written: number
  readonly damaged: readonly RowName[]
  /** Keys that have other versions than they say: one was taken away, or the key is older than they are. */
  readonly torn: readonly RowName[]
  /** Undefined when there are no more. */
  readonly next: RowPlace | undefined
}

/**
 * What a batch does: `check` only looks; `renew` gives rows under a former root key the MAC of the current
 * one; `begin` gives it also to rows without any, which is right once, before the store is guarded.
 */
export type GuardWork = 'check' | 'renew' | 'begin'

/** MACs over the rows that decide what a key is and may do. */
export interface RowGuard {
  /**
   * From now on rows are written with MACs and read only with them.
   *
   * @param tell Told of each row that was found damaged.
   */
  readonly watch: (macs: RowMacs, tell: (damaged: DamagedRow) => void) => void
  /** Takes up so many rows of a table after a place, in one transaction; never touches a damaged row. */
  readonly batch: (
    table: GuardedTable,
    work: GuardWork,
    limit: number,
    after: RowPlace | undefined,
  ) => Promise<GuardedBatch>
  /** What the engine finds wrong with its own pages and indexes; it reads all of them. */
  readonly complaints: (limit: number) => Promise<readonly string[]>
}

/** Takes up all rows of all guarded tables; told of each batch. */
export async function everyGuardedRow(
  guard: RowGuard,
  work: GuardWork,
  onBatch: (batch: GuardedBatch, table: GuardedTable) => void,
  limit = 512,
): Promise<void> {
  for (const table of GUARDED_TABLES) {
    let after: RowPlace | undefined
    do {
      const batch = await guard.batch(table, work, limit, after)
      onBatch(batch, table)
      after = batch.next
    } while (after !== undefined)
  }
}
