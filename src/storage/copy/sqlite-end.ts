import { existsSync } from 'node:fs'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { StorageError, withStorage } from '../../ports/storage-error.ts'
import { connect } from '../sqlite.ts'
import { quoted, type Row, type StoreEnd, type Value } from './store-end.ts'

/**
 * A SQLite file that exists: to read, to write, or to look at, which leaves no file beside one that
 * nobody has open.
 *
 * @throws {StorageError} when it cannot be opened
 */
export function openSqliteEnd(file: string, use: 'read' | 'write' | 'look'): StoreEnd {
  let database: DatabaseSync
  try {
    database = use === 'write' ? connect(file) : connectToRead(use === 'look' ? quiet(file) : file)
  } catch (cause) {
    throw new StorageError(`opening ${file} failed`, { cause })
  }
  return sqliteEnd(database)
}

/**
 * Whoever has the database open has a write-ahead log beside it. Without one, SQLite would make one to
 * read; told that nothing changes, it does not. Source: SQLite, "Write-Ahead Logging", read-only databases.
 */
function quiet(file: string): string | URL {
  if (existsSync(`${file}-wal`)) return file
  const url = pathToFileURL(file)
  url.search = '?immutable=1'
  return url
}

function connectToRead(file: string | URL): DatabaseSync {
  const database = new DatabaseSync(file, { readOnly: true })
  for (const pragma of ['trusted_schema = OFF', 'cell_size_check = ON']) {
    database.exec(`PRAGMA ${pragma}`)
  }
  return database
}

function sqliteEnd(database: DatabaseSync): StoreEnd {
  const prepared = new Map<string, StatementSync>()
  const prepare = (text: string): StatementSync => {
    const known = prepared.get(text)
    if (known !== undefined) return known
    const statement = database.prepare(text)
    prepared.set(text, statement)
    return statement
  }
  const query = (text: string, parameters: readonly Value[] = []) =>
    withStorage('reading or writing SQLite', async () => {
      // Tables have text, integers and bytes; integers come as numbers, or not at all.
      return prepare(text).all(...parameters) as readonly Row[]
    })
  const within = async <T>(begin: string, work: () => Promise<T>): Promise<T> => {
    database.exec(begin)
    try {
      const answer = await work()
      database.exec('commit')
      return answer
    } finally {
      if (database.isTransaction) database.exec('rollback')
    }
  }

  return {
    query,
    mark: (parameter) => `?${parameter}`,
    async tables() {
      const rows = await query("select name from sqlite_schema where type = 'table'")
      return new Set(rows.map(({ name }) => String(name)))
    },
    insert: (table, rows) =>
      withStorage(`writing ${table}`, async () => {
        const columns = Object.keys(rows[0] ?? {})
        const marks = columns.map(() => '?')
        const statement = prepare(
          `insert into ${quoted(table)} (${columns.map(quoted)}) values (${marks})`,
        )
        for (const row of rows) statement.run(...columns.map((column) => row[column] ?? null))
      }),
    snapshot: (work) =>
      within('begin', async () => {
        await query('select count(*) as n from sqlite_schema') // the moment is that of the first read
        return work()
      }),
    transaction: (work) => within('begin immediate', work),
    async lastNumber(table) {
      const [row] = await query('select seq from sqlite_sequence where name = ?1', [table])
      return Number(row?.['seq'] ?? 0)
    },
    async putLastNumber(table, number) {
      await query('delete from sqlite_sequence where name = ?1', [table])
      await query('insert into sqlite_sequence (name, seq) values (?1, ?2)', [table, number])
    },
    async removeRows(tables) {
      for (const table of tables.toReversed()) {
        await query(`delete from ${quoted(table)}`)
        await query('delete from sqlite_sequence where name = ?1', [table])
      }
    },
    async takeStock() {
      database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    },
    async close() {
      database.close()
    },
  }
}
