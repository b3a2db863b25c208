import type { Kysely, Transaction } from 'kysely'
import { fault } from '../../core/fault.ts'
import type { KeyId } from '../../core/ids.ts'
import { DEFAULT_KEYSTORE, type Key } from '../../core/key.ts'
import { isDeletionDue } from '../../core/key-state.ts'
import type { Clock } from '../../ports/clock.ts'
import type { KeyStore, StoredKey, StoredKeyVersion } from '../../ports/key-store.ts'
import { withStorage } from '../../ports/storage-error.ts'
import { logChange } from './change-feed.ts'
import { removeCounted } from './counted-dependants.ts'
import { destroyedRow, findDestroyed, insertDestroyed } from './destroyed-keys.ts'
import { dueKeys } from './due-keys.ts'
import { noteExpiry, noteMoves } from './due-moves.ts'
import { keyQueries } from './key-queries.ts'
import { keyColumns } from './key-rows.ts'
import { ownKeyCount, recount } from './key-tallies.ts'
import { materialQueries } from './material-queries.ts'
import { writeOutgoing } from './outgoing-rows.ts'
import { prepared } from './prepared.ts'
import { noteSchedule } from './rotation-setting-store.ts'
import type { Database } from './schema.ts'
import type { StoredRows } from './stored-rows.ts'
import { countTags } from './tag-tallies.ts'
import { inTransaction, locking, lockKey } from './transactions.ts'

/** Due times of a key that was not there before. */
const NOT_DUE = { id: '', next_rotation_at: null, delete_at: null }

/** Keys in SQL. */
export function sqlKeyStore(db: Kysely<Database>, clock: Clock, rows: StoredRows): KeyStore {
  const writing = <T>(
    doing: string,
    work: (transaction: Transaction<Database>) => Promise<T>,
  ): Promise<T> => withStorage(doing, () => inTransaction(db, work))

  const update = async (
    transaction: Transaction<Database>,
    seen: StoredKey,
    key: Key,
  ): Promise<boolean> => {
    // Where the id is set, SQLite looks at every row that refers to it, versions among them.
    const { number: _, id: _same, ...columns } = rows.ofKey(key, seen.number, seen.revision + 1)
    const result = await transaction
      .updateTable('keys')
      .set(columns)
      .where('id', '=', seen.key.id)
      .where('revision', '=', seen.revision)
      .executeTakeFirst()
    return result.numUpdatedRows === 1n
  }

  const insertVersion = async (
    transaction: Transaction<Database>,
    version: StoredKeyVersion,
  ): Promise<void> => {
    await transaction.insertInto('key_versions').values(rows.ofVersion(version)).execute()
  }

  const keyById = prepared(db, () => db.selectFrom('keys').selectAll().where('id', '=', ''))
  const versionByNumber = prepared(db, () =>
    db.selectFrom('key_versions').selectAll().where('key_id', '=', '').where('version', '=', 0),
  )

  return {
    ...keyQueries(db, rows),
    ...dueKeys(db, clock, rows),
    ...materialQueries(db, clock, rows, update),

    find: (keyId) =>
      withStorage('reading a key', async () => {
        const row = await keyById(keyId)
        return row && rows.toKey(row)
      }),

    findVersion: (keyId, version) =>
      withStorage('reading a key version', async () => {
        const row = await versionByNumber(keyId, version)
        return row && rows.toVersion(row)
      }),

    findDestroyed: (keyId) => findDestroyed(db, keyId),

    findByAlias: (projectId, alias) =>
      withStorage('reading a key by its alias', async () => {
        const row = await db
          .selectFrom('keys')
          .selectAll()
          .where('project_id', '=', projectId)
          .where('alias', '=', alias)
          .executeTakeFirst()
        return row && rows.toKey(row)
      }),

    versionsOf: (keyId, { after, limit }) =>
      withStorage('reading versions of a key', async () => {
        const found = await db
          .selectFrom('key_versions')
          .selectAll()
          .where('key_id', '=', keyId)
          .where('version', '>', after)
          .orderBy('version')
          .limit(limit)
          .execute()
        return found.map((row) => rows.toVersion(row))
      }),

    insert: (key, versions, quota, tags = [], author = undefined) =>
      writing('storing a key', async (transaction) => {
        // The counter comes first: its row makes creations in one project wait for each other.
        const number = await nextNumber(transaction, key)
        if (!key.isDefault && (await ownKeyCount(transaction, key.projectId)) >= quota) {
          return 'quota-reached'
        }
        await requireKeystore(transaction, key)
        const inserted = await transaction
          .insertInto('keys')
          .values(rows.ofKey(key, number, 1))
          .onConflict((conflict) => conflict.columns(['project_id', 'alias']).doNothing())
          .executeTakeFirst()
        if (inserted.numInsertedOrUpdatedRows !== 1n) return 'alias-taken'
        // Asked once the row is there: a destruction of that id has then ended or has yet to begin.
        if (await isDestroyed(transaction, key.id)) {
          throw new Error(`key id ${key.id} was used before`)
        }
        for (const version of versions) await insertVersion(transaction, version)
        await noteMoves(transaction, clock, NOT_DUE, keyColumns(key))
        const bare: Key = { ...key, schedule: { kind: 'off' } }
        await noteSchedule(transaction, clock, bare, key, author)
        for (const version of versions) await noteExpiry(transaction, clock, version)
        if (tags.length > 0) {
          const place = { key_id: key.id, project_id: key.projectId, key_number: number }
          await transaction
            .insertInto('tags')
            .values(tags.map((tag) => ({ ...place, ...tag })))
            .execute()
          await countTags(transaction, key.projectId, [], tags)
        }
        await recount(transaction, [{ after: key }])
        await logChange(transaction, clock, 'key', key.id)
        return 'inserted'
      }),

    replace: (seen, key, author) => {
      requireSameVersions(seen.key, key)
      return writing('changing a key', async (transaction) => {
        if (key.alias !== seen.key.alias) {
          await lockNames(transaction, key)
          if (await isAliasTaken(transaction, key)) return 'alias-taken'
        }
        if (!(await update(transaction, seen, key))) return 'stale'
        await noteMoves(transaction, clock, keyColumns(seen.key), keyColumns(key))
        await noteSchedule(transaction, clock, seen.key, key, author)
        await noteForReplicas(transaction, clock, key)
        await recount(transaction, [{ before: seen.key, after: key }])
        await logChange(transaction, clock, 'key', key.id)
        return 'replaced'
      })
    },

    rotate: (seen, key, version, event, outgoing) =>
      writing('rotating a key', async (transaction) => {
        if (!(await update(transaction, seen, key))) return 'stale'
        await insertVersion(transaction, version)
        await transaction.deleteFrom('waiting_materials').where('key_id', '=', key.id).execute()
        await transaction
          .insertInto('rotation_events')
          .values({
            key_id: event.keyId,
            to_version: event.toVersion,
            project_id: event.projectId,
            from_version: event.fromVersion,
            cause: event.cause,
            actor: event.actor,
            at: event.at,
            due_at: event.dueAt ?? null,
          })
          .execute()
        if (outgoing !== undefined) await writeOutgoing(transaction, [outgoing])
        await noteExpiry(transaction, clock, version)
        await noteForReplicas(transaction, clock, key)
        await recount(transaction, [{ before: seen.key, after: key }], [event])
        await logChange(transaction, clock, 'key', key.id)
        return 'rotated'
      }),

    putReplicated: (seen, key, versions, author) =>
      writing('following a primary', async (transaction) => {
        if (!(await update(transaction, seen, key))) return 'stale'
        for (const version of versions) await insertVersion(transaction, version)
        await noteSchedule(transaction, clock, seen.key, key, author)
        await recount(transaction, [{ before: seen.key, after: key }])
        await logChange(transaction, clock, 'key', key.id)
        return 'stored'
      }),

    destroy: (seen, now) =>
      writing('destroying a key', async (transaction) => {
        await lockKey(transaction, seen.key.id)
        const row = await transaction
          .selectFrom('keys')
          .selectAll()
          .where('id', '=', seen.key.id)
          .where('revision', '=', seen.revision)
          .executeTakeFirst()
        if (row === undefined || !isDeletionDue(rows.toKey(row).key, now)) return 'stale'
        await removeCounted(transaction, [seen.key])
        await transaction.deleteFrom('key_versions').where('key_id', '=', row.id).execute()
        await transaction.deleteFrom('keys').where('id', '=', row.id).execute()
        await insertDestroyed(transaction, [destroyedRow(seen.key, now)])
        await recount(transaction, [{ before: seen.key }])
        await logChange(transaction, clock, 'key', row.id)
        return 'destroyed'
      }),
  }
}

