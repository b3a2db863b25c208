import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Kysely, PostgresDialect } from 'kysely'
import { Client } from 'pg'
import { DAY_MS, type EpochMs } from '../../src/core/time.ts'
import type { RootKey } from '../../src/crypto/root-key.ts'
import { fileSeal } from '../../src/seals/file-seal.ts'
import { asKyselyPool, openPool } from '../../src/storage/postgres-links.ts'
import type { Database } from '../../src/storage/sql/schema.ts'
import { placeOf } from '../postgres/place-of.ts'
import { type Filled, type FillOptions, fillSqlite, fillStore } from '../scale/fill-store.ts'
import { forgetMarks, MACS_AT_NEXT_START } from '../scale/macs-anew.ts'
import { makeGround, verifyAudit } from './ground.ts'
import { type NodeProcess, startNode } from './node-process.ts'

/** A store whose keys fall due at once, with nodes on it. */
export interface DueStore {
  readonly title: string
  readonly startNode: (name: string) => Promise<NodeProcess>
  readonly root: () => Promise<RootKey>
  readonly fill: (options: FillOptions) => Promise<Filled>
  /** Moves the periods of all keys that rotate so that they are due at a time. No node may run. */
  readonly makeDue: (dueAt: EpochMs) => Promise<void>
  /** The numbers of the one row that a query answers. */
  readonly numbers: (sql: string) => Promise<readonly number[]>
  readonly verifyAudit: (node: NodeProcess) => ReturnType<typeof verifyAudit>
  readonly close: () => Promise<void>
}

const NODE_FLAGS = ['--log-level', 'error', '--workers', '1', '--key-quota', '2000000']
/** Interval of the keys that {@link fillStore} makes. */
const INTERVAL_MS = 30 * DAY_MS

/** SQLite in the data folder of the only node. */
export async function dueSqlite(): Promise<DueStore> {
  const directory = await mkdtemp(join(tmpdir(), 'keyturn-due-'))
  const file = join(directory, 'keyturn.sqlite')
  const started: NodeProcess[] = []
  let reader: DatabaseSync | undefined
  return {
    title: 'SQLite, 1 node',
    async startNode(name) {
      const node = await startNode({ name, directory, flags: NODE_FLAGS })
      started.push(node)
      return node
    },
    root: () => fileSeal({ path: join(directory, 'root.key') }).open(),
    fill: (options) => fillSqlite(file, options),
    async makeDue(dueAt) {
      const db = new DatabaseSync(file)
      db.exec(dueStatement(dueAt))
      db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
      db.close()
      forgetMarks(directory)
    },
    async numbers(sql) {
      reader ??= new DatabaseSync(file, { timeout: 10_000 })
      return Object.values(reader.prepare(sql).get() ?? {}).map(Number)
    },
    verifyAudit: (node) => verifyAudit(node, []),
    async close() {
      reader?.close()
      await Promise.all(started.map((node) => node.kill9()))
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** A PostgreSQL with so many nodes. */
export async function duePostgres(nodes: number): Promise<DueStore> {
  const ground = await makeGround()
  const client = new Client({ connectionString: ground.database })
  await client.connect()
  return {
    title: `PostgreSQL, ${nodes} node${nodes === 1 ? '' : 's'}`,
    startNode: (name) => ground.startNode({ name, flags: NODE_FLAGS }),
    root: async () => ground.root,
    async fill(options) {
      const pool = openPool(placeOf(ground.database))
      pool.on('connect', (one) => void one.query('set synchronous_commit = off'))
      const db = new Kysely<Database>({
        dialect: new PostgresDialect({ pool: asKyselyPool(pool) }),
      })
      try {
        return await fillStore(db, options)
      } finally {
        await db.destroy()
      }
    },
    async makeDue(dueAt) {
      await client.query(dueStatement(dueAt))
      await client.query('vacuum analyze')
      forgetMarks(ground.folder)
    },
    async numbers(sql) {
      const { rows } = await client.query({ text: sql, rowMode: 'array' })
      return (rows[0] ?? []).map(Number)
    },
    verifyAudit: (node) => verifyAudit(node, ground.flags()),
    async close() {
      await client.end()
      await ground.close()
    },
  }
}

function dueStatement(dueAt: EpochMs): string {
  return `update keys set rotation_period_start = ${dueAt - INTERVAL_MS}, next_rotation_at = ${dueAt}
    where next_rotation_at is not null;
    delete from rotation_days;
    insert into rotation_days (project_id, day, due, done, late)
      select project_id, next_rotation_at - next_rotation_at % ${DAY_MS}, count(*), 0, 0
        from keys where next_rotation_at is not null
        group by project_id, next_rotation_at - next_rotation_at % ${DAY_MS};
    ${MACS_AT_NEXT_START}`
}
