import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { ColumnTypes } from '../engine.ts'
import type { Database } from '../schema.ts'

/** The first tables. Never edited after release: what comes later is another migration. */
export async function begin(db: Kysely<Database>, types: ColumnTypes): Promise<void> {
  const { text, integer, bytes, serial } = types
  const statements: readonly RawBuilder<unknown>[] = [
    sql`create table meta (name ${text} not null primary key, value ${text} not null)`,
    sql`create table changes (
      number ${serial}, kind ${text} not null, id ${text} not null, at ${integer} not null)`,
    sql`create index changes_at on changes (at)`,

    sql`create table tenants (id ${text} not null primary key, name ${text} not null unique)`,
    sql`create table projects (
      id ${text} not null primary key,
      tenant_id ${text} not null references tenants (id),
      name ${text} not null,
      unique (tenant_id, name))`,
    sql`create index projects_name on projects (name)`,
    sql`create table users (
      id ${text} not null primary key,
      tenant_id ${text} not null references tenants (id),
      name ${text} not null,
      password_hash ${text},
      enabled ${integer} not null,
      default_project_id ${text} references projects (id),
      tokens_valid_from ${integer} not null,
      unique (tenant_id, name))`,
    sql`create table access_keys (
      id ${text} not null primary key,
      user_id ${text} not null references users (id),
      wrapped_secret ${bytes} not null,
      enabled ${integer} not null,
      created_at ${integer} not null)`,
    sql`create index access_keys_user on access_keys (user_id)`,
    sql`create table policies (
      tenant_id ${text} not null references tenants (id),
      name ${text} not null,
      document ${text} not null,
      primary key (tenant_id, name))`,
    sql`create table assignments (
      user_id ${text} not null references users (id),
      project_id ${text} not null,
      role ${text} not null,
      primary key (user_id, project_id, role))`,
    sql`create table revoked_tokens (
      token_id ${text} not null primary key, expires_at ${integer} not null)`,
    sql`create index revoked_tokens_expiry on revoked_tokens (expires_at)`,

    sql`create table keys (
      id ${text} not null primary key,
      project_id ${text} not null,
      number ${integer} not null,
      tenant_id ${text} not null,
      alias ${text} not null,
      description ${text} not null,
      spec ${text} not null,
      usage ${text} not null,
      origin ${text} not null,
      is_default ${integer} not null,
      enterprise_project_id ${text} not null,
      keystore_id ${text} not null,
      state ${text} not null,
      delete_at ${integer},
      cancelled_to ${text},
      created_at ${integer} not null,
      primary_version ${integer},
      rotation_interval ${integer},
      rotation_period_start ${integer},
      next_rotation_at ${integer},
      rotation_count ${integer} not null,
      last_rotation_at ${integer},
      revision ${integer} not null)`,
    sql`create unique index keys_alias on keys (project_id, alias)`,
    sql`create unique index keys_number on keys (project_id, number)`,
    sql`create index keys_spec on keys (project_id, spec, number)`,
    sql`create index keys_state on keys (project_id, state, number)`,
    sql`create index keys_spec_state on keys (project_id, spec, state, number)`,
    sql`create index keys_next_rotation on keys (next_rotation_at)
      where next_rotation_at is not null`,
    sql`create index keys_delete on keys (delete_at) where delete_at is not null`,
    sql`create table key_counters (
      project_id ${text} not null primary key, last_number ${integer} not null)`,
    sql`create table key_tallies (
      project_id ${text} not null,
      spec ${text} not null,
      state ${text} not null,
      is_default ${integer} not null,
      keys ${integer} not null,
      primary key (project_id, spec, state, is_default))`,
    sql`create table key_versions (
      key_id ${text} not null references keys (id),
      version ${integer} not null,
      material_id ${text} not null,
      origin ${text} not null,
      wrapped_material ${bytes} not null,
      created_at ${integer} not null,
      primary key (key_id, version))`,
    sql`create table rotation_events (
      key_id ${text} not null,
      to_version ${integer} not null,
      project_id ${text} not null,
      from_version ${integer} not null,
      cause ${text} not null,
      actor ${text} not null,
      at ${integer} not null,
      due_at ${integer},
      primary key (key_id, to_version))`,
    sql`create table destroyed_keys (
      id ${text} not null primary key,
      project_id ${text} not null,
      destroyed_at ${integer} not null)`,

    sql`create table checkpoints (
      chain ${text} not null,
      count ${integer} not null,
      head ${bytes} not null,
      signature ${bytes} not null,
      at ${integer} not null,
      primary key (chain, count))`,
  ]
  for (const statement of statements) await statement.execute(db)
}
