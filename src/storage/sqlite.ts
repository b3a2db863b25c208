import { chmodSync, closeSync, openSync } from 'node:fs'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import {
  CompiledQuery,
  type DatabaseConnection,
  Kysely,
  type SqliteDatabase,
  SqliteDialect,
  type SqliteDialectConfig,
  SqliteDriver,
  type SqliteStatement,
} from 'kysely'
import { type Clock, systemClock } from '../ports/clock.ts'
import type { Storage } from '../ports/storage.ts'
import { StorageError } from '../ports/storage-error.ts'
import { migrate } from './sql/migrate.ts'
import type { Database } from './sql/schema.ts'
import { sqlStorage } from './sql/storage.ts'

/** How long a write waits for another process that writes. */
const BUSY_TIMEOUT_MS = 5000
/** Most statements that are kept prepared. */
const MAX_STATEMENTS = 256

/**
 * Every commit is on the disk before it is answered. Deleted content is overwritten, so that wrapped
 * material of destroyed keys does not stay in free pages. The log in front of the database may grow to
 * 32 MB before it is worked in: pages that many commits wrote are then written once.
 */
const PRAGMAS = [
  'PRAGMA journal_mode = WAL',
  'PRAGMA synchronous = FULL',
  'PRAGMA foreign_keys = ON',
  'PRAGMA trusted_schema = OFF',
  'PRAGMA cell_size_check = ON',
  'PRAGMA secure_delete = ON',
  'PRAGMA temp_store = MEMORY',
  'PRAGMA wal_autocheckpoint = 8000',
] as const

/** Where the database is, and what time its changes bear. */
export interface SqliteOptions {
  readonly file: string
  readonly clock?: Clock
  /** Told of each statement, for tests that look at how they are answered. */
  readonly onQuery?: (sql: string) => void
}

/**
 * Opens a SQLite file, making it if there is none, and brings its tables up to date.
 *
 * @throws {StorageError} when it cannot be opened, or is newer than this program
 */
export async function openSqlite(options: SqliteOptions): Promise<Storage> {
  const { file, clock = systemClock, onQuery } = options
  let db: Kysely<Database>
  try {
    const database = openFile(file)
    db = new Kysely<Database>({
      dialect: new ImmediateSqliteDialect({ database }),
      ...(onQuery === undefined ? {} : { log: ({ query }) => onQuery(query.sql) }),
    })
  } catch (cause) {
    throw new StorageError(`opening ${file} failed`, { cause })
  }
  await migrate(db, 'sqlite', clock)
  return sqlStorage(db, clock, 'sqlite')
}

function openFile(file: string): SqliteDatabase {
  closeSync(openSync(file, 'a', 0o600))
  chmodSync(file, 0o600)
  const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS })
  for (const pragma of PRAGMAS) database.exec(pragma)
  return asKyselyDatabase(database)
}

/** `node:sqlite` in the shape that Kysely's SQLite dialect works on. */
function asKyselyDatabase(database: DatabaseSync): SqliteDatabase {
  const prepared = new Map<string, SqliteStatement>()
  return {
    close: () => database.close(),
    prepare(sql) {
      let statement = prepared.get(sql)
      if (statement === undefined) {
        statement = asKyselyStatement(database.prepare(sql))
        if (prepared.size >= MAX_STATEMENTS) prepared.clear()
        prepared.set(sql, statement)
      }
      return statement
    },
  }
}

function asKyselyStatement(statement: StatementSync): SqliteStatement {
  const inputs = (parameters: readonly unknown[]) => parameters as readonly SQLInputValue[] // the schema's types
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...inputs(parameters)),
    run: (parameters) => statement.run(...inputs(parameters)),
    iterate: (parameters) => statement.iterate(...inputs(parameters)),
  }
}

/** Transactions take the write lock when they begin: one that only then finds it taken would fail. */
class ImmediateSqliteDriver extends SqliteDriver {
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'))
  }
}

class ImmediateSqliteDialect extends SqliteDialect {
  readonly #config: SqliteDialectConfig

  constructor(config: SqliteDialectConfig) {
    super(config)
    this.#config = config
  }

  override createDriver(): SqliteDriver {
    return new ImmediateSqliteDriver(this.#config)
  }
}
