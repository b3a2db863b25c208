import { type Kysely, sql, type Transaction } from 'kysely'
import type { GuardedBatch, GuardWork, RowGuard, RowName, RowPlace } from '../../ports/row-guard.ts'
import { withStorage } from '../../ports/storage-error.ts'
import { bulk, times } from './bulk.ts'
import { putVersions } from './due-writes.ts'
import { engineOf } from './engine.ts'
import type { Database, KeysTable } from './schema.ts'
import {
  KEY_COLUMNS,
  type StoredRows,
  textOfKey,
  textOfVersion,
  VERSION_COLUMNS,
  type VersionRow,
} from './stored-rows.ts'
import { inTransaction, locking } from './transactions.ts'

const START: RowPlace = { keyId: '', version: 0 }

/** MACs of keys, written over rows that are there and are locked. */
const putKeyMacs = bulk((db, rows) => {
  const row = Object.fromEntries([...KEY_COLUMNS, 'mac'].map((name) => [name, 0]))
  return db
    .insertInto('keys')
    .values(times(rows, row as unknown as KeysTable)) // parameters follow
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet(({ ref }) => ({ mac: ref('excluded.mac') })),
    )
    .compile()
})

/** The guard of rows in SQL. */
export function sqlRowGuard(db: Kysely<Database>, rows: StoredRows): RowGuard {
  return {
    watch: (macs, tell) => rows.watch(macs, tell),
    batch: (table, work, limit, after = START) =>
      withStorage('checking rows', () =>
        inTransaction(db, (transaction) =>
          table === 'keys'
            ? keyBatch(transaction, rows, work, limit, after)
            : versionBatch(transaction, rows, work, limit, after),
        ),
      ),
    complaints: (limit) =>
      withStorage('checking pages', async () => {
        if (engineOf(db) !== 'sqlite') return [] // `data_checksums` of PostgreSQL, and its own tools
        const query = sql<{
          readonly integrity_check: string
        }>`pragma integrity_check(${sql.lit(limit)})`
        const { rows: found } = await query.execute(db)
        return found.map((row) => row.integrity_check).filter((text) => text !== 'ok')
      }),
  }
}

async function keyBatch(
  transaction: Transaction<Database>,
  rows: StoredRows,
  work: GuardWork,
  limit: number,
  after: RowPlace,
): Promise<GuardedBatch> {
  const query = transaction
    .selectFrom('keys')
    .selectAll()
    .where('id', '>', after.keyId)
    .orderBy('id')
    .limit(limit)
  const found = await (work === 'check' ? query : locking(transaction, query)).execute()
  const sorted = sort(rows, work, found, textOfKey)
  await putKeyMacs(
    transaction,
    sorted.write.map(({ row, mac }) => [...KEY_COLUMNS.map((name) => row[name]), mac]),
  )
  const last = found.length < limit ? undefined : found.at(-1)
  return {
    rows: found.length,
    written: sorted.write.length,
    damaged: sorted.damaged.map(nameOfKey),
    torn: work === 'check' ? (await tornKeys(transaction, found)).map(nameOfKey) : [],
    next: last && { keyId: last.id, version: 0 },
  }
}

function nameOfKey({ id }: Pick<KeysTable, 'id'>): RowName {
  return { table: 'keys', keyId: id }
}

/** Keys that do not have every version from the first to their primary one, and no other. */
async function tornKeys(
  transaction: Transaction<Database>,
  keys: readonly KeysTable[],
): Promise<readonly KeysTable[]> {
  if (keys.length === 0) return []
  const found = await transaction
    .selectFrom('key_versions')
    .select(({ fn }) => [
      'key_id',
      fn.countAll<number>().as('versions'),
      fn.max('version').as('last'),
    ])
    .where(
      'key_id',
      'in',
      keys.map(({ id }) => id),
    )
    .groupBy('key_id')
    .execute()
  const versionsOf = new Map(found.map((row) => [row.key_id, row]))
  return keys.filter(({ id, primary_version: primary }) => {
    const { versions, last } = versionsOf.get(id) ?? { versions: 0, last: 0 }
    return Number(versions) !== (primary ?? 0) || Number(last) !== (primary ?? 0)
  })
}

async function versionBatch(
  transaction: Transaction<Database>,
  rows: StoredRows,
  work: GuardWork,
  limit: number,
  after: RowPlace,
): Promise<GuardedBatch> {
  const query = transaction
    .selectFrom('key_versions')
    .selectAll()
    .where(({ eb, refTuple, tuple }) =>
      eb(refTuple('key_id', 'version'), '>', tuple(after.keyId, after.version)),
    )
    .orderBy('key_id')
    .orderBy('version')
    .limit(limit)
  const found = await (work === 'check' ? query : locking(transaction, query)).execute()
  const sorted = sort(rows, work, found, textOfVersion)
  await putVersions(
    transaction,
    sorted.write.map(({ row, mac }) => [...VERSION_COLUMNS.map((name) => row[name]), mac]),
  )
  const last = found.length < limit ? undefined : found.at(-1)
  return {
    rows: found.length,
    written: sorted.write.length,
    damaged: sorted.damaged.map(
      ({ key_id: keyId, version }): RowName => ({ table: 'key_versions', keyId, version }),
    ),
    torn: [],
    next: last && { keyId: last.key_id, version: last.version },
  }
}

/** Which rows get a new MAC, and which are damaged. */
function sort<Row extends KeysTable | VersionRow>(
  { macs }: StoredRows,
  work: GuardWork,
  found: readonly Row[],
  textOf: (row: Row) => string,
) {
  if (macs === undefined) throw new Error('rows are guarded with the root key, which is not here')
  const write: { readonly row: Row; readonly mac: Uint8Array }[] = []
  const damaged: Row[] = []
  for (const row of found) {
    const text = textOf(row)
    const state = row.mac === null ? 'none' : macs.check(text, row.mac)
    if (state === 'wrong' || (state === 'none' && work !== 'begin')) damaged.push(row)
    else if (work !== 'check' && state !== 'current') write.push({ row, mac: macs.of(text) })
  }
  return { write, damaged }
}
