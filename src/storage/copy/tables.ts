import type { Database } from '../sql/schema.ts'

/** How the rows of a table are found again. */
export interface CopiedTable {
  /** Columns of the primary key, in its order. */
  readonly key: readonly string[]
  /** Whether the engine counts its `number` up itself. */
  readonly isCounted?: true
}

/** A line for every table of the store, by columns that it has. */
export type CopiedTables = {
  readonly [T in Exclude<keyof Database, 'migrations'>]: CopiedTable & {
    readonly key: readonly (keyof Database[T])[]
  }
}

/**
 * Every table but `migrations`, which each store has of its own; a table comes after those that it
 * refers to.
 */
export const COPIED_TABLES = {
  meta: { key: ['name'] },
  changes: { key: ['number'], isCounted: true },
  tenants: { key: ['id'] },
  projects: { key: ['id'] },
  users: { key: ['id'] },
  access_keys: { key: ['id'] },
  policies: { key: ['tenant_id', 'name'] },
  assignments: { key: ['user_id', 'project_id', 'role'] },
  revoked_tokens: { key: ['token_id'] },
  keys: { key: ['id'] },
  key_counters: { key: ['project_id'] },
  key_tallies: { key: ['project_id', 'spec', 'state', 'is_default', 'rotation', 'rotated'] },
  key_versions: { key: ['key_id', 'version'] },
  key_usage: { key: ['key_id', 'version'] },
  rotation_limits: { key: ['key_id'] },
  retired_versions: { key: ['key_id', 'version'] },
  rotation_settings: { key: ['key_id', 'number'] },
  rotation_events: { key: ['key_id', 'to_version'] },
  rotation_days: { key: ['project_id', 'day'] },
  destroyed_keys: { key: ['id'] },
  checkpoints: { key: ['chain', 'count'] },
  audit_chains: { key: ['chain'] },
  waiting_materials: { key: ['key_id'] },
  grants: { key: ['number'], isCounted: true },
  aliases: { key: ['number'], isCounted: true },
  tags: { key: ['key_id', 'name'] },
  tag_tallies: { key: ['project_id', 'name', 'value'] },
  tag_name_tallies: { key: ['project_id', 'name'] },
  retiring_tallies: { key: ['principal'] },
  key_policies: { key: ['id'] },
  access_points: { key: ['id'] },
  keystores: { key: ['number'], isCounted: true },
  pins: { key: ['digest'] },
  replicas: { key: ['key_id', 'region'] },
  pending_syncs: { key: ['key_id'] },
  outbox_events: { key: ['id'] },
  notice_places: { key: ['name'] },
  due_moves: { key: ['number'], isCounted: true },
} as const satisfies CopiedTables

/** Name of a table that is copied. */
export type TableName = keyof typeof COPIED_TABLES

/** {@link COPIED_TABLES} in the order in which rows may be written. */
export const TABLES_IN_ORDER = Object.entries(COPIED_TABLES) as readonly (readonly [
  TableName,
  CopiedTable,
])[] // the keys of a literal are its names
