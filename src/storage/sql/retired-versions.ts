import type { Kysely, Selectable } from 'kysely'
import type { VersionNumber } from '../../core/ids.ts'
import type { EpochMs } from '../../core/time.ts'
import type { Retirement } from '../../core/version-retirement.ts'
import type { Clock } from '../../ports/clock.ts'
import type { RetiredVersionStore } from '../../ports/retired-versions.ts'
import { withStorage } from '../../ports/storage-error.ts'
import { logChange } from './change-feed.ts'
import { writeOutgoing } from './outgoing-rows.ts'
import type { Database } from './schema.ts'
import { inTransaction, lockKey, lockSeen } from './transactions.ts'

/** Retired versions in SQL. Each write is told by the change log, as one of the key. */
export function sqlRetiredVersions(db: Kysely<Database>, clock: Clock): RetiredVersionStore {
  return {
    find: (keyId, version) =>
      withStorage('reading a retired version', async () => {
        const row = await db
          .selectFrom('retired_versions')
          .selectAll()
          .where('key_id', '=', keyId)
          .where('version', '=', version)
          .executeTakeFirst()
        return row && toRetirement(row)
      }),

    ofVersions: (keyId, from, to) =>
      withStorage('reading retired versions', async () => {
        const rows = await db
          .selectFrom('retired_versions')
          .selectAll()
          .where('key_id', '=', keyId)
          .where('version', '>=', from)
          .where('version', '<=', to)
          .execute()
        return new Map(rows.map((row) => [row.version as VersionNumber, toRetirement(row)]))
      }),

    retire: (seen, version, { at, by, note }, outgoing) =>
      withStorage('retiring a version', () =>
        inTransaction(db, async (transaction) => {
          const { id: keyId, primaryVersion } = seen.key
          if ((await lockSeen(transaction, seen)) !== 'as-seen') return 'stale'
          if (primaryVersion === undefined || version >= primaryVersion) return 'not-retirable'
          const inserted = await transaction
            .insertInto('retired_versions')
            .values({ key_id: keyId, version, retired_at: at, retired_by: by, note })
            .onConflict((conflict) => conflict.doNothing())
            .executeTakeFirst()
          if (inserted.numInsertedOrUpdatedRows !== 1n) return 'not-retirable'
          if (outgoing !== undefined) await writeOutgoing(transaction, [outgoing])
          await logChange(transaction, clock, 'key', keyId)
          return 'retired'
        }),
      ),

    restore: (keyId, version, outgoing) =>
      withStorage('restoring a version', () =>
        inTransaction(db, async (transaction) => {
          await lockKey(transaction, keyId)
          const deleted = await transaction
            .deleteFrom('retired_versions')
            .where('key_id', '=', keyId)
            .where('version', '=', version)
            .executeTakeFirst()
          if (deleted.numDeletedRows !== 1n) return false
          if (outgoing !== undefined) await writeOutgoing(transaction, [outgoing])
          await logChange(transaction, clock, 'key', keyId)
          return true
        }),
      ),
  }
}

function toRetirement(row: Selectable<Database['retired_versions']>): Retirement {
  return { at: row.retired_at as EpochMs, by: row.retired_by, note: row.note }
}
