import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { ProjectId, TenantId } from '../../src/core/ids.ts'
import type { EpochMs } from '../../src/core/time.ts'
import { rootKeyFrom } from '../../src/crypto/root-key.ts'
import { SecretBytes } from '../../src/crypto/secret-bytes.ts'
import type { Database } from '../../src/storage/sql/schema.ts'
import { type Filled, fillStore, recountKeys } from './fill-store.ts'

/** The project that all is in, and its tenant. */
export const PROJECT = 'project-0' as ProjectId
/** Tenant of {@link PROJECT}. */
export const TENANT = 'tenant-0' as TenantId
/** The time at which everything is asked; the rotation of every key is due then. */
export const NOW = Date.parse('2026-06-01T00:00:00Z') as EpochMs
/** How many things are rare: the last keys, expired tokens, old changes. */
export const RARE = 10
/** Key space of policies and access points. */
export const KEYSPACE = 'space'

/**
 * Fills every table with some `rows` rows: keys with all that hangs on them, and as many tenants,
 * users, grants, changes. What filters are to find stands at the end, behind all that they are not to read.
 *
 * @param bytesType What the engine calls a column of bytes.
 */
export async function crowd(
  db: Kysely<Database>,
  bytesType: 'blob' | 'bytea',
  rows: number,
): Promise<Filled> {
  const filled = await fillStore(db, {
    projectId: PROJECT,
    tenantId: TENANT,
    root: rootKeyFrom(SecretBytes.random(32)),
    keys: rows,
    taggedShare: 0.5,
    dueAt: NOW,
    versions: Math.max(2 * RARE, rows / 10),
  })
  const rare = rows - RARE
  const i = sql.ref('numbers.i')
  const named = (prefix: string) => sql`${sql.lit(prefix)} || ${i}`
  const now = sql.lit(NOW)
  const bytes = sql`cast(${named('bytes-')} as ${sql.raw(bytesType)})`
  const key = sql`(select id from keys where project_id = ${sql.lit(PROJECT)} and number = ${i} + 1)`
  const project = sql.lit(PROJECT)
  const old = sql`case when ${i} < ${sql.lit(RARE)} then 1 else ${now} + 1 end`

  const halfOf = (one: RawBuilder<unknown>, others: RawBuilder<unknown>) =>
    sql`case when ${i} % 2 = 0 then ${one} else ${others} end`

  const fill = (table: string, columns: Readonly<Record<string, RawBuilder<unknown>>>) =>
    sql`with recursive numbers (i) as (
        select 0 union all select i + 1 from numbers where i + 1 < ${sql.lit(rows)})
      insert into ${sql.table(table)} (${sql.join(Object.keys(columns).map((name) => sql.ref(name)))})
      select ${sql.join(Object.values(columns))} from numbers where true`.execute(db)

  await fill('tenants', { id: named('tenant-'), name: named('tenant-') })
  await fill('projects', {
    id: named('project-'),
    tenant_id: named('tenant-'),
    name: named('project-'),
  })
  await fill('users', {
    id: named('user-'),
    tenant_id: named('tenant-'),
    name: named('user-'),
    enabled: sql`1`,
    tokens_valid_from: sql`0`,
  })
  await fill('access_keys', {
    id: named('access-key-'),
    user_id: named('user-'),
    wrapped_secret: bytes,
    enabled: sql`1`,
    created_at: now,
  })
  await fill('assignments', { user_id: named('user-'), project_id: sql`''`, role: named('role-') })
  await fill('policies', { tenant_id: named('tenant-'), name: sql`'policy'`, document: sql`'{}'` })
  await fill('revoked_tokens', { token_id: named('token-'), expires_at: old })
  await fill('changes', { kind: sql`'key'`, id: named('key-'), at: old })
  await fill('destroyed_keys', {
    id: named('destroyed-'),
    project_id: project,
    destroyed_at: now,
  })
  await fill('checkpoints', {
    chain: sql`case when ${i} < ${sql.lit(RARE)} then 'first' else 'second' end`,
    count: i,
    head: bytes,
    signature: bytes,
    at: now,
  })
  await fill('audit_chains', { chain: named('chain-'), place: named('node-') })
  await fill('key_counters', { project_id: named('counted-'), last_number: sql`1` })
  await fill('grants', {
    id: named('grant-'),
    key_id: key,
    project_id: project,
    grantee: named('grantee-'),
    grantee_kind: sql`'user'`,
    operations: sql`'describe-key'`,
    retiring: halfOf(sql`'everybody'`, named('retirer-')),
    issuing: sql`'user-0'`,
    created_at: now,
  })
  await fill('retiring_tallies', { principal: named('retirer-'), grants: sql`1` })
  const tally = db.insertInto('retiring_tallies')
  await tally.values({ principal: 'everybody', grants: rows / 2 }).execute()
  await fill('aliases', {
    project_id: halfOf(project, named('project-')),
    alias: named('alias-'),
    key_id: key,
    created_at: now,
    updated_at: now,
  })
  await fill('keystores', {
    id: named('keystore-'),
    project_id: named('project-'),
    tenant_id: named('tenant-'),
    alias: sql`'keystore'`,
    kind: sql`'DHSM'`,
    cluster_id: sql`'cluster'`,
    enabled: sql`0`,
    created_at: now,
  })
  await fill('pins', {
    digest: bytes,
    project_id: project,
    keystore_id: named('keystore-'),
    used: sql`0`,
    created_at: now,
  })
  const ofSpace = { project_id: project, keyspace_id: sql.lit(KEYSPACE), name: sql`'name'` }
  const made = { created_by: sql`'user-0'`, created_at: now, modified_at: now }
  const policy = { document: sql`'{}'`, description: sql`''`, accessed_at: now }
  await fill('key_policies', { id: named('policy-'), ...ofSpace, ...policy, ...made })
  const point = { kind: sql`'custom'`, enabled: sql`1`, description: sql`''` }
  await fill('access_points', { id: named('point-'), ...ofSpace, ...point, ...made })
  await fill('replicas', {
    key_id: key,
    region: sql`'elsewhere'`,
    peer_project_id: sql`'peer'`,
    peer_key_id: named('peer-'),
    synced_version: sql`1`,
  })
  await fill('pending_syncs', { key_id: key, since: now })
  await fill('outbox_events', {
    id: named('event-'),
    type: sql`'key.rotated'`,
    key_id: key,
    body: sql`'{}'`,
    created_at: now,
    next_at: halfOf(now, sql`null`),
    attempts: sql`0`,
    keep_until: halfOf(sql`null`, now),
  })
  await fill('rotation_limits', {
    key_id: key,
    max_uses: sql`1000`,
    reached_version: halfOf(sql`1`, sql`null`),
    reached_at: halfOf(now, sql`null`),
  })
  const change = { project_id: project, at: now, actor: sql`'user-0'`, interval_after: sql`30` }
  await fill('rotation_settings', { key_id: key, number: sql`1`, ...change })
  const { versioned } = filled
  if (versioned === undefined) throw new Error('the store lacks the key with many versions')
  await fill('rotation_settings', { key_id: sql`${versioned}`, number: sql`${i} + 2`, ...change })
  await fill('retired_versions', {
    key_id: key,
    version: sql`1`,
    retired_at: now,
    retired_by: sql`'user-0'`,
    note: sql`''`,
  })
  await fill('notice_places', {
    name: named('place-'),
    due_at: now,
    key_id: key,
    version: sql`0`,
  })
  await fill('due_moves', {
    type: sql`'key.rotation_upcoming'`,
    key_id: key,
    version: sql`0`,
    at: now,
  })
  await fill('waiting_materials', {
    key_id: key,
    version: sql`2`,
    material_id: named('material-'),
    wrapped_material: bytes,
    fingerprint: bytes,
    created_at: now,
  })
  await fill('tags', {
    key_id: key,
    name: sql`'serial'`,
    value: named('serial-'),
    project_id: project,
    key_number: sql`${i} + 1`,
  })
  await fill('tag_tallies', {
    project_id: project,
    name: sql`'serial'`,
    value: named('serial-'),
    keys: sql`1`,
  })
  await fill('tag_name_tallies', {
    project_id: named('project-'),
    name: sql`'elsewhere'`,
    keys: sql`1`,
  })
  await fill('key_usage', {
    key_id: key,
    version: sql`1`,
    protect_count: sql`1`,
    open_count: sql`1`,
    last_used_at: now,
  })
  await fill('rotation_days', {
    project_id: named('project of '),
    day: sql`0`,
    due: sql`1`,
    done: sql`1`,
    late: sql`0`,
  })
  await fill('meta', { name: named('fact-'), value: sql`''` })
  await db
    .insertInto('tag_name_tallies')
    .values([
      { project_id: PROJECT, name: 'serial', keys: rows },
      { project_id: PROJECT, name: 'rare', keys: RARE },
    ])
    .execute()

  const isRare = sql`project_id = ${project} and number > ${sql.lit(rare)} and number <= ${sql.lit(rows)}`
  await sql`update keys set enterprise_project_id = 'rare', spec = 'SM4', state = 'disabled',
    delete_at = ${now}, next_rotation_at = null where ${isRare}`.execute(db)
  await recountKeys(db, PROJECT)
  await sql`insert into tags (key_id, name, value, project_id, key_number)
    select id, 'rare', 'yes', project_id, number from keys where ${isRare}`.execute(db)
  await sql`insert into tag_tallies (project_id, name, value, keys)
    values (${PROJECT}, 'rare', 'yes', ${RARE})`.execute(db)
  await sql`update key_versions set expires_at = ${now}, fingerprint = wrapped_material
    where key_id in (select id from keys where ${isRare})`.execute(db)
  return filled
}
