import { type Kysely, sql } from 'kysely'
import type { Clock } from '../../ports/clock.ts'
import { StorageError, withStorage } from '../../ports/storage-error.ts'
import { type ColumnTypes, columnTypes, type Engine } from './engine.ts'
import { begin } from './migrations/0001-begin.ts'
import { wholeApi } from './migrations/0002-whole-api.ts'
import { flatLists } from './migrations/0003-flat-lists.ts'
import { dueOrder } from './migrations/0004-due-order.ts'
import { auditChains } from './migrations/0005-audit-chains.ts'
import { keyTable } from './migrations/0006-key-table.ts'
import { events } from './migrations/0007-events.ts'
import { rotationLimits } from './migrations/0008-rotation-limits.ts'
import { retiredVersions } from './migrations/0009-retired-versions.ts'
import { rotationSettings } from './migrations/0011-rotation-settings.ts'
import { rowMacs } from './migrations/0012-row-macs.ts'
import type { Database } from './schema.ts'

type Migration = (db: Kysely<Database>, types: ColumnTypes) => Promise<void>

/** All migrations in order; they only go forward. */
const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-begin': begin,
  '0002-whole-api': wholeApi,
  '0003-flat-lists': flatLists,
  '0004-due-order': dueOrder,
  '0005-audit-chains': auditChains,
  '0006-key-table': keyTable,
  '0007-events': events,
  '0008-rotation-limits': rotationLimits,
  '0009-retired-versions': retiredVersions,
  '0011-rotation-settings': rotationSettings,
  '0012-row-macs': rowMacs,
}

/** Names of all migrations, in order. */
export const MIGRATION_NAMES: readonly string[] = Object.keys(MIGRATIONS)

/**
 * Brings the tables up to date, each migration in a transaction of its own.
 *
 * @param until The last migration that is done; left out: all.
 * @throws {StorageError} also when the database has migrations that this program does not know
 */
export async function migrate(
  db: Kysely<Database>,
  engine: Engine,
  clock: Clock,
  until?: string,
): Promise<void> {
  const types = columnTypes(engine)
  await withStorage('bringing the tables up to date', async () => {
    await sql`create table if not exists migrations (
      name ${types.text} not null primary key, applied_at ${types.integer} not null)`.execute(db)
    const applied = await db.selectFrom('migrations').select('name').orderBy('name').execute()
    const unknown = applied.find(({ name }) => !MIGRATION_NAMES.includes(name))
    if (unknown !== undefined) {
      throw new StorageError(
        `the store has migration ${unknown.name}, which this version of Keyturn does not know: ` +
          'it was written by a newer one',
      )
    }
    for (const [name, run] of Object.entries(MIGRATIONS)) {
      if (until !== undefined && name > until) break
      if (applied.some((done) => done.name === name)) continue
      await db.transaction().execute(async (transaction) => {
        const inserted = await transaction
          .insertInto('migrations')
          .values({ name, applied_at: clock.now() })
          .onConflict((conflict) => conflict.doNothing())
          .executeTakeFirst()
        if (inserted.numInsertedOrUpdatedRows === 1n) await run(transaction, types)
      })
    }
  })
}
