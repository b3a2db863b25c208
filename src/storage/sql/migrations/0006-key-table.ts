import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { ColumnTypes } from '../engine.ts'
import type { Database } from '../schema.ts'

/**
 * What a table of a million keys and a calendar of their rotations are read from: how each key stands
 * to rotating by itself, counts by that and by day, an index for each order of the table, and how
 * often versions were used. One index of all that has few values takes the place of three.
 */
export async function keyTable(db: Kysely<Database>, types: ColumnTypes): Promise<void> {
  const { text, integer } = types
  const statements: readonly RawBuilder<unknown>[] = [
    sql`drop index keys_spec`,
    sql`drop index keys_state`,
    sql`drop index keys_spec_state`,
    sql`alter table keys add column rotation ${text} not null default 'none'`,
    sql`update keys set rotation = case when rotation_interval is null then 'off' else 'on' end
      where spec in ('AES_256', 'SM4') and origin = 'kms' and is_default = 0
        and region_role <> 'replica'`,
    sql`create index keys_class on keys (project_id, rotation, state, spec, number)`,
    sql`create index keys_next_rotation on keys (project_id, next_rotation_at, id)
      where next_rotation_at is not null`,
    sql`create index keys_last_rotation on keys (project_id, last_rotation_at, id)
      where last_rotation_at is not null`,
    sql`create index keys_never_rotated on keys (project_id, rotation, number)
      where last_rotation_at is null`,

    sql`drop table key_tallies`,
    sql`create table key_tallies (
      project_id ${text} not null,
      spec ${text} not null,
      state ${text} not null,
      is_default ${integer} not null,
      rotation ${text} not null,
      rotated ${integer} not null,
      keys ${integer} not null,
      primary key (project_id, spec, state, is_default, rotation, rotated))`,
    sql`insert into key_tallies (project_id, spec, state, is_default, rotation, rotated, keys)
      select project_id, spec, state, is_default, rotation,
          case when last_rotation_at is null then 0 else 1 end, count(*)
        from keys
        group by project_id, spec, state, is_default, rotation,
          case when last_rotation_at is null then 0 else 1 end`,

    sql`create table rotation_days (
      project_id ${text} not null,
      day ${integer} not null,
      due ${integer} not null,
      done ${integer} not null,
      late ${integer} not null,
      primary key (project_id, day))`,
    sql`insert into rotation_days (project_id, day, due, done, late)
      select project_id, day, sum(due), sum(done), sum(late) from (
          select project_id, next_rotation_at - next_rotation_at % 86400000 as day,
              1 as due, 0 as done, 0 as late
            from keys where next_rotation_at is not null
          union all
          select project_id, at - at % 86400000, 0, 1,
              case when at - due_at > 60000 then 1 else 0 end
            from rotation_events) as counted
        group by project_id, day`,
    sql`create index rotation_events_project on rotation_events (project_id, at, key_id, to_version)`,

    sql`create table key_usage (
      key_id ${text} not null references keys (id) on delete cascade,
      version ${integer} not null,
      protect_count ${integer} not null,
      open_count ${integer} not null,
      last_used_at ${integer} not null,
      primary key (key_id, version))`,
  ]
  for (const statement of statements) await statement.execute(db)
}
