import { type Kysely, sql, type Transaction } from 'kysely'
import type { KeyId, ProjectId, VersionNumber } from '../../core/ids.ts'
import { DEFAULT_KEYSTORE } from '../../core/key.ts'
import { isUnlimited } from '../../core/rotation-limits.ts'
import type { Days, EpochMs } from '../../core/time.ts'
import type { Clock } from '../../ports/clock.ts'
import type { RotationLimitStore } from '../../ports/rotation-limit-store.ts'
import { withStorage } from '../../ports/storage-error.ts'
import { limitsOf, noteLimits } from './rotation-setting-store.ts'
import type { Database } from './schema.ts'
import { inTransaction, locking, lockKey } from './transactions.ts'

interface LockedKey {
  readonly id: KeyId
  readonly projectId: ProjectId
  readonly interval: Days | undefined
}

/** Limits of use in SQL. */
export function sqlRotationLimitStore(db: Kysely<Database>, clock: Clock): RotationLimitStore {
  return {
    find: (keyId) => withStorage('reading limits of a key', () => limitsOf(db, keyId)),

    put: (keyId, limits, author) =>
      withStorage('setting limits of a key', () =>
        inTransaction(db, async (transaction) => {
          const key = await lockUses(transaction, keyId)
          if (key === undefined) return false
          const before = await limitsOf(transaction, keyId)
          await noteLimits(transaction, clock, key, { before, after: limits }, author)
          await transaction.deleteFrom('rotation_limits').where('key_id', '=', keyId).execute()
          if (isUnlimited(limits)) return true
          await transaction
            .insertInto('rotation_limits')
            .values({
              key_id: keyId,
              max_uses: limits.maxUses ?? null,
              max_bytes: limits.maxBytes ?? null,
              reached_version: null,
              reached_at: null,
            })
            .execute()
          await noteReached(transaction, [keyId])
          return true
        }),
      ),

    reached: (home, limit, after) =>
      withStorage('asking which limits were reached', async () => {
        let query = db
          .selectFrom('rotation_limits as l')
          .innerJoin('keys as k', 'k.id', 'l.key_id')
          .select(['l.key_id', 'l.reached_version', 'l.reached_at'])
          .where('l.reached_at', 'is not', null)
          // Not columns as they are: an index of keys would be walked in place of the few limits reached.
          .where(sql<string>`coalesce(k.state, '')`, '=', 'enabled')
          .where(
            sql<string>`coalesce(k.keystore_id, '')`,
            home === 'store' ? '=' : '<>',
            DEFAULT_KEYSTORE,
          )
        if (after !== undefined) {
          const { dueAt, keyId } = after
          query = query.where(({ eb, refTuple, tuple }) =>
            eb(refTuple('l.reached_at', 'l.key_id'), '>', tuple(dueAt, keyId)),
          )
        }
        const rows = await query.orderBy('l.reached_at').orderBy('l.key_id').limit(limit).execute()
        return rows.map((row) => ({
          keyId: row.key_id as KeyId,
          version: row.reached_version as VersionNumber, // set together with the time
          dueAt: row.reached_at as EpochMs, // rows without a time are not asked for
        }))
      }),

    forget: (keyId, version) =>
      withStorage('forgetting a limit that was reached', async () => {
        await db
          .updateTable('rotation_limits')
          .set({ reached_version: null, reached_at: null })
          .where('key_id', '=', keyId)
          .where('reached_version', '=', version)
          .execute()
      }),
  }
}

/**
 * Notes which of these keys have reached a limit with the version that protects now; last in the
 * transaction that counts uses, or sets limits.
 */
export async function noteReached(
  transaction: Transaction<Database>,
  keyIds: readonly string[],
): Promise<void> {
  if (keyIds.length === 0) return
  await transaction
    .updateTable('rotation_limits')
    .from('key_usage as u')
    .innerJoin('keys as k', (join) =>
      join.onRef('k.id', '=', 'u.key_id').onRef('k.primary_version', '=', 'u.version'),
    )
    .set(({ ref }) => ({ reached_version: ref('u.version'), reached_at: ref('u.last_used_at') }))
    .whereRef('rotation_limits.key_id', '=', 'u.key_id')
    .where('rotation_limits.key_id', 'in', keyIds)
    .where(({ eb, or, ref }) =>
      or([
        eb('rotation_limits.reached_version', 'is', null),
        eb('rotation_limits.reached_version', '<>', ref('u.version')),
      ]),
    )
    .where(({ or }) =>
      or([
        sql<boolean>`u.protect_count >= rotation_limits.max_uses`,
        sql<boolean>`u.protect_bytes >= rotation_limits.max_bytes`,
      ]),
    )
    .execute()
}

/**
 * Makes whoever counts uses of the primary version of a key wait, a first use by its reference to the
 * key, a later one by its row: it then sees the limits, or was seen. Answers what a change of its
 * limits is noted with.
 */
async function lockUses(
  transaction: Transaction<Database>,
  keyId: KeyId,
): Promise<LockedKey | undefined> {
  await lockKey(transaction, keyId)
  const key = await transaction
    .selectFrom('keys')
    .select(['primary_version', 'project_id', 'rotation_interval'])
    .where('id', '=', keyId)
    .executeTakeFirst()
  if (key === undefined) return undefined
  const primary = key.primary_version ?? 0
  const uses = transaction
    .selectFrom('key_usage')
    .select('version')
    .where('key_id', '=', keyId)
    .where('version', '=', primary)
  await locking(transaction, uses).execute()
  return {
    id: keyId,
    projectId: key.project_id as ProjectId,
    interval: (key.rotation_interval ?? undefined) as Days | undefined,
  }
}
