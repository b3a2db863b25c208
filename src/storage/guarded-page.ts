import type { GuardedTable, RowName, RowPlace } from '../ports/row-guard.ts'
import type { Row, StoreEnd, Value } from './copy/store-end.ts'
import { textOfGuarded } from './sql/stored-rows.ts'

/** Rows that are read at once. */
export const PAGE_ROWS = 500

/** A row that bears a MAC, as somebody who has only the connection reads it. */
export interface GuardedRow {
  readonly name: RowName
  /** What its MAC is to be of. */
  readonly text: string
  /** Undefined where it bears none. */
  readonly mac: Uint8Array | undefined
}

/** Some rows of a table, in the order of its primary key. */
export interface GuardedPage {
  readonly rows: readonly GuardedRow[]
  /** Keys that do not have every version from the first to their primary one, and no other. */
  readonly torn: readonly RowName[]
  /** Undefined when there are no more. */
  readonly next: RowPlace | undefined
}

/** The rows of a table after a place, all of one moment. */
export function readGuardedPage(
  end: StoreEnd,
  table: GuardedTable,
  { keyId, version }: RowPlace,
): Promise<GuardedPage> {
  return end.snapshot(async () => {
    const [where, order, after] =
      table === 'keys'
        ? [`id > ${end.mark(1)}`, 'id', [keyId]]
        : [
            `(key_id, version) > (${end.mark(1)}, ${end.mark(2)})`,
            'key_id, version',
            [keyId, version],
          ]
    const text = `select * from ${table} where ${where} order by ${order} limit ${PAGE_ROWS}`
    const found = await end.query(text, after)
    const rows = found.map((row) => guardedRow(table, row))
    const torn = table === 'keys' ? await tornKeys(end, found) : []
    const last = found.length < PAGE_ROWS ? undefined : rows.at(-1)?.name
    return {
      rows,
      torn,
      next: last && { keyId: last.keyId, version: last.version ?? 0 },
    }
  })
}

function guardedRow(table: GuardedTable, row: Row): GuardedRow {
  const text = textOfGuarded(table, row)
  if (text === undefined) throw new Error(`rows of ${table} bear no MAC`)
  const mac = row['mac'] instanceof Uint8Array ? row['mac'] : undefined
  return { name: nameOf(table, row), text, mac }
}

function nameOf(table: GuardedTable, row: Row): RowName {
  return table === 'keys'
    ? { table, keyId: String(row['id']) }
    : { table, keyId: String(row['key_id']), version: Number(row['version']) }
}

/** @param keys Rows that follow one another. */
async function tornKeys(end: StoreEnd, keys: readonly Row[]): Promise<readonly RowName[]> {
  const [first, last] = [keys[0], keys.at(-1)]
  if (first === undefined || last === undefined) return []
  const found = await end.query(
    `select key_id, count(*) as versions, max(version) as last from key_versions
     where key_id >= ${end.mark(1)} and key_id <= ${end.mark(2)} group by key_id`,
    [first['id'] ?? null, last['id'] ?? null],
  )
  const versionsOf = new Map(found.map((row) => [row['key_id'], row]))
  return keys
    .filter((key) => {
      const versions: Readonly<Record<string, Value>> = versionsOf.get(key['id'] ?? null) ?? {}
      const primary = Number(key['primary_version'] ?? 0)
      return (
        Number(versions['versions'] ?? 0) !== primary || Number(versions['last'] ?? 0) !== primary
      )
    })
    .map((key) => nameOf('keys', key))
}
