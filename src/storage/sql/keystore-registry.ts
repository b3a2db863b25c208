import { type Kysely, type Selectable, sql } from 'kysely'
import type { ProjectId, TenantId } from '../../core/ids.ts'
import type { EpochMs } from '../../core/time.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Keystore, KeystoreKind, KeystoreRegistry } from '../../ports/keystore-registry.ts'
import type { PageRequest } from '../../ports/page.ts'
import { withStorage } from '../../ports/storage-error.ts'
import { logChange } from './change-feed.ts'
import type { Database } from './schema.ts'
import { inTransaction, locking } from './transactions.ts'

/** Key stores and PINs in SQL. */
export function sqlKeystoreRegistry(db: Kysely<Database>, clock: Clock): KeystoreRegistry {
  const onPage = (projectId: ProjectId, { after, limit }: PageRequest) =>
    db
      .selectFrom('keystores')
      .where('project_id', '=', projectId)
      .where('number', '>', after)
      .orderBy('number')
      .limit(limit)

  return {
    insert: (keystore) =>
      withStorage('storing a key store', async () => {
        const inserted = await db
          .insertInto('keystores')
          .values({
            id: keystore.id,
            project_id: keystore.projectId,
            tenant_id: keystore.tenantId,
            alias: keystore.alias,
            kind: keystore.kind,
            cluster_id: keystore.clusterId,
            enabled: keystore.isEnabled ? 1 : 0,
            created_at: keystore.createdAt,
          })
          .onConflict((conflict) => conflict.columns(['project_id', 'alias']).doNothing())
          .executeTakeFirst()
        return inserted.numInsertedOrUpdatedRows === 1n ? 'inserted' : 'alias-taken'
      }),

    find: (id) =>
      withStorage('reading a key store', async () => {
        const query = db.selectFrom('keystores').selectAll().where('id', '=', id)
        const row = await query.executeTakeFirst()
        return row && toKeystore(row)
      }),

    enable: (id, isEnabled) =>
      withStorage('changing a key store', () =>
        inTransaction(db, async (transaction) => {
          const result = await transaction
            .updateTable('keystores')
            .set({ enabled: isEnabled ? 1 : 0 })
            .where('id', '=', id)
            .executeTakeFirst()
          if (result.numUpdatedRows !== 1n) return false
          await logChange(transaction, clock, 'keystore', id)
          return true
        }),
      ),

    remove: (id) =>
      withStorage('removing a key store', () =>
        inTransaction(db, async (transaction) => {
          // Whoever makes a key in it locks it too: once it is locked, its keys can be told.
          const query = transaction.selectFrom('keystores').select('enabled').where('id', '=', id)
          const row = await locking(transaction, query).executeTakeFirst()
          if (row?.enabled !== 0) return false
          const key = await transaction
            .selectFrom('keys')
            .select('id')
            .where('keystore_id', '=', id)
            // As the index has it, which is of these alone.
            .where('keystore_id', '<>', sql.lit('0'))
            .limit(1)
            .executeTakeFirst()
          if (key !== undefined) return false
          await transaction.deleteFrom('keystores').where('id', '=', id).execute()
          await transaction.deleteFrom('pins').where('keystore_id', '=', id).execute()
          await logChange(transaction, clock, 'keystore', id)
          return true
        }),
      ),

    page: (projectId, page) =>
      withStorage('listing key stores', async () => {
        const rows = await onPage(projectId, page).selectAll().execute()
        return rows.map((row) => ({ number: row.number, value: toKeystore(row) }))
      }),

    numbers: (projectId, page) =>
      withStorage('listing key stores', async () => {
        const rows = await onPage(projectId, page).select('number').execute()
        return rows.map(({ number }) => number)
      }),

    count: (projectId) =>
      withStorage('counting key stores', async () => {
        const row = await db
          .selectFrom('keystores')
          .select(({ fn }) => fn.countAll<number>().as('keystores'))
          .where('project_id', '=', projectId)
          .executeTakeFirst()
        return Number(row?.keystores ?? 0)
      }),

    insertPin: (digest, projectId, keystoreId, at) =>
      withStorage('storing a PIN', async () => {
        await db
          .insertInto('pins')
          .values({
            digest,
            project_id: projectId,
            keystore_id: keystoreId,
            used: 0,
            created_at: at,
          })
          .execute()
      }),

    spendPin: (digest, projectId, keystoreId) =>
      withStorage('using a PIN', async () => {
        const result = await db
          .updateTable('pins')
          .set({ used: 1 })
          .where('digest', '=', digest)
          .where('project_id', '=', projectId)
          .where('keystore_id', '=', keystoreId)
          .where('used', '=', 0)
          .executeTakeFirst()
        return result.numUpdatedRows === 1n
      }),
  }
}

function toKeystore(row: Selectable<Database['keystores']>): Keystore {
  return {
    id: row.id,
    projectId: row.project_id as ProjectId,
    tenantId: row.tenant_id as TenantId,
    alias: row.alias,
    kind: row.kind as KeystoreKind,
    clusterId: row.cluster_id,
    isEnabled: row.enabled === 1,
    createdAt: row.created_at as EpochMs,
  }
}
