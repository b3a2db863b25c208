import type { Kysely, Selectable } from 'kysely'
import type { DestroyedKey } from '../../core/destroyed-key.ts'
import type { KeyId, ProjectId, TenantId, VersionNumber } from '../../core/ids.ts'
import type { Key, KeyOrigin } from '../../core/key.ts'
import type { KeySpec } from '../../core/key-specs.ts'
import type { EpochMs } from '../../core/time.ts'
import { withStorage } from '../../ports/storage-error.ts'
import { bulk, times } from './bulk.ts'
import type { Database } from './schema.ts'

/** Reads what is left of a key that was destroyed. */
export function findDestroyed(db: Kysely<Database>, keyId: KeyId) {
  return withStorage('reading what is left of a destroyed key', async () => {
    const row = await db
      .selectFrom('destroyed_keys')
      .selectAll()
      .where('id', '=', keyId)
      .executeTakeFirst()
    return row && toDestroyedKey(row)
  })
}

/** Keys that are no more, with their columns as {@link destroyedRow} has them. */
export const insertDestroyed = bulk((db, rows) =>
  db
    .insertInto('destroyed_keys')
    .values(
      times(rows, {
        id: '',
        project_id: '',
        destroyed_at: 0,
        tenant_id: '',
        alias: '',
        spec: '',
        origin: '',
        created_at: 0,
        primary_version: 0,
        rotation_count: 0,
        last_rotation_at: 0,
      }),
    )
    .compile(),
)

/** What is kept of a key that is destroyed at `at`. */
export function destroyedRow(key: Key, at: EpochMs): readonly unknown[] {
  return [
    key.id,
    key.projectId,
    at,
    key.tenantId,
    key.alias,
    key.spec,
    key.origin,
    key.createdAt,
    key.primaryVersion ?? null,
    key.rotationCount,
    key.lastRotationAt ?? null,
  ]
}

function toDestroyedKey(row: Selectable<Database['destroyed_keys']>): DestroyedKey {
  return {
    id: row.id as KeyId,
    projectId: row.project_id as ProjectId,
    destroyedAt: row.destroyed_at as EpochMs,
    tenantId: (row.tenant_id ?? undefined) as TenantId | undefined,
    alias: row.alias ?? undefined,
    spec: (row.spec ?? undefined) as KeySpec | undefined,
    origin: (row.origin ?? undefined) as KeyOrigin | undefined,
    createdAt: (row.created_at ?? undefined) as EpochMs | undefined,
    primaryVersion: (row.primary_version ?? undefined) as VersionNumber | undefined,
    rotationCount: row.rotation_count ?? undefined,
    lastRotationAt: (row.last_rotation_at ?? undefined) as EpochMs | undefined,
  }
}
