import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { ColumnTypes } from '../engine.ts'
import type { Database } from '../schema.ts'

/**
 * Grants, aliases, tags, imported material, key policies, access points, key stores, PINs, regions.
 * What belongs to a key goes with it.
 */
export async function wholeApi(db: Kysely<Database>, types: ColumnTypes): Promise<void> {
  const { text, integer, bytes, serial } = types
  const ofKey = sql`key_id ${text} not null references keys (id) on delete cascade`
  const statements: readonly RawBuilder<unknown>[] = [
    sql`alter table keys add column material_expires_at ${integer}`,
    sql`alter table keys add column region_role ${text} not null default 'single'`,
    sql`alter table keys add column primary_region ${text}`,
    sql`alter table key_versions add column fingerprint ${bytes}`,
    sql`alter table key_versions add column expires_at ${integer}`,
    sql`create index key_versions_expiry on key_versions (expires_at)
      where expires_at is not null`,
    sql`create table waiting_materials (
      key_id ${text} not null primary key references keys (id) on delete cascade,
      version ${integer} not null,
      material_id ${text} not null,
      wrapped_material ${bytes} not null,
      fingerprint ${bytes} not null,
      expires_at ${integer},
      created_at ${integer} not null)`,

    sql`create table grants (
      number ${serial},
      id ${text} not null unique,
      ${ofKey},
      project_id ${text} not null,
      name ${text},
      grantee ${text} not null,
      grantee_kind ${text} not null,
      operations ${text} not null,
      retiring ${text},
      issuing ${text} not null,
      created_at ${integer} not null)`,
    sql`create index grants_key on grants (key_id, number)`,
    sql`create index grants_grantee on grants (grantee, number)`,
    sql`create index grants_retiring on grants (retiring, number) where retiring is not null`,

    sql`create table aliases (
      number ${serial},
      project_id ${text} not null,
      alias ${text} not null,
      ${ofKey},
      created_at ${integer} not null,
      updated_at ${integer} not null,
      unique (project_id, alias))`,
    sql`create index aliases_key on aliases (key_id, number)`,
    sql`create index aliases_project on aliases (project_id, number)`,

    sql`create table tags (
      ${ofKey},
      name ${text} not null,
      value ${text} not null,
      project_id ${text} not null,
      key_number ${integer} not null,
      primary key (key_id, name))`,
    sql`create index tags_project on tags (project_id, name, value, key_number)`,

    sql`create table key_policies (
      id ${text} not null primary key,
      project_id ${text} not null,
      keyspace_id ${text} not null,
      name ${text} not null,
      document ${text} not null,
      description ${text} not null,
      created_by ${text} not null,
      created_at ${integer} not null,
      modified_at ${integer} not null,
      accessed_at ${integer} not null)`,
    sql`create index key_policies_page on key_policies (project_id, keyspace_id, id)`,
    sql`create table access_points (
      id ${text} not null primary key,
      project_id ${text} not null,
      keyspace_id ${text} not null,
      name ${text} not null,
      kind ${text} not null,
      enabled ${integer} not null,
      public_key ${text},
      cluster_id ${text},
      description ${text} not null,
      wrapped_private_key ${bytes},
      created_by ${text} not null,
      created_at ${integer} not null,
      modified_at ${integer} not null)`,
    sql`create index access_points_page on access_points (project_id, keyspace_id, id)`,

    sql`create table keystores (
      number ${serial},
      id ${text} not null unique,
      project_id ${text} not null,
      tenant_id ${text} not null,
      alias ${text} not null,
      kind ${text} not null,
      cluster_id ${text} not null,
      enabled ${integer} not null,
      created_at ${integer} not null,
      unique (project_id, alias))`,
    sql`create index keystores_page on keystores (project_id, number)`,
    sql`create index keys_keystore on keys (keystore_id, number) where keystore_id <> '0'`,
    sql`create table pins (
      digest ${bytes} not null primary key,
      project_id ${text} not null,
      keystore_id ${text} not null,
      used ${integer} not null,
      created_at ${integer} not null)`,

    sql`create table replicas (
      ${ofKey},
      region ${text} not null,
      peer_project_id ${text} not null,
      peer_key_id ${text} not null,
      synced_version ${integer} not null,
      primary key (key_id, region))`,
    sql`create index replicas_peer_key on replicas (peer_key_id)`,
    sql`create table pending_syncs (
      key_id ${text} not null primary key references keys (id) on delete cascade, since ${integer} not null)`,
    sql`create index pending_syncs_since on pending_syncs (since)`,
  ]
  for (const statement of statements) await statement.execute(db)
}
