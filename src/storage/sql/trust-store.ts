import type { Kysely, Selectable } from 'kysely'
import type { AccessPoint, AccessPointKind } from '../../core/access-point.ts'
import type { ProjectId } from '../../core/ids.ts'
import type { KeyPolicy } from '../../core/key-policy.ts'
import type { EpochMs } from '../../core/time.ts'
import { withStorage } from '../../ports/storage-error.ts'
import type { TrustStore } from '../../ports/trust-store.ts'
import type { Database } from './schema.ts'
import { inTransaction } from './transactions.ts'

type Table = 'key_policies' | 'access_points'

/** Key policies and access points in SQL. */
export function sqlTrustStore(db: Kysely<Database>): TrustStore {
  async function remove(table: Table, id: string): Promise<boolean> {
    const result = await db.deleteFrom(table).where('id', '=', id).executeTakeFirst()
    return result.numDeletedRows === 1n
  }

  return {
    insertPolicy: (policy) =>
      withStorage('storing a key policy', async () => {
        await db.insertInto('key_policies').values(policyRow(policy)).execute()
      }),

    findPolicy: (id) =>
      withStorage('reading a key policy', async () => {
        const query = db.selectFrom('key_policies').selectAll().where('id', '=', id)
        const row = await query.executeTakeFirst()
        return row && toPolicy(row)
      }),

    replacePolicy: (policy) =>
      withStorage('changing a key policy', async () => {
        const result = await db
          .updateTable('key_policies')
          .set(policyRow(policy))
          .where('id', '=', policy.id)
          .executeTakeFirst()
        return result.numUpdatedRows === 1n
      }),

    removePolicy: (id) => withStorage('removing a key policy', () => remove('key_policies', id)),

    pagePolicies: (page) =>
      withStorage('listing key policies', async () => {
        const rows = await db
          .selectFrom('key_policies')
          .selectAll()
          .where('project_id', '=', page.projectId)
          .where('keyspace_id', '=', page.keyspaceId)
          .where('id', '>', page.afterId ?? '')
          .orderBy('id')
          .limit(page.limit)
          .execute()
        return rows.map(toPolicy)
      }),

    insertAccessPoint: (accessPoint, wrappedPrivateKey) =>
      withStorage('storing an access point', async () => {
        await db
          .insertInto('access_points')
          .values({
            id: accessPoint.id,
            project_id: accessPoint.projectId,
            keyspace_id: accessPoint.keyspaceId,
            name: accessPoint.name,
            kind: accessPoint.kind,
            enabled: accessPoint.isEnabled ? 1 : 0,
            public_key: accessPoint.publicKey ?? null,
            cluster_id: accessPoint.clusterId ?? null,
            description: accessPoint.description,
            wrapped_private_key: wrappedPrivateKey ?? null,
            created_by: accessPoint.createdBy,
            created_at: accessPoint.createdAt,
            modified_at: accessPoint.modifiedAt,
          })
          .execute()
      }),

    findAccessPoint: (id) =>
      withStorage('reading an access point', async () => {
        const query = db.selectFrom('access_points').selectAll().where('id', '=', id)
        const row = await query.executeTakeFirst()
        return row && toAccessPoint(row)
      }),

    enableAccessPoint: (id, isEnabled, at) =>
      withStorage('changing an access point', async () => {
        const result = await db
          .updateTable('access_points')
          .set({ enabled: isEnabled ? 1 : 0, modified_at: at })
          .where('id', '=', id)
          .executeTakeFirst()
        return result.numUpdatedRows === 1n
      }),

    removeAccessPoint: (id) =>
      withStorage('removing an access point', () => remove('access_points', id)),

    takePrivateKey: (id) =>
      withStorage('reading the private key of an access point', () =>
        inTransaction(db, async (transaction) => {
          const row = await transaction
            .selectFrom('access_points')
            .select('wrapped_private_key')
            .where('id', '=', id)
            .executeTakeFirst()
          const result = await transaction
            .updateTable('access_points')
            .set({ wrapped_private_key: null })
            .where('id', '=', id)
            .where('wrapped_private_key', 'is not', null)
            .executeTakeFirst()
          return result.numUpdatedRows === 1n ? (row?.wrapped_private_key ?? undefined) : undefined
        }),
      ),

    pageAccessPoints: (page) =>
      withStorage('listing access points', async () => {
        const rows = await db
          .selectFrom('access_points')
          .selectAll()
          .where('project_id', '=', page.projectId)
          .where('keyspace_id', '=', page.keyspaceId)
          .where('id', '>', page.afterId ?? '')
          .orderBy('id')
          .limit(page.limit)
          .execute()
        return rows.map(toAccessPoint)
      }),
  }
}

function policyRow(policy: KeyPolicy) {
  return {
    id: policy.id,
    project_id: policy.projectId,
    keyspace_id: policy.keyspaceId,
    name: policy.name,
    document: policy.document,
    description: policy.description,
    created_by: policy.createdBy,
    created_at: policy.createdAt,
    modified_at: policy.modifiedAt,
    accessed_at: policy.accessedAt,
  }
}

function toPolicy(row: Selectable<Database['key_policies']>): KeyPolicy {
  return {
    id: row.id,
    projectId: row.project_id as ProjectId,
    keyspaceId: row.keyspace_id,
    name: row.name,
    document: row.document,
    description: row.description,
    createdBy: row.created_by,
    createdAt: row.created_at as EpochMs,
    modifiedAt: row.modified_at as EpochMs,
    accessedAt: row.accessed_at as EpochMs,
  }
}

function toAccessPoint(row: Selectable<Database['access_points']>): AccessPoint {
  return {
    id: row.id,
    projectId: row.project_id as ProjectId,
    keyspaceId: row.keyspace_id,
    name: row.name,
    kind: row.kind as AccessPointKind,
    isEnabled: row.enabled === 1,
    publicKey: row.public_key ?? undefined,
    clusterId: row.cluster_id ?? undefined,
    description: row.description,
    createdBy: row.created_by,
    createdAt: row.created_at as EpochMs,
    modifiedAt: row.modified_at as EpochMs,
  }
}
