import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { ColumnTypes } from '../engine.ts'
import type { Database } from '../schema.ts'

/**
 * Changes of rotation settings, and what is known of a key once it is destroyed. A store that has keys
 * already notes since when changes are kept: what was before, nobody knows any more.
 */
export async function rotationSettings(db: Kysely<Database>, types: ColumnTypes): Promise<void> {
  const { text, integer } = types
  const statements: readonly RawBuilder<unknown>[] = [
    sql`create table rotation_settings (
      key_id ${text} not null,
      number ${integer} not null,
      project_id ${text} not null,
      at ${integer} not null,
      actor ${text},
      interval_before ${integer},
      uses_before ${integer},
      bytes_before ${integer},
      interval_after ${integer},
      uses_after ${integer},
      bytes_after ${integer},
      primary key (key_id, number))`,
    sql`alter table destroyed_keys add column tenant_id ${text}`,
    sql`alter table destroyed_keys add column alias ${text}`,
    sql`alter table destroyed_keys add column spec ${text}`,
    sql`alter table destroyed_keys add column origin ${text}`,
    sql`alter table destroyed_keys add column created_at ${integer}`,
    sql`alter table destroyed_keys add column primary_version ${integer}`,
    sql`alter table destroyed_keys add column rotation_count ${integer}`,
    sql`alter table destroyed_keys add column last_rotation_at ${integer}`,
    sql`insert into meta (name, value)
      select 'rotation-settings-since', cast(applied_at as text) from migrations
        where name = '0011-rotation-settings' and exists (select 1 from keys)`,
  ]
  for (const statement of statements) await statement.execute(db)
}
