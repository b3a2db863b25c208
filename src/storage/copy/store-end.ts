import type { PostgresPlace } from '../postgres-links.ts'
import type { TableName } from './tables.ts'

/** Where a store is. */
export type StorePlace =
  | { readonly kind: 'sqlite'; readonly file: string }
  | { readonly kind: 'postgres'; readonly place: PostgresPlace }

/** What a column holds. */
export type Value = string | number | Uint8Array | null

/** A row by the names of its columns. */
export type Row = Readonly<Record<string, Value>>

/** One connection to a store that is copied, from or to. Names of tables are never outside data. */
export interface StoreEnd {
  /** Names of all tables. */
  readonly tables: () => Promise<ReadonlySet<string>>
  /** A parameter in the text of a query, counted from 1. */
  readonly mark: (parameter: number) => string
  readonly query: (text: string, parameters?: readonly Value[]) => Promise<readonly Row[]>
  /** Rows with the same columns. */
  readonly insert: (table: TableName, rows: readonly Row[]) => Promise<void>
  /** All that `work` reads is of one moment. */
  readonly snapshot: <T>(work: () => Promise<T>) => Promise<T>
  /** All that `work` writes is there at once, or none of it. */
  readonly transaction: <T>(work: () => Promise<T>) => Promise<T>
  /** The last number that the engine gave in a table that it counts; 0 for none. */
  readonly lastNumber: (table: TableName) => Promise<number>
  /** Has the engine give higher numbers from now on. */
  readonly putLastNumber: (table: TableName, number: number) => Promise<void>
  /** Removes every row of the tables, given in the order in which they refer to each other. */
  readonly removeRows: (tables: readonly TableName[]) => Promise<void>
  /** Lets the engine know what it holds, once it holds it. */
  readonly takeStock: () => Promise<void>
  readonly close: () => Promise<void>
}

/** A name as both engines take it. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
