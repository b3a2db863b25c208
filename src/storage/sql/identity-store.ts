import type { InsertResult, Kysely, Transaction } from 'kysely'
import type { EpochMs } from '../../core/time.ts'
import type { ChangeKind } from '../../ports/change-feed.ts'
import type { Clock } from '../../ports/clock.ts'
import type { IdentityStore } from '../../ports/identity-store.ts'
import { withStorage } from '../../ports/storage-error.ts'
import { logChange } from './change-feed.ts'
import {
  assignmentColumns,
  toAccessKey,
  toAssignment,
  toPolicy,
  toProject,
  toTenant,
  toUser,
  userColumns,
} from './identity-rows.ts'
import { inBatches } from './in-batches.ts'
import type { Database } from './schema.ts'
import { inTransaction, locking } from './transactions.ts'

type Db = Kysely<Database>

/** Tenants, projects, users and their rights in SQL. */
export function sqlIdentityStore(db: Db, clock: Clock): IdentityStore {
  const reading = <T>(work: () => Promise<T>) => withStorage('reading identities', work)

  /** Does `work` in a transaction; if it changed something, the change log says so. */
  const changing = (
    kind: ChangeKind,
    id: string,
    work: (transaction: Transaction<Database>) => Promise<boolean>,
  ): Promise<boolean> =>
    withStorage('changing identities', () =>
      inTransaction(db, async (transaction) => {
        const hasChanged = await work(transaction)
        if (hasChanged) await logChange(transaction, clock, kind, id)
        return hasChanged
      }),
    )

  return {
    findTenant: (id) =>
      reading(async () => {
        const query = db.selectFrom('tenants').selectAll().where('id', '=', id)
        const row = await query.executeTakeFirst()
        return row && toTenant(row)
      }),
    findTenantByName: (name) =>
      reading(async () => {
        const query = db.selectFrom('tenants').selectAll().where('name', '=', name)
        const row = await query.executeTakeFirst()
        return row && toTenant(row)
      }),
    listTenants: (limit) =>
      reading(async () => {
        const query = db.selectFrom('tenants').selectAll().orderBy('name').limit(limit)
        const rows = await query.execute()
        return rows.map(toTenant)
      }),
    insertTenant: ({ id, name }) =>
      changing('tenant', id, async (transaction) =>
        isInserted(
          await transaction
            .insertInto('tenants')
            .values({ id, name })
            .onConflict((conflict) => conflict.doNothing())
            .executeTakeFirst(),
        ),
      ),

    findProject: (id) =>
      reading(async () => {
        const query = db.selectFrom('projects').selectAll().where('id', '=', id)
        const row = await query.executeTakeFirst()
        return row && toProject(row)
      }),
    findProjectsByName: (name) =>
      reading(async () => {
        const query = db.selectFrom('projects').selectAll().where('name', '=', name)
        const rows = await query.orderBy('id').execute()
        return rows.map(toProject)
      }),
    listProjects: (tenantId) =>
      reading(async () => {
        const query = db.selectFrom('projects').selectAll().where('tenant_id', '=', tenantId)
        const rows = await query.orderBy('name').execute()
        return rows.map(toProject)
      }),
    insertProject: ({ id, tenantId, name }) =>
      changing('project', id, async (transaction) =>
        isInserted(
          await transaction
            .insertInto('projects')
            .values({ id, tenant_id: tenantId, name })
            .onConflict((conflict) => conflict.doNothing())
            .executeTakeFirst(),
        ),
      ),

    findUser: (id) =>
      reading(async () => {
        const query = db.selectFrom('users').selectAll().where('id', '=', id)
        const row = await query.executeTakeFirst()
        return row && toUser(row)
      }),
    findUserByName: (tenantId, name) =>
      reading(async () => {
        const row = await db
          .selectFrom('users')
          .selectAll()
          .where('tenant_id', '=', tenantId)
          .where('name', '=', name)
          .executeTakeFirst()
        return row && toUser(row)
      }),
    listUsers: (tenantId) =>
      reading(async () => {
        const query = db.selectFrom('users').selectAll().where('tenant_id', '=', tenantId)
        const rows = await query.orderBy('name').execute()
        return rows.map(toUser)
      }),
    insertUser: (user) =>
      changing('user', user.id, async (transaction) =>
        isInserted(
          await transaction
            .insertInto('users')
            .values(userColumns(user))
            .onConflict((conflict) => conflict.doNothing())
            .executeTakeFirst(),
        ),
      ),
    replaceUser: (user) =>
      changing('user', user.id, async (transaction) => {
        const query = transaction.updateTable('users').set(userColumns(user))
        const result = await query.where('id', '=', user.id).executeTakeFirst()
        return result.numUpdatedRows === 1n
      }),
    removeUser: (id) =>
      changing('user', id, async (transaction) => {
        // Locked first, so that nobody gives it another access key or role meanwhile.
        const user = transaction.selectFrom('users').select('id').where('id', '=', id)
        await locking(transaction, user).execute()
        await transaction.deleteFrom('access_keys').where('user_id', '=', id).execute()
        await transaction.deleteFrom('assignments').where('user_id', '=', id).execute()
        const query = transaction.deleteFrom('users').where('id', '=', id)
        return (await query.executeTakeFirst()).numDeletedRows === 1n
      }),

    findAccessKey: (id) =>
      reading(async () => {
        const query = db.selectFrom('access_keys').selectAll().where('id', '=', id)
        const row = await query.executeTakeFirst()
        return row && toAccessKey(row)
      }),
    listAccessKeys: (userId) =>
      reading(async () => {
        const query = db.selectFrom('access_keys').selectAll().where('user_id', '=', userId)
        const rows = await query.orderBy('created_at').orderBy('id').execute()
        return rows.map(toAccessKey)
      }),
    insertAccessKey: ({ id, userId, wrappedSecret, enabled, createdAt }) =>
      changing('accessKey', id, async (transaction) =>
        isInserted(
          await transaction
            .insertInto('access_keys')
            .values({
              id,
              user_id: userId,
              wrapped_secret: wrappedSecret,
              enabled: enabled ? 1 : 0,
              created_at: createdAt,
            })
            .onConflict((conflict) => conflict.doNothing())
            .executeTakeFirst(),
        ),
      ),
    removeAccessKey: (id) =>
      changing('accessKey', id, async (transaction) => {
        const query = transaction.deleteFrom('access_keys').where('id', '=', id)
        return (await query.executeTakeFirst()).numDeletedRows === 1n
      }),

    findPolicy: (tenantId, name) =>
      reading(async () => {
        const row = await db
          .selectFrom('policies')
          .selectAll()
          .where('tenant_id', '=', tenantId)
          .where('name', '=', name)
          .executeTakeFirst()
        return row && toPolicy(row)
      }),
    listPolicies: (tenantId) =>
      reading(async () => {
        const query = db.selectFrom('policies').selectAll().where('tenant_id', '=', tenantId)
        const rows = await query.orderBy('name').execute()
        return rows.map(toPolicy)
      }),
    putPolicy: async ({ tenantId, name, document }) => {
      await changing('policy', name, async (transaction) => {
        await transaction
          .insertInto('policies')
          .values({ tenant_id: tenantId, name, document })
          .onConflict((conflict) =>
            conflict.columns(['tenant_id', 'name']).doUpdateSet({ document }),
          )
          .execute()
        return true
      })
    },
    removePolicy: (tenantId, name) =>
      changing('policy', name, async (transaction) => {
        const users = transaction.selectFrom('users').select('id').where('tenant_id', '=', tenantId)
        await transaction
          .deleteFrom('assignments')
          .where('role', '=', name)
          .where('user_id', 'in', users)
          .execute()
        const result = await transaction
          .deleteFrom('policies')
          .where('tenant_id', '=', tenantId)
          .where('name', '=', name)
          .executeTakeFirst()
        return result.numDeletedRows === 1n
      }),

    listAssignments: (userId) =>
      reading(async () => {
        const query = db.selectFrom('assignments').selectAll().where('user_id', '=', userId)
        const rows = await query.orderBy('project_id').orderBy('role').execute()
        return rows.map(toAssignment)
      }),
    insertAssignment: (assignment) =>
      changing('user', assignment.userId, async (transaction) =>
        isInserted(
          await transaction
            .insertInto('assignments')
            .values(assignmentColumns(assignment))
            .onConflict((conflict) => conflict.doNothing())
            .executeTakeFirst(),
        ),
      ),
    removeAssignment: (assignment) =>
      changing('user', assignment.userId, async (transaction) => {
        const { user_id, project_id, role } = assignmentColumns(assignment)
        const result = await transaction
          .deleteFrom('assignments')
          .where('user_id', '=', user_id)
          .where('project_id', '=', project_id)
          .where('role', '=', role)
          .executeTakeFirst()
        return result.numDeletedRows === 1n
      }),

    revokeToken: async ({ tokenId, expiresAt }) => {
      await changing('token', tokenId, async (transaction) =>
        isInserted(
          await transaction
            .insertInto('revoked_tokens')
            .values({ token_id: tokenId, expires_at: expiresAt })
            .onConflict((conflict) => conflict.doNothing())
            .executeTakeFirst(),
        ),
      )
    },
    listRevokedTokens: (now) =>
      reading(async () => {
        const query = db.selectFrom('revoked_tokens').selectAll().where('expires_at', '>', now)
        const rows = await query.execute()
        return rows.map((row) => ({
          tokenId: row.token_id,
          expiresAt: row.expires_at as EpochMs,
        }))
      }),
    forgetRevokedTokens: (now) =>
      withStorage('forgetting revoked tokens', () =>
        inBatches((limit) => {
          const expired = db
            .selectFrom('revoked_tokens')
            .select('token_id')
            .where('expires_at', '<=', now)
            .orderBy('expires_at')
            .limit(limit)
          return db.deleteFrom('revoked_tokens').where('token_id', 'in', expired)
        }),
      ),
  }
}

function isInserted(result: InsertResult): boolean {
  return result.numInsertedOrUpdatedRows === 1n
}
