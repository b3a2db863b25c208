import type { Generated } from 'kysely'
import type {
  KeyUsageTable,
  RetiredVersionsTable,
  RotationLimitsTable,
  RotationSettingsTable,
} from './usage-tables.ts'

/*
 * Tables as both engines have them. Times are milliseconds since 1970 in 64-bit integers, booleans
 * are 0 and 1, ids are text.
 */

/** All tables. */
export interface Database {
  migrations: MigrationsTable
  meta: MetaTable
  changes: ChangesTable
  tenants: TenantsTable
  projects: ProjectsTable
  users: UsersTable
  access_keys: AccessKeysTable
  policies: PoliciesTable
  assignments: AssignmentsTable
  revoked_tokens: RevokedTokensTable
  keys: KeysTable
  key_counters: KeyCountersTable
  key_tallies: KeyTalliesTable
  key_versions: KeyVersionsTable
  key_usage: KeyUsageTable
  rotation_limits: RotationLimitsTable
  retired_versions: RetiredVersionsTable
  rotation_events: RotationEventsTable
  rotation_settings: RotationSettingsTable
  rotation_days: RotationDaysTable
  destroyed_keys: DestroyedKeysTable
  checkpoints: CheckpointsTable
  audit_chains: AuditChainsTable
  waiting_materials: WaitingMaterialsTable
  grants: GrantsTable
  aliases: AliasesTable
  tags: TagsTable
  tag_tallies: TagTalliesTable
  tag_name_tallies: TagNameTalliesTable
  retiring_tallies: RetiringTalliesTable
  key_policies: KeyPoliciesTable
  access_points: AccessPointsTable
  keystores: KeystoresTable
  pins: PinsTable
  replicas: ReplicasTable
  pending_syncs: PendingSyncsTable
  outbox_events: OutboxEventsTable
  notice_places: NoticePlacesTable
  due_moves: DueMovesTable
}

interface MigrationsTable {
  name: string
  applied_at: number
}

interface MetaTable {
  name: string
  value: string
}

interface ChangesTable {
  number: Generated<number>
  kind: string
  id: string
  at: number
}

interface TenantsTable {
  id: string
  name: string
}

interface ProjectsTable {
  id: string
  tenant_id: string
  name: string
}

interface UsersTable {
  id: string
  tenant_id: string
  name: string
  password_hash: string | null
  enabled: number
  default_project_id: string | null
  tokens_valid_from: number
}

interface AccessKeysTable {
  id: string
  user_id: string
  wrapped_secret: Uint8Array
  enabled: number
  created_at: number
}

interface PoliciesTable {
  tenant_id: string
  name: string
  document: string
}

interface AssignmentsTable {
  user_id: string
  /** Empty text: every project of the tenant. */
  project_id: string
  role: string
}

interface RevokedTokensTable {
  token_id: string
  expires_at: number
}

/** Columns of a key; those that are derived serve an index. */
export interface KeysTable {
  id: string
  project_id: string
  number: number
  tenant_id: string
  alias: string
  description: string
  spec: string
  usage: string
  origin: string
  is_default: number
  enterprise_project_id: string
  keystore_id: string
  state: string
  delete_at: number | null
  cancelled_to: string | null
  created_at: number
  primary_version: number | null
  rotation_interval: number | null
  rotation_period_start: number | null
  /** When the key will rotate by itself; null when it will not. */
  next_rotation_at: number | null
  rotation_count: number
  last_rotation_at: number | null
  revision: number
  material_expires_at: number | null
  region_role: string
  primary_region: string | null
  /** How the key stands to rotating by itself. */
  rotation: string
  /** MAC of all other columns; null until the store is guarded. */
  mac: Uint8Array | null
}

interface KeyCountersTable {
  project_id: string
  last_number: number
}

interface KeyTalliesTable {
  project_id: string
  spec: string
  state: string
  is_default: number
  rotation: string
  /** 1 where they have rotated, otherwise 0. */
  rotated: number
  keys: number
}

