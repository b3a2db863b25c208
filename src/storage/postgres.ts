import { setTimeout as sleep } from 'node:timers/promises'
import {
  type DatabaseConnection,
  Kysely,
  PostgresDialect,
  type PostgresDialectConfig,
  PostgresDriver,
  sql,
} from 'kysely'
import type { Client } from 'pg'
import type { EpochMs } from '../core/time.ts'
import { type Clock, systemClock } from '../ports/clock.ts'
import type { CommitSignal } from '../ports/commit-signal.ts'
import type { Storage } from '../ports/storage.ts'
import { withStorage } from '../ports/storage-error.ts'
import { PostgresClient } from './postgres-client.ts'
import {
  asKyselyPool,
  asKyselyPoolOf,
  clientConfig,
  openPool,
  type PostgresPlace,
  requireWritable,
} from './postgres-links.ts'
import { listenTo } from './postgres-listener.ts'
import { type AdvisoryLock, lockOf, lockOfName } from './sql/advisory-locks.ts'
import { CHANGES_CHANNEL } from './sql/change-feed.ts'
import { migrate } from './sql/migrate.ts'
import type { Database } from './sql/schema.ts'
import { sqlStorage } from './sql/storage.ts'

/** Where the database is, what time its changes bear, and who is told of commits. */
export interface PostgresOptions extends PostgresPlace {
  readonly clock?: Clock | undefined
  readonly signal?: CommitSignal | undefined
  /** Told of each statement, for tests that look at how they are answered. */
  readonly onQuery?: ((sql: string) => void) | undefined
  /** The last migration that is done, for a store of an older version; left out: all. */
  readonly until?: string | undefined
}

/** For reading the change log: who waits for it is to hear soon that it cannot be read. */
const FEED_LIMITS = { maxConnections: 2, connectTimeoutMs: 1500, statementTimeoutMs: 1000 }

/** Asks a connection whether it is still there, which a link that was cut would never answer. */
const STILL_THERE = { text: 'select 1', query_timeout: 5000 }

/** How often a lock is asked for that another node has, in milliseconds. */
const LOCK_PAUSE_MS = 100

/**
 * Opens a PostgreSQL database, 15 or newer, and brings its tables up to date. Any number of nodes
 * may do so at once. A lost connection fails what is under way on it, and nothing after.
 *
 * @throws {StorageError} when it cannot be reached, or is newer than this program
 */
export async function openPostgres(options: PostgresOptions): Promise<Storage> {
  const { clock = systemClock, signal, onQuery } = options
  await withLock(options, lockOf('migrations'), (client) => {
    const dialect = new PostgresDialect({ pool: asKyselyPoolOf(client) })
    return migrate(new Kysely<Database>({ dialect }), 'postgres', clock, options.until)
  })
  const pool = asKyselyPool(openPool(options))
  // The change log is read over connections of its own: writers that wait for each other, or a link
  // that is lost, must not keep it from whoever asks whether a key may be used.
  const feedPool = asKyselyPool(openPool({ ...options, ...FEED_LIMITS }))
  const feed = new Kysely<Database>({ dialect: new PostgresDialect({ pool: feedPool }) })
  const db = new Kysely<Database>({
    dialect: new SignallingDialect({ pool }, signal),
    ...(onQuery === undefined ? {} : { log: ({ query }) => onQuery(query.sql) }),
  })
  const stops = new Set<() => Promise<void>>()
  return sqlStorage(db, clock, {
    feed,
    databaseTime: () =>
      withStorage('asking the time of the database', async () => {
        const query = sql<{
          readonly now: string
        }>`select round(extract(epoch from clock_timestamp()) * 1000)::text as now`
        const { rows } = await query.execute(feed)
        return Number(rows[0]?.now) as EpochMs
      }),
    exclusively: (name, work) => withLock(options, lockOfName('work', name), () => work()),
    listen: async (onChange, onLost) => {
      const end = await withStorage('listening for changes', () =>
        listenTo(clientConfig(options, 'limited'), CHANGES_CHANNEL, {
          notified: onChange,
          lost() {
            pool.renew()
            feedPool.renew()
            onLost()
          },
        }),
      )
      const stop = async (): Promise<void> => {
        stops.delete(stop)
        await end()
      }
      stops.add(stop)
      return stop
    },
    async close() {
      for (const stop of stops) await stop()
      await feed.destroy()
      await db.destroy()
    },
  })
}

/**
 * Does `work` while no other node holds the lock, which takes a connection for itself and waits as
 * long as it has to. The lock goes with the connection, so a killed node keeps nobody out.
 */
async function withLock<T>(
  place: PostgresPlace,
  [space, number]: AdvisoryLock,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const client = new PostgresClient(clientConfig(place, 'endless'))
  client.on('error', () => undefined) // the next query says so
  try {
    await withStorage('waiting for other nodes', async () => {
      await client.connect()
      await requireWritable(client)
      while (!(await takesLock(client, space, number))) await sleep(LOCK_PAUSE_MS)
    })
    const answer = await work(client)
    // Had the connection been lost, another node might have come in.
    await withStorage('keeping other nodes out', () => client.query(STILL_THERE))
    return answer
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** Whether the lock is had. It is asked for again and again: an endless wait would not notice a lost link. */
async function takesLock(client: Client, space: number, number: number): Promise<boolean> {
  const text = 'select pg_try_advisory_lock($1, $2) as has'
  const { rows } = await client.query({ ...STILL_THERE, text, values: [space, number] })
  return rows[0]?.has === true
}

/** Tells of every commit before anybody can act on it. */
class SignallingDriver extends PostgresDriver {
  readonly #signal: CommitSignal | undefined

  constructor(config: PostgresDialectConfig, signal: CommitSignal | undefined) {
    super(config)
    this.#signal = signal
  }

  override async commitTransaction(connection: DatabaseConnection): Promise<void> {
    try {
      await super.commitTransaction(connection)
    } finally {
      this.#signal?.announce() // also when nobody knows whether it was committed
    }
  }
}

class SignallingDialect extends PostgresDialect {
  readonly #config: PostgresDialectConfig
  readonly #signal: CommitSignal | undefined

  constructor(config: PostgresDialectConfig, signal: CommitSignal | undefined) {
    super(config)
    this.#config = config
    this.#signal = signal
  }

  override createDriver(): PostgresDriver {
    return new SignallingDriver(this.#config, this.#signal)
  }
}
