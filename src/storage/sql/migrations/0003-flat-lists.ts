import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { ColumnTypes } from '../engine.ts'
import type { Database } from '../schema.ts'

/**
 * What lets lists and counts cost the same at a million keys: how often each tag occurs, how many
 * grants somebody may retire, and an index for each filter that read more than it answered.
 */
export async function flatLists(db: Kysely<Database>, types: ColumnTypes): Promise<void> {
  const { text, integer } = types
  const statements: readonly RawBuilder<unknown>[] = [
    sql`create table tag_tallies (
      project_id ${text} not null,
      name ${text} not null,
      value ${text} not null,
      keys ${integer} not null,
      primary key (project_id, name, value))`,
    sql`insert into tag_tallies (project_id, name, value, keys)
      select project_id, name, value, count(*) from tags group by project_id, name, value`,
    sql`create table tag_name_tallies (
      project_id ${text} not null,
      name ${text} not null,
      keys ${integer} not null,
      primary key (project_id, name))`,
    sql`insert into tag_name_tallies (project_id, name, keys)
      select project_id, name, count(*) from tags group by project_id, name`,
    sql`create index tags_name on tags (project_id, name, key_number)`,

    sql`create table retiring_tallies (
      principal ${text} not null primary key, grants ${integer} not null)`,
    sql`insert into retiring_tallies (principal, grants)
      select retiring, count(*) from grants where retiring is not null group by retiring`,

    sql`create index keys_enterprise on keys (project_id, enterprise_project_id, number)
      where enterprise_project_id <> '0'`,
    sql`create index keys_enterprise_spec on keys (project_id, enterprise_project_id, spec, number)
      where enterprise_project_id <> '0'`,
    sql`create index keys_enterprise_state on keys (project_id, enterprise_project_id, state, number)
      where enterprise_project_id <> '0'`,
    sql`create index keys_enterprise_spec_state
      on keys (project_id, enterprise_project_id, spec, state, number)
      where enterprise_project_id <> '0'`,
    sql`create index key_versions_imported on key_versions (key_id, version)
      where fingerprint is not null`,
    sql`create index aliases_page on aliases (project_id, key_id, number)`,
    sql`create index pins_keystore on pins (keystore_id)`,
    sql`create index assignments_role on assignments (role, user_id)`,
  ]
  for (const statement of statements) await statement.execute(db)
}