async function nextNumber(transaction: Transaction<Database>, key: Key): Promise<number> {
  const row = await transaction
    .insertInto('key_counters')
    .values({ project_id: key.projectId, last_number: 1 })
    .onConflict((conflict) =>
      conflict
        .column('project_id')
        .doUpdateSet(({ eb }) => ({ last_number: eb('key_counters.last_number', '+', 1) })),
    )
    .returning('last_number')
    .executeTakeFirstOrThrow()
  return row.last_number
}

/** Makes whoever names a key in the project wait: those who make one hold the counter's row too. */
async function lockNames(transaction: Transaction<Database>, key: Key): Promise<void> {
  const query = transaction
    .selectFrom('key_counters')
    .select('last_number')
    .where('project_id', '=', key.projectId)
  await locking(transaction, query).execute()
}

/** Keeps the key store of a new key there until the key is; it may have gone since it was looked up. */
async function requireKeystore(transaction: Transaction<Database>, key: Key): Promise<void> {
  if (key.keystoreId === DEFAULT_KEYSTORE) return
  const query = transaction.selectFrom('keystores').select('id').where('id', '=', key.keystoreId)
  const row = await locking(transaction, query).executeTakeFirst()
  if (row === undefined) throw fault('keystore-unusable')
}

/** Whoever has copies of a key in other regions is to tell them of a change. */
async function noteForReplicas(
  transaction: Transaction<Database>,
  clock: Clock,
  key: Key,
): Promise<void> {
  if (key.regional.kind !== 'primary') return
  const since = clock.now()
  await transaction
    .insertInto('pending_syncs')
    .values({ key_id: key.id, since })
    .onConflict((conflict) => conflict.column('key_id').doUpdateSet({ since }))
    .execute()
}

async function isDestroyed(transaction: Transaction<Database>, keyId: KeyId): Promise<boolean> {
  const row = await transaction
    .selectFrom('destroyed_keys')
    .select('id')
    .where('id', '=', keyId)
    .executeTakeFirst()
  return row !== undefined
}

async function isAliasTaken(transaction: Transaction<Database>, key: Key): Promise<boolean> {
  const row = await transaction
    .selectFrom('keys')
    .select('id')
    .where('project_id', '=', key.projectId)
    .where('alias', '=', key.alias)
    .where('id', '!=', key.id)
    .executeTakeFirst()
  return row !== undefined
}

function requireSameVersions(seen: Key, key: Key): void {
  if (
    seen.id !== key.id ||
    seen.projectId !== key.projectId ||
    seen.primaryVersion !== key.primaryVersion ||
    seen.rotationCount !== key.rotationCount
  ) {
    throw new Error('only a rotation changes the versions of a key')
  }
}
