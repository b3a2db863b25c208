import type { ProjectId, RootKeyId } from '../core/ids.ts'
import type { KeySpec } from '../core/key-specs.ts'
import type { RootKey } from '../crypto/root-key.ts'
import { rootKeyIdOfMac, rowMacs } from '../crypto/row-macs.ts'
import { rootKeyIdOf, unwrapRecord, whyClosed, wrapRecord } from '../crypto/wrapped-record.ts'
import { type GuardedTable, nameOfRow, type RowMacs } from '../ports/row-guard.ts'
import type { Row, StoreEnd, Value } from '../storage/copy/store-end.ts'
import type { TableName } from '../storage/copy/tables.ts'
import { textOfGuarded } from '../storage/sql/stored-rows.ts'
import { columnsOfVersion, type WrappedColumn, wrappedColumns } from './wrapped-columns.ts'

/** Rows that are written at once: few enough that others do not wait. */
const BATCH_ROWS = 200

/** A table with wrapped records or MACs, and how a page of it is read. */
interface RecordTable {
  readonly table: TableName
  /** The same, if its rows bear MACs. */
  readonly guarded?: GuardedTable
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
  { ...ofRows('keys'), guarded: 'keys' },
  { ...ofVersions('key_versions', ['key_id', 'version']), guarded: 'key_versions' },
]

/** How many records and MACs there are under each root key; under `undefined`, what names none. */
export type RecordCounts = ReadonlyMap<RootKeyId | undefined, number>

/** Counts records, and MACs of rows, by the root keys that they are under. Opens and checks none of them. */
export async function countRecords(store: StoreEnd): Promise<RecordCounts> {
  const counts = new Map<RootKeyId | undefined, number>()
  for await (const page of pagesOfRows(store)) {
    for (const id of page.flatMap(rootsOf)) counts.set(id, (counts.get(id) ?? 0) + 1)
  }
  return counts
}

/** What was done with the records of a store. */
export interface Rewrapped {
  /** Records, and MACs of rows. */
  readonly records: number
  /** How many of them were put under the new root key. */
  readonly changed: number
}

/** {@link Rewrapped}, and what was left as it is. */
export interface RewrappedRound extends Rewrapped {
  /** Rows that could not be taken along, by their names, with why. */
  readonly left: readonly string[]
}

/**
 * Puts every record, and the MAC of every row, under the root key that is current in `root`. A row is exchanged
 * only if it is still the one that was read, so that others write meanwhile as they like; killed, it is to be
 * called again. A row that does not bear the MAC that it should stays as it is, for a new MAC would make it good;
 * so does one with a record that does not open.
 *
 * @param onRecords Told how many records and MACs were looked at since the last time.
 */
export async function rewrapRecords(
  store: StoreEnd,
  root: RootKey,
  onRecords: (records: number) => void,
): Promise<RewrappedRound> {
  const macs = rowMacs(root)
  const left: string[] = []
  let [records, changed] = [0, 0]
  for await (const page of pagesOfRows(store)) {
    const behind = page.filter((found) => isBehind(found, root.id))
    if (behind.length > 0) {
      await store.transaction(async () => {
        for (const found of behind) {
          const changes = changesOf(found, root, macs)
          if (typeof changes === 'string') left.push(`${nameOf(found)}: ${changes}`)
          else changed += await exchange(store, found, changes)
        }
      })
    }
    const seen = page.flatMap(rootsOf).length
    records += seen
    onRecords(seen)
  }
  return { records, changed, left }
}

interface FoundRecord extends WrappedColumn {
  readonly record: Uint8Array
  /** The root key that it is under; undefined when it is no record at all. */
  readonly id: RootKeyId | undefined
}

interface FoundRow {
  readonly table: RecordTable
  readonly row: Row
  readonly records: readonly FoundRecord[]
  /** The root key that its MAC names; undefined where it bears none, or one that cannot be good. */
  readonly macId: RootKeyId | undefined
}

