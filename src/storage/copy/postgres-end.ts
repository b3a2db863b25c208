import { Client } from 'pg'
import type { EpochMs } from '../../core/time.ts'
import { HeldByAnother, type HolderName, holderText, parseHolder } from '../../ports/holder.ts'
import { withStorage } from '../../ports/storage-error.ts'
import { clientConfig, type PostgresPlace, requireWritable } from '../postgres-links.ts'
import { lockOf } from '../sql/advisory-locks.ts'
import { quoted, type Row, type StoreEnd, type Value } from './store-end.ts'
import { COPIED_TABLES } from './tables.ts'

/**
 * A PostgreSQL database. A statement may take as long as it needs, and so may a pause between two.
 *
 * @param use Of those that write there is one at a time, and the others are told its name.
 * @throws {StorageError} when it cannot be reached
 * @throws {HeldByAnother}
 */
export async function openPostgresEnd(
  place: PostgresPlace,
  use: 'read' | HolderName,
): Promise<StoreEnd> {
  const config = clientConfig(place, 'endless')
  const named = use === 'read' ? {} : { application_name: holderText(use) }
  const client = new Client({ ...config, ...named, idle_in_transaction_session_timeout: 0 })
  client.on('error', () => undefined) // the next query says so
  try {
    await withStorage('connecting to PostgreSQL', async () => {
      await client.connect()
      await requireWritable(client)
    })
    if (use !== 'read') await requireAlone(client, place.database)
  } catch (error) {
    await client.end().catch(() => undefined)
    throw error
  }
  return postgresEnd(client)
}

async function requireAlone(client: Client, database: string): Promise<void> {
  const lock = [...lockOf('copy')]
  const held = await withStorage('keeping others out', async () => {
    const text = 'select pg_try_advisory_lock($1, $2) as taken'
    const { rows } = await client.query(text, lock)
    return rows[0]?.taken === true ? undefined : await client.query(HOLDER, lock)
  })
  if (held === undefined) return
  const [row] = held.rows
  const since = row?.since === null || row === undefined ? undefined : (row.since as EpochMs)
  throw new HeldByAnother(`the database ${database}`, parseHolder(String(row?.name), since))
}

/** What the connection calls itself that has an advisory lock, and since when there is one. */
const HOLDER = `
  select application_name as name, (extract(epoch from backend_start) * 1000)::bigint as since
  from pg_locks join pg_stat_activity using (pid)
  where locktype = 'advisory' and granted and classid = $1 and objid = $2 and objsubid = 2
    and database = (select oid from pg_database where datname = current_database())`

function postgresEnd(client: Client): StoreEnd {
  const query = (text: string, parameters: readonly Value[] = []) =>
    withStorage('reading or writing PostgreSQL', async () => {
      return (await client.query<Row>(text, [...parameters])).rows
    })
  const within = async <T>(begin: string, work: () => Promise<T>): Promise<T> => {
    await query(begin)
    try {
      const answer = await work()
      await query('commit')
      return answer
    } catch (error) {
      await client.query('rollback').catch(() => undefined)
      throw error
    }
  }
  const sequenceOf = async (table: string): Promise<string> => {
    const text = "select pg_get_serial_sequence($1, 'number') as name"
    const [row] = await query(text, [quoted(table)])
    if (typeof row?.['name'] !== 'string') throw new Error(`${table} counts nothing`)
    return row['name']
  }

  return {
    query,
    mark: (parameter) => `$${parameter}`,
    async tables() {
      const text = 'select tablename as name from pg_tables where schemaname = current_schema()'
      return new Set((await query(text)).map(({ name }) => String(name)))
    },
    insert: (table, rows) =>
      withStorage(`writing ${table}`, async () => {
        const columns = Object.keys(rows[0] ?? {}).map(quoted)
        // One parameter, whatever the number of rows; the table says of which types they are.
        await client.query(
          `insert into ${quoted(table)} (${columns})
           select ${columns} from json_populate_recordset(null::${quoted(table)}, $1::json)`,
          [JSON.stringify(rows, bytesAsHex)],
        )
      }),
    snapshot: (work) => within('begin isolation level repeatable read, read only', work),
    transaction: (work) => within('begin', work),
    async lastNumber(table) {
      const text = `select case when is_called then last_value else 0 end as last from `
      const [row] = await query(text + (await sequenceOf(table)))
      return Number(row?.['last'])
    },
    async putLastNumber(table, number) {
      await query('select setval($1::regclass, $2)', [await sequenceOf(table), number])
    },
    async removeRows(tables) {
      await query(`truncate ${tables.map(quoted)} restart identity`)
    },
    async takeStock() {
      await query(`analyze ${Object.keys(COPIED_TABLES).map(quoted)}`)
    },
    close: () => client.end(),
  }
}

/** Bytes in the form in which PostgreSQL reads them. */
function bytesAsHex(_name: string, value: unknown): unknown {
  return value instanceof Uint8Array ? `\\x${value.toHex()}` : value
}
