import type { Kysely, Selectable } from 'kysely'
import type { Grant, GranteeKind, GrantOperation } from '../../core/grant.ts'
import type { KeyId, ProjectId, UserId } from '../../core/ids.ts'
import type { EpochMs } from '../../core/time.ts'
import type { Clock } from '../../ports/clock.ts'
import type { GrantStore } from '../../ports/grant-store.ts'
import type { Numbered } from '../../ports/page.ts'
import { withStorage } from '../../ports/storage-error.ts'
import { holdLock, lockOfName } from './advisory-locks.ts'
import { logChange } from './change-feed.ts'
import { countRetiring, retirableGrants } from './retiring-tallies.ts'
import type { Database } from './schema.ts'
import { inTransaction, lockSeen } from './transactions.ts'

/** Grants in SQL. */
export function sqlGrantStore(db: Kysely<Database>, clock: Clock): GrantStore {
  return {
    insert: (seen, grant, quota) =>
      withStorage('storing a grant', () =>
        inTransaction(db, async (transaction) => {
          // Whoever counts lets those wait who would make the count wrong.
          await holdLock(transaction, lockOfName('grantee', grant.grantee))
          const found = await lockSeen(transaction, seen)
          if (found !== 'as-seen') return found === 'gone' ? 'key-gone' : 'stale'
          if ((await count(transaction, 'key_id', grant.keyId)) >= quota.perKey) {
            return 'key-quota-reached'
          }
          if ((await count(transaction, 'grantee', grant.grantee)) >= quota.perGrantee) {
            return 'grantee-quota-reached'
          }
          await transaction.insertInto('grants').values(toRow(grant)).execute()
          await countRetiring(transaction, [grant.retiring], 1)
          await logChange(transaction, clock, 'key', grant.keyId)
          return 'inserted'
        }),
      ),

    find: (grantId) =>
      withStorage('reading a grant', async () => {
        const row = await db
          .selectFrom('grants')
          .selectAll()
          .where('id', '=', grantId)
          .executeTakeFirst()
        return row && toGrant(row)
      }),

    remove: (grant) =>
      withStorage('removing a grant', () =>
        inTransaction(db, async (transaction) => {
          const result = await transaction
            .deleteFrom('grants')
            .where('id', '=', grant.id)
            .executeTakeFirst()
          if (result.numDeletedRows === 0n) return false
          await countRetiring(transaction, [grant.retiring], -1)
          await logChange(transaction, clock, 'key', grant.keyId)
          return true
        }),
      ),

    ofKey: (keyId) =>
      withStorage('reading the grants of a key', async () => {
        const rows = await db
          .selectFrom('grants')
          .selectAll()
          .where('key_id', '=', keyId)
          .orderBy('number')
          .execute()
        return rows.map(toGrant)
      }),

    pageOfKey: (keyId, { after, limit }) =>
      withStorage('listing grants', async () => {
        const rows = await db
          .selectFrom('grants')
          .selectAll()
          .where('key_id', '=', keyId)
          .where('number', '>', after)
          .orderBy('number')
          .limit(limit)
          .execute()
        return rows.map(toNumbered)
      }),

    countOfKey: (keyId) => withStorage('counting grants', () => count(db, 'key_id', keyId)),

    pageRetirable: (principals, { after, limit }) =>
      withStorage('listing grants', async () => {
        // One limited read for each principal: of the numbers of all, an index has no order.
        const found: Numbered<Grant>[] = []
        for (const principal of new Set(principals)) {
          const rows = await db
            .selectFrom('grants')
            .selectAll()
            .where('retiring', '=', principal)
            .where('number', '>', after)
            .orderBy('number')
            .limit(limit)
            .execute()
          found.push(...rows.map(toNumbered))
        }
        return found.sort((one, two) => one.number - two.number).slice(0, limit)
      }),

    countRetirable: (principals) =>
      withStorage('counting grants', () => retirableGrants(db, principals)),
  }
}

async function count(
  db: Kysely<Database>,
  column: 'key_id' | 'grantee',
  value: string,
): Promise<number> {
  const row = await db
    .selectFrom('grants')
    .select(({ fn }) => fn.countAll<number>().as('grants'))
    .where(column, '=', value)
    .executeTakeFirst()
  return Number(row?.grants ?? 0)
}

function toRow(grant: Grant) {
  return {
    id: grant.id,
    key_id: grant.keyId,
    project_id: grant.projectId,
    name: grant.name ?? null,
    grantee: grant.grantee,
    grantee_kind: grant.granteeKind,
    operations: grant.operations.join(','),
    retiring: grant.retiring ?? null,
    issuing: grant.issuing,
    created_at: grant.createdAt,
  }
}

function toNumbered(row: Selectable<Database['grants']>): Numbered<Grant> {
  return { number: row.number, value: toGrant(row) }
}

function toGrant(row: Selectable<Database['grants']>): Grant {
  return {
    id: row.id,
    keyId: row.key_id as KeyId,
    projectId: row.project_id as ProjectId,
    name: row.name ?? undefined,
    grantee: row.grantee,
    granteeKind: row.grantee_kind as GranteeKind,
    operations: row.operations.split(',') as GrantOperation[], // written by toRow alone
    retiring: row.retiring ?? undefined,
    issuing: row.issuing as UserId,
    createdAt: row.created_at as EpochMs,
  }
}
