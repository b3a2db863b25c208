import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Kysely, PostgresDialect } from 'kysely'
import type { ProjectId, TenantId } from '../src/core/ids.ts'
import { fileSeal } from '../src/seals/file-seal.ts'
import { asKyselyPool, openPool } from '../src/storage/postgres-links.ts'
import type { Database } from '../src/storage/sql/schema.ts'
import { embeddedPostgres, NO_POSTGRES } from '../test/postgres/binaries.ts'
import { placeOf } from '../test/postgres/place-of.ts'
import { startPostgres, type TestPostgres } from '../test/postgres/start-postgres.ts'
import { type Filled, type FillOptions, fillSqlite, fillStore } from '../test/scale/fill-store.ts'
import { forgetMarks, MACS_AT_NEXT_START } from '../test/scale/macs-anew.ts'
import { type ServerUnderTest, startServerOn } from './keyturn.ts'

/** What a benchmark's store is kept by. */
export type Engine = 'sqlite' | 'postgres'

/** What a benchmark fills a store with: all of it in the project that the server made first. */
export type Filling = Omit<FillOptions, 'projectId' | 'tenantId' | 'root'>

/** A server on a store, and how long it took from its spawn until it listened. */
export type NodeOfStore = ServerUnderTest & { readonly startMs: number }

/** A store that was filled in bulk, for as many servers as wanted. */
export interface BenchStore {
  readonly engine: Engine
  readonly filled: Filled
  /** Starts a server on it; several at a time, on PostgreSQL, bear numbers. */
  readonly start: (flags: readonly string[], node?: number) => Promise<NodeOfStore>
  /** Runs a statement, whether servers run or not; answers its rows. */
  readonly run: (statement: string) => Promise<readonly Readonly<Record<string, unknown>>[]>
  /** To be called after rows of keys were edited, while no server runs. */
  readonly giveMacsAtNextStart: () => Promise<void>
  readonly bytes: () => Promise<number>
  readonly remove: () => Promise<void>
}

/** Starts the PostgreSQL of the benchmarks, with memory as a small server would give it. */
export function startBenchPostgres(): Promise<TestPostgres> {
  const binaries = embeddedPostgres()
  if (binaries === undefined) throw new Error(NO_POSTGRES)
  return startPostgres(binaries, { settings: ['shared_buffers = 1GB', 'max_wal_size = 8GB'] })
}

/** PID of a PostgreSQL, whose children are its connections and helpers. */
export async function pidOf(postgres: TestPostgres): Promise<number> {
  const file = join(postgres.socketFolder, 'data/postmaster.pid')
  return Number((await readFile(file, 'utf8')).split('\n')[0])
}

/**
 * Lets a server make a store, and fills it while no server runs.
 *
 * @param postgres Where it is to be; without it SQLite.
 */
export async function makeStore(
  filling: Filling,
  postgres: TestPostgres | undefined,
): Promise<BenchStore> {
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-bench-'))
  const nodeFolder = (node: number) => join(folder, `node-${node}`)
  const home = nodeFolder(0)
  await mkdir(home, { mode: 0o700 })
  const engine = postgres === undefined ? 'sqlite' : 'postgres'
  const place = postgres === undefined ? sqlitePlace(home) : await postgresPlace(postgres, folder)

  const start = async (flags: readonly string[], node = 0) => {
    await mkdir(nodeFolder(node), { recursive: true, mode: 0o700 })
    const rootKey = node === 0 ? [] : ['--root-key', join(home, 'root.key')]
    const all = ['--log-level', 'error', '--node-name', `node-${node}`, ...place.flags, ...rootKey]
    return startServerOn(nodeFolder(node), [...all, ...flags], home)
  }

  const first = await start(['--workers', '1'])
  await first.stop()
  const filled = await place.fill({
    ...filling,
    projectId: first.credentials['project_id'] as ProjectId, // the server has made it
    tenantId: first.credentials['domain_id'] as TenantId, // likewise
    root: await fileSeal({ path: join(home, 'root.key') }).open(),
  })
  return {
    engine,
    filled,
    start,
    run: place.run,
    async giveMacsAtNextStart() {
      for (const statement of MACS_AT_NEXT_START.split(';').filter(Boolean)) {
        await place.run(statement)
      }
      forgetMarks(folder)
    },
    bytes: place.bytes,
    async remove() {
      await place.remove()
      await rm(folder, { recursive: true })
    },
  }
}

/** What differs between the engines. */
interface Place extends Pick<BenchStore, 'run' | 'bytes' | 'remove'> {
  readonly flags: readonly string[]
  readonly fill: (options: FillOptions) => Promise<Filled>
}

function sqlitePlace(home: string): Place {
  const file = join(home, 'keyturn.sqlite')
  return {
    flags: [],
    fill: (options) => fillSqlite(file, options),
    async run(statement) {
      const database = new DatabaseSync(file)
      try {
        return database.prepare(statement).all()
      } finally {
        database.close()
      }
    },
    async bytes() {
      return (await stat(file)).size
    },
    remove: async () => undefined,
  }
}

async function postgresPlace(postgres: TestPostgres, folder: string): Promise<Place> {
  const full = await postgres.newDatabase()
  const url = new URL(full)
  const database = url.pathname.slice(1)
  url.password = ''
  const passwordFile = join(folder, 'password')
  await writeFile(passwordFile, `${postgres.password}\n`, { mode: 0o600 })
  const run = (statement: string) => postgres.sql(statement, database)
  return {
    flags: ['--store', `${url.href}?sslmode=disable`, '--store-password-file', passwordFile],
    async fill(options) {
      const patient = { ...placeOf(full), statementTimeoutMs: 600_000 }
      const pool = asKyselyPool(openPool(patient))
      const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) })
      try {
        const filled = await fillStore(db, options)
        await run('vacuum (analyze)')
        await run('checkpoint')
        return filled
      } finally {
        await db.destroy()
      }
    },
    run,
    async bytes() {
      const [row] = await run(`select pg_database_size('${database}') as bytes`)
      return Number(row?.bytes)
    },
    async remove() {
      await postgres.sql(`drop database ${database} with (force)`)
    },
  }
}
