import type { Kysely, Selectable } from 'kysely'
import type { KeyId, ProjectId } from '../../core/ids.ts'
import type { EpochMs } from '../../core/time.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Alias, AliasRemoval, LabelStore } from '../../ports/label-store.ts'
import { withStorage } from '../../ports/storage-error.ts'
import { logChange } from './change-feed.ts'
import type { Database } from './schema.ts'
import type { StoredRows } from './stored-rows.ts'
import { countTags } from './tag-tallies.ts'
import { taggedKeys } from './tagged-keys.ts'
import { inTransaction, locking, lockKey } from './transactions.ts'

/** Aliases and tags in SQL. */
export function sqlLabelStore(db: Kysely<Database>, clock: Clock, stored: StoredRows): LabelStore {
  return {
    ...taggedKeys(db, stored),

    insertAlias: (alias, quota) =>
      withStorage('storing an alias', () =>
        inTransaction(db, async (transaction) => {
          if (!(await lockKey(transaction, alias.keyId))) return 'key-gone'
          if (await isNameOfKey(transaction, alias.projectId, alias.alias)) return 'alias-taken'
          if ((await countAliases(transaction, alias.keyId)) >= quota) return 'quota-reached'
          const inserted = await transaction
            .insertInto('aliases')
            .values({
              project_id: alias.projectId,
              alias: alias.alias,
              key_id: alias.keyId,
              created_at: alias.createdAt,
              updated_at: alias.updatedAt,
            })
            .onConflict((conflict) => conflict.columns(['project_id', 'alias']).doNothing())
            .executeTakeFirst()
          return inserted.numInsertedOrUpdatedRows === 1n ? 'inserted' : 'alias-taken'
        }),
      ),

    moveAlias: (projectId, alias, to, at, quota) =>
      withStorage('moving an alias', () =>
        inTransaction(db, async (transaction) => {
          if (!(await lockKey(transaction, to))) return 'key-gone'
          const query = transaction
            .selectFrom('aliases')
            .selectAll()
            .where('project_id', '=', projectId)
            .where('alias', '=', alias)
          const row = await locking(transaction, query).executeTakeFirst()
          if (row === undefined) return 'unknown'
          const isMove = row.key_id !== to
          if (isMove && (await countAliases(transaction, to)) >= quota) return 'quota-reached'
          await transaction
            .updateTable('aliases')
            .set({ key_id: to, updated_at: at })
            .where('number', '=', row.number)
            .execute()
          return { ...toAlias(row), keyId: to, updatedAt: at }
        }),
      ),

    removeAliases: (keyId, aliases) =>
      withStorage('removing aliases', () =>
        inTransaction<AliasRemoval>(db, async (transaction, undo) => {
          if (!(await lockKey(transaction, keyId))) return 'key-gone'
          const result = await transaction
            .deleteFrom('aliases')
            .where('key_id', '=', keyId)
            .where('alias', 'in', aliases)
            .executeTakeFirst()
          const isWhole = Number(result.numDeletedRows) === new Set(aliases).size
          return isWhole ? 'removed' : undo('unknown')
        }),
      ),

    pageAliases: (projectId, keyId, { after, limit }) =>
      withStorage('listing aliases', async () => {
        let query = db
          .selectFrom('aliases')
          .selectAll()
          .where('project_id', '=', projectId)
          .where('number', '>', after)
        if (keyId !== undefined) query = query.where('key_id', '=', keyId)
        const rows = await query.orderBy('number').limit(limit).execute()
        return rows.map((row) => ({ number: row.number, value: toAlias(row) }))
      }),

    changeTags: ({ key, number }, step) =>
      withStorage('changing tags', () =>
        inTransaction(db, async (transaction) => {
          if (!(await lockKey(transaction, key.id))) return false
          const present = await tagsOf(transaction, key.id)
          const next = step(present)
          await transaction.deleteFrom('tags').where('key_id', '=', key.id).execute()
          if (next.length > 0) {
            const place = { key_id: key.id, project_id: key.projectId, key_number: number }
            await transaction
              .insertInto('tags')
              .values(next.map((tag) => ({ ...place, ...tag })))
              .execute()
          }
          await countTags(transaction, key.projectId, present, next)
          await logChange(transaction, clock, 'key', key.id)
          return true
        }),
      ),

    tagsOf: (keyId) => withStorage('reading tags', () => tagsOf(db, keyId)),

    tagsOfProject: (projectId, limit) =>
      withStorage('listing tags', () =>
        db
          .selectFrom('tag_tallies')
          .select(['name', 'value'])
          .where('project_id', '=', projectId)
          .orderBy('name')
          .orderBy('value')
          .limit(limit)
          .execute(),
      ),
  }
}

async function isNameOfKey(
  db: Kysely<Database>,
  projectId: ProjectId,
  alias: string,
): Promise<boolean> {
  const row = await db
    .selectFrom('keys')
    .select('id')
    .where('project_id', '=', projectId)
    .where('alias', '=', alias)
    .executeTakeFirst()
  return row !== undefined
}

async function countAliases(db: Kysely<Database>, keyId: KeyId): Promise<number> {
  const row = await db
    .selectFrom('aliases')
    .select(({ fn }) => fn.countAll<number>().as('aliases'))
    .where('key_id', '=', keyId)
    .executeTakeFirst()
  return Number(row?.aliases ?? 0)
}

function tagsOf(db: Kysely<Database>, keyId: KeyId) {
  return db
    .selectFrom('tags')
    .select(['name', 'value'])
    .where('key_id', '=', keyId)
    .orderBy('name')
    .execute()
}

function toAlias(row: Selectable<Database['aliases']>): Alias {
  return {
    alias: row.alias,
    projectId: row.project_id as ProjectId,
    keyId: row.key_id as KeyId,
    createdAt: row.created_at as EpochMs,
    updatedAt: row.updated_at as EpochMs,
  }
}
