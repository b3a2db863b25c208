/*
 * Tables about the use of versions and what it may lead to, in the conventions of `schema.ts`.
 */

/** How often versions were used. */
export interface KeyUsageTable {
  key_id: string
  version: number
  protect_count: number
  open_count: number
  last_used_at: number
  /** Of plaintext. */
  protect_bytes: number
}

/** Versions that open nothing until they are restored. */
export interface RetiredVersionsTable {
  key_id: string
  version: number
  retired_at: number
  retired_by: string
  /** What was re-encrypted before. */
  note: string
}

/** How much one version of a key may protect, and which has reached that. */
export interface RotationLimitsTable {
  key_id: string
  max_uses: number | null
  max_bytes: number | null
  /** Set together with the time. */
  reached_version: number | null
  reached_at: number | null
}

/** A change of the settings by which a key rotates; null: off, or no limit. */
export interface RotationSettingsTable {
  key_id: string
  number: number
  project_id: string
  at: number
  actor: string | null
  interval_before: number | null
  uses_before: number | null
  bytes_before: number | null
  interval_after: number | null
  uses_after: number | null
  bytes_after: number | null
}
