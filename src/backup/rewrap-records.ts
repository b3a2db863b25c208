import type { ProjectId, RootKeyId } from '../core/ids.ts'
import type { KeySpec } from '../core/key-specs.ts'
import type { RootKey } from '../crypto/root-key.ts'
import { rootKeyIdOf, unwrapRecord, whyClosed, wrapRecord } from '../crypto/wrapped-record.ts'
import type { Row, StoreEnd, Value } from '../storage/copy/store-end.ts'
import type { TableName } from '../storage/copy/tables.ts'
import { columnsOfVersion, type WrappedColumn, wrappedColumns } from './wrapped-columns.ts'

/** Rows that are written at once: few enough that others do not wait. */
const BATCH_ROWS = 200

/** A table with wrapped records, and how a page of it is read. */
interface RecordTable {
  readonly table: TableName
  /** Columns of its primary key, in the order of its pages. */
  readonly key: readonly string[]
  /** Reads rows with all that their places are made of; `t` is the table. */
  readonly select: string
  readonly columns: (row: Row) => readonly WrappedColumn[]
}

function ofVersions(table: TableName, key: readonly string[]): RecordTable {
  return {
    table,
    key,
    select: `select t.*, k.project_id, k.spec from ${table} t join keys k on k.id = t.key_id`,
    columns: (row) =>
      columnsOfVersion(row, {
        projectId: String(row['project_id']) as ProjectId, // our own table
        spec: String(row['spec']) as KeySpec, // our own table
      }),
  }
}

function ofRows(table: TableName): RecordTable {
  const columns = (row: Row) => wrappedColumns(table, row)
  return { table, key: ['id'], select: `select t.* from ${table} t`, columns }
}

const RECORD_TABLES: readonly RecordTable[] = [
  ofRows('access_keys'),
  ofRows('access_points'),
  ofVersions('waiting_materials', ['key_id']),
  ofVersions('key_versions', ['key_id', 'version']),
]

/** How many records there are under each root key. */
export type RecordCounts = ReadonlyMap<RootKeyId, number>

/** Counts records by the root keys that they are under. Opens none of them. */
export async function countRecords(store: StoreEnd): Promise<RecordCounts> {
  const counts = new Map<RootKeyId, number>()
  for await (const page of pagesOfRecords(store)) {
    for (const { id } of page) counts.set(id, (counts.get(id) ?? 0) + 1)
  }
  return counts
}

/** What was done with the records of a store. */
export interface Rewrapped {
  readonly records: number
  /** How many of them were put under the new root key. */
  readonly changed: number
}

/**
 * Puts every record under the root key that is current in `root`. Each is exchanged only if it is still the
 * one that was read, so that others write meanwhile as they like; killed, it is to be called again.
 *
 * @param onRecords Told how many records were looked at since the last time.
 * @throws {Error} when a record does not open; those before it are done
 */
export async function rewrapRecords(
  store: StoreEnd,
  root: RootKey,
  onRecords: (records: number) => void,
): Promise<Rewrapped> {
  let [records, changed] = [0, 0]
  for await (const page of pagesOfRecords(store)) {
    const others = page.filter(({ id }) => id !== root.id)
    if (others.length > 0) {
      await store.transaction(async () => {
        for (const found of others) changed += await exchange(store, found, rewrapped(root, found))
      })
    }
    records += page.length
    onRecords(page.length)
  }
  return { records, changed }
}

interface FoundRecord extends WrappedColumn {
  readonly table: RecordTable
  readonly row: Row
  readonly record: Uint8Array
  /** The root key that it is under. */
  readonly id: RootKeyId
}

function rewrapped(
  root: RootKey,
  { table, row, column, binding, record }: FoundRecord,
): Uint8Array {
  const secret = unwrapRecord(root, binding, record)
  if (secret === undefined) {
    const name = table.key.map((part) => row[part]).join(' ')
    throw new Error(`${table.table} ${name}: ${column} does not open: ${whyClosed(root, record)}`)
  }
  const wrapped = wrapRecord(root, binding, secret)
  secret.wipe()
  return wrapped
}

/** All records, as many at a time as {@link BATCH_ROWS} rows have. */
async function* pagesOfRecords(store: StoreEnd): AsyncGenerator<readonly FoundRecord[]> {
  for (const table of RECORD_TABLES) {
    let after: Row | undefined
    do {
      const rows: readonly Row[] = await pageOf(store, table, after)
      yield rows.flatMap((row) => recordsIn(table, row))
      after = rows.length < BATCH_ROWS ? undefined : rows.at(-1)
    } while (after !== undefined)
  }
}

function recordsIn(table: RecordTable, row: Row): readonly FoundRecord[] {
  return table.columns(row).flatMap((wrapped) => {
    const record = row[wrapped.column]
    // Nothing where there never was a secret; no bytes where the material is gone.
    if (!(record instanceof Uint8Array) || record.length === 0) return []
    const id = rootKeyIdOf(record)
    if (id === undefined) throw new Error(`${table.table}: ${wrapped.column} is no record`)
    return [{ ...wrapped, table, row, record, id }]
  })
}

function pageOf(
  store: StoreEnd,
  { key, select }: RecordTable,
  after: Row | undefined,
): Promise<readonly Row[]> {
  const names = key.map((column) => `t.${column}`).join(', ')
  const marks = key.map((_, index) => store.mark(index + 1)).join(', ')
  const where = after === undefined ? '' : ` where (${names}) > (${marks})`
  const values = after === undefined ? [] : key.map((column) => after[column] ?? null)
  return store.query(`${select}${where} order by ${names} limit ${BATCH_ROWS}`, values)
}

/** How many records were exchanged: one, or none if somebody wrote another meanwhile. */
async function exchange(
  store: StoreEnd,
  { table: { table, key }, row, column }: FoundRecord,
  wrapped: Uint8Array,
): Promise<number> {
  const conditions = [...key, column].map((name, index) => `${name} = ${store.mark(index + 2)}`)
  const text =
    `update ${table} set ${column} = ${store.mark(1)} ` +
    `where ${conditions.join(' and ')} returning 1 as done`
  const seen: readonly Value[] = [...key, column].map((name) => row[name] ?? null)
  return (await store.query(text, [wrapped, ...seen])).length
}