interface KeyVersionsTable {
  key_id: string
  version: number
  material_id: string
  origin: string
  /** Empty while the material is gone. */
  wrapped_material: Uint8Array
  created_at: number
  /** Keyed digest of imported material, by which it is known again. */
  fingerprint: Uint8Array | null
  expires_at: number | null
  /** MAC of all other columns; null until the store is guarded. */
  mac: Uint8Array | null
}

interface RotationEventsTable {
  key_id: string
  to_version: number
  project_id: string
  from_version: number
  cause: string
  actor: string
  at: number
  due_at: number | null
}

/** How many rotations there are on a day. */
interface RotationDaysTable {
  project_id: string
  /** When it begins, UTC. */
  day: number
  due: number
  done: number
  late: number
}

interface DestroyedKeysTable {
  id: string
  project_id: string
  destroyed_at: number
  /** From here on null where the key was destroyed by an older version. */
  tenant_id: string | null
  alias: string | null
  spec: string | null
  origin: string | null
  created_at: number | null
  primary_version: number | null
  rotation_count: number | null
  last_rotation_at: number | null
}

interface CheckpointsTable {
  chain: string
  count: number
  head: Uint8Array
  signature: Uint8Array
  at: number
}

interface AuditChainsTable {
  chain: string
  /** Node and thread, `NODE/SLOT`. */
  place: string
}

interface WaitingMaterialsTable {
  key_id: string
  version: number
  material_id: string
  wrapped_material: Uint8Array
  fingerprint: Uint8Array
  expires_at: number | null
  created_at: number
}

interface GrantsTable {
  number: Generated<number>
  id: string
  key_id: string
  project_id: string
  name: string | null
  grantee: string
  grantee_kind: string
  /** Names with commas between them. */
  operations: string
  retiring: string | null
  issuing: string
  created_at: number
}

interface AliasesTable {
  number: Generated<number>
  project_id: string
  alias: string
  key_id: string
  created_at: number
  updated_at: number
}

interface TagsTable {
  key_id: string
  name: string
  value: string
  project_id: string
  key_number: number
}

interface TagTalliesTable {
  project_id: string
  name: string
  value: string
  keys: number
}

/** How many keys have a tag of this name, whatever its value. */
interface TagNameTalliesTable {
  project_id: string
  name: string
  keys: number
}

/** How many grants somebody may retire. */
interface RetiringTalliesTable {
  principal: string
  grants: number
}

interface KeyPoliciesTable {
  id: string
  project_id: string
  keyspace_id: string
  name: string
  document: string
  description: string
  created_by: string
  created_at: number
  modified_at: number
  accessed_at: number
}

interface AccessPointsTable {
  id: string
  project_id: string
  keyspace_id: string
  name: string
  kind: string
  enabled: number
  /** PEM. */
  public_key: string | null
  cluster_id: string | null
  description: string
  wrapped_private_key: Uint8Array | null
  created_by: string
  created_at: number
  modified_at: number
}

interface KeystoresTable {
  number: Generated<number>
  id: string
  project_id: string
  tenant_id: string
  alias: string
  kind: string
  cluster_id: string
  enabled: number
  created_at: number
}

interface PinsTable {
  digest: Uint8Array
  project_id: string
  keystore_id: string
  used: number
  created_at: number
}

interface ReplicasTable {
  key_id: string
  region: string
  peer_project_id: string
  peer_key_id: string
  synced_version: number
}

interface PendingSyncsTable {
  key_id: string
  since: number
}

interface OutboxEventsTable {
  id: string
  type: string
  key_id: string
  /** JSON. */
  body: string
  created_at: number
  /** When somebody may take it up; null once it was delivered, or when nobody wants it. */
  next_at: number | null
  attempts: number
  last_error: string | null
  /** Until when it is known again; null: it goes when it is delivered. */
  keep_until: number | null
}

/** Until where notice was given, of each kind. */
interface NoticePlacesTable {
  name: string
  due_at: number
  key_id: string
  version: number
}

/** Keys whose due time was moved to where notice may have been given already. */
interface DueMovesTable {
  number: Generated<number>
  type: string
  key_id: string
  version: number
  at: number
}