/** The root keys of all that a row has. */
function rootsOf({ table, records, macId }: FoundRow): readonly (RootKeyId | undefined)[] {
  const ids = records.map(({ id }) => id)
  return table.guarded === undefined ? ids : [...ids, macId]
}

function isBehind({ table, records, macId }: FoundRow, id: RootKeyId): boolean {
  return records.some((record) => record.id !== id) || (table.guarded !== undefined && macId !== id)
}

/** The columns that are to be others under the current root key, or else why they cannot be. */
function changesOf(
  { table: { guarded }, row, records }: FoundRow,
  root: RootKey,
  macs: RowMacs,
): Row | string {
  if (guarded !== undefined && !bearsItsMac(guarded, row, macs)) {
    return 'changed by something else than Keyturn'
  }
  const changes: Record<string, Value> = {}
  for (const { id, binding, column, record } of records) {
    if (id === root.id) continue
    const secret = unwrapRecord(root, binding, record)
    if (secret === undefined) return `${column} does not open: ${whyClosed(root, record)}`
    changes[column] = wrapRecord(root, binding, secret)
    secret.wipe()
  }
  const text = guarded && textOfGuarded(guarded, { ...row, ...changes })
  return text === undefined ? changes : { ...changes, mac: macs.of(text) }
}

function bearsItsMac(table: GuardedTable, row: Row, macs: RowMacs): boolean {
  const { mac } = row
  const text = textOfGuarded(table, row)
  return text !== undefined && mac instanceof Uint8Array && macs.check(text, mac) !== 'wrong'
}

function nameOf({ table: { table, guarded, key }, row }: FoundRow): string {
  if (guarded === undefined) return `${table} ${key.map((part) => row[part]).join(' ')}`
  return guarded === 'keys'
    ? nameOfRow({ table: guarded, keyId: String(row['id']) })
    : nameOfRow({ table: guarded, keyId: String(row['key_id']), version: Number(row['version']) })
}

/** All rows, at most {@link BATCH_ROWS} at a time. */
async function* pagesOfRows(store: StoreEnd): AsyncGenerator<readonly FoundRow[]> {
  for (const table of RECORD_TABLES) {
    let after: Row | undefined
    do {
      const rows: readonly Row[] = await pageOf(store, table, after)
      yield rows.map((row) => found(table, row))
      after = rows.length < BATCH_ROWS ? undefined : rows.at(-1)
    } while (after !== undefined)
  }
}

function found(table: RecordTable, row: Row): FoundRow {
  const records = table.columns(row).flatMap((wrapped) => {
    const record = row[wrapped.column]
    // Nothing where there never was a secret; no bytes where the material is gone.
    if (!(record instanceof Uint8Array) || record.length === 0) return []
    return [{ ...wrapped, record, id: rootKeyIdOf(record) }]
  })
  const { mac } = row
  const bearsMac = table.guarded !== undefined && mac instanceof Uint8Array
  return { table, row, records, macId: bearsMac ? rootKeyIdOfMac(mac) : undefined }
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

/**
 * How many records and MACs were exchanged: all of the row, or none if somebody wrote another one meanwhile. A
 * MAC is over the whole row, so it says by itself whether that is still the same.
 */
async function exchange(
  store: StoreEnd,
  { table: { table, guarded, key }, row }: FoundRow,
  changes: Row,
): Promise<number> {
  const columns = Object.keys(changes)
  const conditions = [...key, ...(guarded === undefined ? columns : ['mac'])]
  const list = (names: readonly string[], from: number, between: string) =>
    names.map((name, index) => `${name} = ${store.mark(from + index)}`).join(between)
  const text =
    `update ${table} set ${list(columns, 1, ', ')} ` +
    `where ${list(conditions, 1 + columns.length, ' and ')} returning 1 as done`
  const seen: readonly Value[] = conditions.map((name) => row[name] ?? null)
  const done = await store.query(text, [...Object.values(changes), ...seen])
  return done.length * columns.length
}
