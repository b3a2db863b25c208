import type { Selectable } from 'kysely'
import type { KeyId, MaterialId, ProjectId, TenantId, VersionNumber } from '../../core/ids.ts'
import type { Key, KeyOrigin, KeyState, Regional, RotationSchedule } from '../../core/key.ts'
import type { KeySpec, KeyUsage } from '../../core/key-specs.ts'
import { deletionAt } from '../../core/key-state.ts'
import {
  nextRotationAt,
  type RotationCause,
  type RotationEvent,
  rotationStanding,
} from '../../core/rotation.ts'
import type { Days, EpochMs } from '../../core/time.ts'
import type { StoredKey, StoredKeyVersion } from '../../ports/key-store.ts'
import type { Database, KeysTable } from './schema.ts'

type VersionRow = Selectable<Database['key_versions']>

/** Columns that change with a key, besides its revision. */
export function keyColumns(key: Key): Omit<KeysTable, 'number' | 'revision' | 'mac'> {
  const { state, schedule } = key
  return {
    id: key.id,
    project_id: key.projectId,
    tenant_id: key.tenantId,
    alias: key.alias,
    description: key.description,
    spec: key.spec,
    usage: key.usage,
    origin: key.origin,
    is_default: key.isDefault ? 1 : 0,
    enterprise_project_id: key.enterpriseProjectId,
    keystore_id: key.keystoreId,
    state: state.kind,
    delete_at: deletionAt(key) ?? null,
    cancelled_to: state.kind === 'pendingDeletion' ? state.cancelledTo : null,
    created_at: key.createdAt,
    primary_version: key.primaryVersion ?? null,
    rotation_interval: schedule.kind === 'on' ? schedule.interval : null,
    rotation_period_start: schedule.kind === 'on' ? schedule.periodStart : null,
    next_rotation_at: nextRotationAt(key) ?? null,
    rotation_count: key.rotationCount,
    last_rotation_at: key.lastRotationAt ?? null,
    material_expires_at: key.materialExpiresAt ?? null,
    region_role: key.regional.kind,
    primary_region: key.regional.kind === 'replica' ? key.regional.primaryRegion : null,
    rotation: rotationStanding(key),
  }
}

/** A key from its row, whatever its MAC. What is in the columns was written by {@link keyColumns}. */
export function toStoredKey(row: Omit<KeysTable, 'mac'>): StoredKey {
  return {
    revision: row.revision,
    number: row.number,
    key: {
      id: row.id as KeyId,
      projectId: row.project_id as ProjectId,
      tenantId: row.tenant_id as TenantId,
      alias: row.alias,
      description: row.description,
      spec: row.spec as KeySpec,
      usage: row.usage as KeyUsage,
      origin: row.origin as KeyOrigin,
      isDefault: row.is_default === 1,
      enterpriseProjectId: row.enterprise_project_id,
      keystoreId: row.keystore_id,
      state: toState(row),
      createdAt: row.created_at as EpochMs,
      primaryVersion: (row.primary_version ?? undefined) as VersionNumber | undefined,
      schedule: toSchedule(row),
      rotationCount: row.rotation_count,
      lastRotationAt: (row.last_rotation_at ?? undefined) as EpochMs | undefined,
      materialExpiresAt: (row.material_expires_at ?? undefined) as EpochMs | undefined,
      regional: toRegional(row),
    },
  }
}

/** A version from its row, whatever its MAC. */
export function toStoredKeyVersion(row: Omit<VersionRow, 'mac'>): StoredKeyVersion {
  return {
    keyId: row.key_id as KeyId,
    version: row.version as VersionNumber,
    materialId: row.material_id as MaterialId,
    origin: row.origin as KeyOrigin,
    wrappedMaterial: row.wrapped_material,
    createdAt: row.created_at as EpochMs,
    ...(row.fingerprint === null ? {} : { wrappedDigest: row.fingerprint }),
    ...(row.expires_at === null ? {} : { expiresAt: row.expires_at as EpochMs }),
  }
}

/** Columns of a version. */
export function versionColumns(version: StoredKeyVersion): Omit<VersionRow, 'mac'> {
  return {
    key_id: version.keyId,
    version: version.version,
    material_id: version.materialId,
    origin: version.origin,
    wrapped_material: version.wrappedMaterial,
    created_at: version.createdAt,
    fingerprint: version.wrappedDigest ?? null,
    expires_at: version.expiresAt ?? null,
  }
}

/** A rotation from its row. */
export function toRotationEvent(row: Selectable<Database['rotation_events']>): RotationEvent {
  return {
    keyId: row.key_id as KeyId,
    projectId: row.project_id as ProjectId,
    cause: row.cause as RotationCause,
    actor: row.actor,
    fromVersion: row.from_version as VersionNumber,
    toVersion: row.to_version as VersionNumber,
    at: row.at as EpochMs,
    dueAt: (row.due_at ?? undefined) as EpochMs | undefined,
  }
}

function toState(row: Omit<KeysTable, 'mac'>): KeyState {
  const kind = row.state as KeyState['kind']
  if (kind !== 'pendingDeletion') return { kind }
  const { delete_at: deleteAt, cancelled_to: cancelledTo } = row
  if (deleteAt === null || (cancelledTo !== 'disabled' && cancelledTo !== 'pendingImport')) {
    throw new Error(`key ${row.id} waits for deletion without saying until when`)
  }
  return { kind, deleteAt: deleteAt as EpochMs, cancelledTo }
}

function toRegional(row: Omit<KeysTable, 'mac'>): Regional {
  const { region_role: kind, primary_region: primaryRegion } = row
  if (kind === 'single' || kind === 'primary') return { kind }
  if (kind !== 'replica' || primaryRegion === null) {
    throw new Error(`key ${row.id} is a replica without saying of where`)
  }
  return { kind, primaryRegion }
}

function toSchedule(row: Omit<KeysTable, 'mac'>): RotationSchedule {
  const { rotation_interval: interval, rotation_period_start: start } = row
  if (interval === null || start === null) return { kind: 'off' }
  return { kind: 'on', interval: interval as Days, periodStart: start as EpochMs }
}
