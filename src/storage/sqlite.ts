import { chmodSync, closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Kysely } from 'kysely'
import { syncFolderAtOnce } from '../files/sync-path.ts'
import { type Clock, systemClock } from '../ports/clock.ts'
import type { CommitSignal } from '../ports/commit-signal.ts'
import type { Storage } from '../ports/storage.ts'
import { StorageError } from '../ports/storage-error.ts'
import type { WriteTurn } from '../ports/write-turn.ts'
import { MIGRATION_NAMES, migrate } from './sql/migrate.ts'
import type { Database } from './sql/schema.ts'
import { sqlStorage } from './sql/storage.ts'
import { sqliteDialect } from './sqlite-driver.ts'
import { ownTurn } from './ticket-turn.ts'

/** How long a write waits for another process that writes. */
const BUSY_TIMEOUT_MS = 5000

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
] as const

/**
 * Who moves the write-ahead log into the database, which takes tens of milliseconds and holds the
 * thread up: the writer whose commit made it long, a timer of this thread, or another thread.
 */
export type Checkpoints = 'with commits' | 'by timer' | 'elsewhere'

/** Pages of the write-ahead log, 4 KiB each, after which a commit moves it into the database. */
const CHECKPOINT_PAGES: Readonly<Record<Checkpoints, number>> = {
  'with commits': 8000,
  // Only if the thread that should do it does not come to it.
  'by timer': 64_000,
  elsewhere: 64_000,
}
const CHECKPOINT_EVERY_MS = 500

/** Where the database is, and what time its changes bear. */
export interface SqliteOptions {
  readonly file: string
  readonly clock?: Clock
  /** Told of each statement with its parameters, for tests that look at how they are answered. */
  readonly onQuery?: (sql: string, parameters: readonly unknown[]) => void
  /** Whom to tell of commits: other threads on the same file. */
  readonly signal?: CommitSignal | undefined
  /** By what writers of this process take turns; left out where there is one thread. */
  readonly turn?: WriteTurn | undefined
  readonly checkpoints?: Checkpoints | undefined
  /**
   * The last migration that is done, for a store of an older version. Left out: all, and a store that
   * lacks some is copied before.
   */
  readonly until?: string | undefined
}

/**
 * Opens a SQLite file, making it if there is none, and brings its tables up to date.
 *
 * @throws {StorageError} when it cannot be opened, or is newer than this program
 */
export async function openSqlite(options: SqliteOptions): Promise<Storage> {
  const { file, clock = systemClock, turn = ownTurn(), signal, onQuery } = options
  const { checkpoints = 'with commits' } = options
  let db: Kysely<Database>
  let timer: NodeJS.Timeout | undefined
  try {
    makePrivate(file)
    const writer = connect(file)
    if (options.until === undefined) keepBeforeMigrations(writer, file)
    const reader = connect(file)
    writer.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES[checkpoints]}`)
    if (checkpoints === 'by timer') timer = checkpointByTimer(reader)
    db = new Kysely<Database>({
      dialect: sqliteDialect({ reader, writer, turn, signal }),
      ...(onQuery === undefined
        ? {}
        : { log: ({ query }) => onQuery(query.sql, query.parameters) }),
    })
  } catch (cause) {
    throw new StorageError(`opening ${file} failed`, { cause })
  }
  await migrate(db, 'sqlite', clock, options.until)
  return sqlStorage(db, clock, {
    exclusively: (name, work) => oneByOne(`${name} ${file}`, work),
    async close() {
      clearInterval(timer)
      await db.destroy()
    },
  })
}

/** A checkpoint that waits for nobody; what it does not come to, the next one does. */
function checkpointByTimer(database: DatabaseSync): NodeJS.Timeout {
  return setInterval(() => {
    try {
      database.exec('PRAGMA wal_checkpoint(PASSIVE)')
    } catch {
      // Nothing is lost: the log keeps what the database lacks, and the next commit will say so.
    }
  }, CHECKPOINT_EVERY_MS).unref()
}

/**
 * Makes the file if it is not there, for its owner alone. One that is there is never opened and closed
 * beside SQLite: closing any descriptor of a file takes the locks of the whole process on it.
 * Source: SQLite, "How To Corrupt An SQLite Database File", 2.2.
 */
function makePrivate(file: string): void {
  if (!existsSync(file)) closeSync(openSync(file, 'a', 0o600))
  chmodSync(file, 0o600)
}

/**
 * Migrations only go forward: a store that some are still to be done on is copied first, whole and on the
 * disk, to `FILE.before-MIGRATION`. A copy that is there already is of an attempt that did not end.
 */
function keepBeforeMigrations(database: DatabaseSync, file: string): void {
  const made = database.prepare("select 1 from sqlite_schema where name = 'migrations'").get()
  if (made === undefined) return
  const rows = database.prepare('select name from migrations').all()
  const applied = new Set(rows.map(({ name }) => String(name)))
  const next = MIGRATION_NAMES.find((name) => !applied.has(name))
  if (applied.size === 0 || next === undefined) return
  const copy = `${file}.before-${next}`
  if (existsSync(copy)) return
  const unfinished = `${copy}.part`
  rmSync(unfinished, { force: true })
  // An empty file is taken by SQLite, with the rights that it has.
  closeSync(openSync(unfinished, 'wx', 0o600))
  database.prepare('vacuum into ?').run(unfinished)
  const written = openSync(unfinished, 'r+')
  fsyncSync(written)
  closeSync(written)
  renameSync(unfinished, copy)
  syncFolderAtOnce(dirname(copy))
}

const underWay = new Map<string, Promise<unknown>>()

/** One after the other in this process; another has no server on the same data folder. */
async function oneByOne<T>(name: string, work: () => Promise<T>): Promise<T> {
  const before = underWay.get(name) ?? Promise.resolve()
  const done = before.catch(() => undefined).then(work)
  underWay.set(name, done)
  try {
    return await done
  } finally {
    if (underWay.get(name) === done) underWay.delete(name)
  }
}

/** A connection on which commits are safe, and which checks what it reads. */
export function connect(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS })
  for (const pragma of PRAGMAS) database.exec(pragma)
  return database
}
