import type { Kysely, Selectable } from 'kysely'
import type { KeyId } from '../../core/ids.ts'
import type { EpochMs } from '../../core/time.ts'
import type { Replica, ReplicaStore } from '../../ports/replica-store.ts'
import { withStorage } from '../../ports/storage-error.ts'
import type { Database } from './schema.ts'

/** Copies of keys in other regions, in SQL. */
export function sqlReplicaStore(db: Kysely<Database>): ReplicaStore {
  return {
    put: ({ keyId, region, peerProjectId, peerKeyId, syncedVersion }) =>
      withStorage('storing a replica', async () => {
        const columns = {
          peer_project_id: peerProjectId,
          peer_key_id: peerKeyId,
          synced_version: syncedVersion,
        }
        await db
          .insertInto('replicas')
          .values({ key_id: keyId, region, ...columns })
          .onConflict((conflict) => conflict.columns(['key_id', 'region']).doUpdateSet(columns))
          .execute()
      }),

    remove: ({ keyId, region }) =>
      withStorage('forgetting a replica', async () => {
        await db
          .deleteFrom('replicas')
          .where('key_id', '=', keyId)
          .where('region', '=', region)
          .execute()
      }),

    ofKey: (keyId) =>
      withStorage('reading replicas', async () => {
        const rows = await db
          .selectFrom('replicas')
          .selectAll()
          .where('key_id', '=', keyId)
          .orderBy('region')
          .execute()
        return rows.map(toReplica)
      }),

    findByPeerKey: (peerKeyId) =>
      withStorage('reading a replica', async () => {
        const row = await db
          .selectFrom('replicas')
          .selectAll()
          .where('peer_key_id', '=', peerKeyId)
          .executeTakeFirst()
        return row && toReplica(row)
      }),

    markPending: (keyId, at) =>
      withStorage('noting a replica', async () => {
        await db
          .insertInto('pending_syncs')
          .values({ key_id: keyId, since: at })
          .onConflict((conflict) => conflict.column('key_id').doUpdateSet({ since: at }))
          .execute()
      }),

    clearPending: (keyId, at) =>
      withStorage('noting a replica', async () => {
        await db
          .deleteFrom('pending_syncs')
          .where('key_id', '=', keyId)
          .where('since', '<=', at)
          .execute()
      }),

    pending: (limit) =>
      withStorage('asking which replicas are behind', async () => {
        const rows = await db
          .selectFrom('pending_syncs')
          .selectAll()
          .orderBy('since')
          .limit(limit)
          .execute()
        return rows.map((row) => ({ keyId: row.key_id as KeyId, since: row.since as EpochMs }))
      }),
  }
}

function toReplica(row: Selectable<Database['replicas']>): Replica {
  return {
    keyId: row.key_id as KeyId,
    region: row.region,
    peerProjectId: row.peer_project_id,
    peerKeyId: row.peer_key_id as KeyId,
    syncedVersion: row.synced_version,
  }
}
