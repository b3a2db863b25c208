import { type Kysely, sql } from 'kysely'
import { dayOf, type EpochMs } from '../../core/time.ts'
import type { KeyTable } from '../../ports/key-table.ts'
import { withStorage } from '../../ports/storage-error.ts'
import { toRotationEvent } from './key-rows.ts'
import { keySearch } from './key-search.ts'
import type { Database } from './schema.ts'
import type { StoredRows } from './stored-rows.ts'

/** Keys as people look at them, in SQL. */
export function sqlKeyTable(db: Kysely<Database>, stored: StoredRows): KeyTable {
  return {
    ...keySearch(db, stored),

    newestVersions: (keyId, { before, limit }) =>
      withStorage('reading versions of a key', async () => {
        let query = db.selectFrom('key_versions').selectAll().where('key_id', '=', keyId)
        if (before > 0) query = query.where('version', '<', before)
        const rows = await query.orderBy('version', 'desc').limit(limit).execute()
        return rows.map((row) => stored.toVersion(row))
      }),

    newestEvents: (projectId, { from, to }, { before, limit }) =>
      withStorage('reading rotation events', async () => {
        let query = db.selectFrom('rotation_events').selectAll().where('project_id', '=', projectId)
        // Of two bounds an index read begins at one: the narrower.
        if (before !== undefined) {
          const { at, keyId, toVersion } = before
          query = query.where(
            sql<boolean>`(at, key_id, to_version) < (${at}, ${keyId}, ${toVersion})`,
          )
        } else if (to !== undefined) query = query.where('at', '<', to)
        if (from !== undefined) query = query.where('at', '>=', from)
        const rows = await query
          .orderBy('at', 'desc')
          .orderBy('key_id', 'desc')
          .orderBy('to_version', 'desc')
          .limit(limit)
          .execute()
        return rows.map(toRotationEvent)
      }),

    rotationDays: (projectId, from, to) =>
      withStorage('counting rotations', async () => {
        const rows = await db
          .selectFrom('rotation_days')
          .select(['day', 'due', 'done', 'late'])
          .where('project_id', '=', projectId)
          .where('day', '>=', from)
          .where('day', '<', to)
          .orderBy('day')
          .execute()
        return rows
          .filter(({ due, done }) => due !== 0 || done !== 0)
          .map((row) => ({ ...row, day: row.day as EpochMs }))
      }),

    overdueRotations: (projectId, time, limit) =>
      withStorage('counting what is late', async () => {
        const today = dayOf(time)
        const before = await db
          .selectFrom('rotation_days')
          .select(({ fn }) => fn.sum<number | null>('due').as('keys'))
          .where('project_id', '=', projectId)
          .where('day', '<', today)
          .executeTakeFirst()
        const found = db
          .selectFrom('keys')
          .select('number')
          .where('project_id', '=', projectId)
          .where('next_rotation_at', '>=', today)
          .where('next_rotation_at', '<', time)
          .orderBy('next_rotation_at')
          .limit(limit)
        const row = await db
          .selectFrom(found.as('c'))
          .select(({ fn }) => fn.countAll<number>().as('keys'))
          .executeTakeFirst()
        return Number(before?.keys ?? 0) + Number(row?.keys ?? 0)
      }),
  }
}
