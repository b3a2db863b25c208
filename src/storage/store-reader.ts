import type { Selectable } from 'kysely'
import type { Key } from '../core/key.ts'
import type { EpochMs } from '../core/time.ts'
import type { AuditCheckpoint } from '../ports/audit-log.ts'
import type { GuardedTable, RowPlace } from '../ports/row-guard.ts'
import { openPostgresEnd } from './copy/postgres-end.ts'
import { openSqliteEnd } from './copy/sqlite-end.ts'
import type { StoreEnd, StorePlace, Value } from './copy/store-end.ts'
import { type GuardedPage, readGuardedPage } from './guarded-page.ts'
import { toStoredKey } from './sql/key-rows.ts'
import { MIGRATION_NAMES } from './sql/migrate.ts'
import type { KeysTable } from './sql/schema.ts'

export type { StorePlace } from './copy/store-end.ts'
export type { GuardedPage } from './guarded-page.ts'

const PAGE_KEYS = 1000
/** Most complaints of an integrity check that are worth reading. */
const MAX_COMPLAINTS = 10

/** Which migrations a store has, compared with those of this program. */
export interface MigrationReport {
  /** Those that the next start of a server will do. */
  readonly lacking: readonly string[]
  /** Those of a newer program. */
  readonly unknown: readonly string[]
}

/** What falls due, by the clock of the asker. */
export interface DueReport {
  /** Rotations that are past their due time. */
  readonly overdue: number
  /** The longest overdue. */
  readonly oldestDueAt: EpochMs | undefined
  /** Keys that wait for deletion. */
  readonly pendingDeletion: number
  /** When the first of them will be destroyed. */
  readonly firstDeletionAt: EpochMs | undefined
  /** Versions whose imported material goes before the asked time. */
  readonly expiring: number
  /** When the first of them goes. */
  readonly firstExpiryAt: EpochMs | undefined
}

/** A store that is looked into and never written, whether or not a server runs on it. */
export interface StoreReader {
  readonly engine: StorePlace['kind']
  readonly migrations: () => Promise<MigrationReport>
  /** What the engine complains of in its own file; empty when nothing, or where it has no such check. */
  readonly complaints: () => Promise<readonly string[]>
  readonly fact: (name: string) => Promise<string | undefined>
  readonly countKeys: () => Promise<number>
  /** All keys of all projects, in order of their ids. */
  readonly keys: () => AsyncGenerator<Key, void, undefined>
  /** @param soon Until when material counts as expiring. */
  readonly due: (now: EpochMs, soon: EpochMs) => Promise<DueReport>
  /** Audit chains and the places that write them. */
  readonly auditChains: () => Promise<readonly { readonly chain: string; readonly place: string }[]>
  readonly newestCheckpoint: (chain: string) => Promise<AuditCheckpoint | undefined>
  /** How many rows a table has; undefined where it is not there. */
  readonly countRows: (table: string) => Promise<number | undefined>
  /** Rows of a table that bear MACs, after a place. */
  readonly guardedPage: (table: GuardedTable, after: RowPlace) => Promise<GuardedPage>
  readonly close: () => Promise<void>
}

/**
 * Opens a store to look into it. Nothing is written, and no table is brought up to date.
 *
 * @throws {StorageError} when it cannot be opened
 */
export async function openStoreReader(place: StorePlace): Promise<StoreReader> {
  const end =
    place.kind === 'sqlite'
      ? openSqliteEnd(place.file, 'look')
      : await openPostgresEnd(place.place, 'read')
  return storeReader(place.kind, end)
}

function storeReader(engine: StorePlace['kind'], end: StoreEnd): StoreReader {
  const first = async (text: string, parameters: readonly Value[] = []) =>
    (await end.query(text, parameters))[0]
  /** Count and earliest of a column of times, up to a time. */
  const tally = async (table: 'keys' | 'key_versions', column: string, until: EpochMs) => {
    const row = await first(
      `select count(*) as n, min(${column}) as at from ${table}
       where ${column} is not null and ${column} <= ${end.mark(1)}`,
      [until],
    )
    return { count: Number(row?.['n'] ?? 0), at: toTime(row?.['at']) }
  }

  return {
    engine,
    async migrations() {
      const isThere = (await end.tables()).has('migrations')
      const rows = isThere ? await end.query('select name from migrations') : []
      const applied = rows.map(({ name }) => String(name))
      return {
        lacking: MIGRATION_NAMES.filter((name) => !applied.includes(name)),
        unknown: applied.filter((name) => !MIGRATION_NAMES.includes(name)),
      }
    },
    async complaints() {
      if (engine !== 'sqlite') return []
      const rows = await end.query(`pragma quick_check(${MAX_COMPLAINTS})`)
      return rows.map((row) => String(row['quick_check'])).filter((text) => text !== 'ok')
    },
    async fact(name) {
      const row = await first(`select value from meta where name = ${end.mark(1)}`, [name])
      return row === undefined ? undefined : String(row['value'])
    },
    countKeys: async () => Number((await first('select count(*) as n from keys'))?.['n'] ?? 0),
    async *keys() {
      for (let after = ''; ; ) {
        const text = `select * from keys where id > ${end.mark(1)} order by id limit ${PAGE_KEYS}`
        const rows = await end.query(text, [after])
        for (const row of rows) {
          // The query asks for all columns, and the migrations say which these are.
          yield toStoredKey(row as unknown as Selectable<KeysTable>).key
        }
        const last = rows.at(-1)
        if (last === undefined || rows.length < PAGE_KEYS) return
        after = String(last['id'])
      }
    },
    async due(now, soon) {
      const rotations = await tally('keys', 'next_rotation_at', now)
      const deletions = await tally('keys', 'delete_at', Number.MAX_SAFE_INTEGER as EpochMs)
      const expiries = await tally('key_versions', 'expires_at', soon)
      return {
        overdue: rotations.count,
        oldestDueAt: rotations.at,
        pendingDeletion: deletions.count,
        firstDeletionAt: deletions.at,
        expiring: expiries.count,
        firstExpiryAt: expiries.at,
      }
    },
    async auditChains() {
      const rows = await end.query('select chain, place from audit_chains order by place')
      return rows.map(({ chain, place }) => ({ chain: String(chain), place: String(place) }))
    },
    async newestCheckpoint(chain) {
      const row = await first(
        `select chain, count, head, signature, at from checkpoints
         where chain = ${end.mark(1)} order by count desc limit 1`,
        [chain],
      )
      return row as unknown as AuditCheckpoint | undefined // as the port writes them
    },
    async countRows(table) {
      if (!(await end.tables()).has(table) || !/^[a-z_]+$/.test(table)) return undefined
      return Number((await first(`select count(*) as n from ${table}`))?.['n'] ?? 0)
    },
    guardedPage: (table, after) => readGuardedPage(end, table, after),
    close: () => end.close(),
  }
}

function toTime(value: Value | undefined): EpochMs | undefined {
  return value === null || value === undefined ? undefined : (Number(value) as EpochMs)
}
