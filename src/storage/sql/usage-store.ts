import type { Kysely, Transaction } from 'kysely'
import type { KeyId, VersionNumber } from '../../core/ids.ts'
import type { EpochMs } from '../../core/time.ts'
import { withStorage } from '../../ports/storage-error.ts'
import type { UsageStore, VersionUsage } from '../../ports/usage-store.ts'
import { bulk, times } from './bulk.ts'
import { noteReached } from './rotation-limit-store.ts'
import type { Database } from './schema.ts'
import { inTransaction } from './transactions.ts'

const addUses = bulk((db, rows) =>
  db
    .insertInto('key_usage')
    .values(
      times(rows, {
        key_id: '',
        version: 0,
        protect_count: 0,
        open_count: 0,
        last_used_at: 0,
        protect_bytes: 0,
      }),
    )
    .onConflict((conflict) =>
      conflict.columns(['key_id', 'version']).doUpdateSet(({ eb, ref }) => ({
        protect_count: eb('key_usage.protect_count', '+', ref('excluded.protect_count')),
        protect_bytes: eb('key_usage.protect_bytes', '+', ref('excluded.protect_bytes')),
        open_count: eb('key_usage.open_count', '+', ref('excluded.open_count')),
        // Nodes come in any order: the latest use stays.
        last_used_at: eb
          .case()
          .when('excluded.last_used_at', '>', ref('key_usage.last_used_at'))
          .then(ref('excluded.last_used_at'))
          .else(ref('key_usage.last_used_at'))
          .end(),
      })),
    )
    .compile(),
)

/** Uses of key versions in SQL. */
export function sqlUsageStore(db: Kysely<Database>): UsageStore {
  return {
    add: (uses) =>
      withStorage('counting uses of keys', () =>
        inTransaction(db, async (transaction) => {
          const present = await keysThere(transaction, uses)
          // In one order, so that nodes that count uses of the same keys wait in line.
          const inOrder = uses
            .filter(({ keyId }) => present.has(keyId))
            .sort((one, two) => compare(one.keyId, two.keyId) || one.version - two.version)
          await addUses(
            transaction,
            inOrder.map(({ keyId, version, protectCount, openCount, lastUsedAt, protectBytes }) => [
              keyId,
              version,
              protectCount,
              openCount,
              lastUsedAt,
              protectBytes,
            ]),
          )
          await noteReached(transaction, [...present])
        }),
      ),

    ofVersions: (keyId, from, to) =>
      withStorage('reading uses of a key', async () => {
        const rows = await db
          .selectFrom('key_usage')
          .selectAll()
          .where('key_id', '=', keyId)
          .where('version', '>=', from)
          .where('version', '<=', to)
          .execute()
        return rows.map((row) => ({
          keyId: row.key_id as KeyId,
          version: row.version as VersionNumber,
          protectCount: row.protect_count,
          protectBytes: row.protect_bytes,
          openCount: row.open_count,
          lastUsedAt: row.last_used_at as EpochMs,
        }))
      }),
  }
}

/** Ids of those keys that are there. One that goes meanwhile makes the transaction fail as a whole. */
async function keysThere(
  transaction: Transaction<Database>,
  uses: readonly VersionUsage[],
): Promise<ReadonlySet<string>> {
  const ids = [...new Set(uses.map(({ keyId }) => keyId))]
  if (ids.length === 0) return new Set()
  const rows = await transaction.selectFrom('keys').select('id').where('id', 'in', ids).execute()
  return new Set(rows.map(({ id }) => id))
}

function compare(one: string, two: string): number {
  if (one === two) return 0
  return one < two ? -1 : 1
}
