import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { ColumnTypes } from '../engine.ts'
import type { Database } from '../schema.ts'

/**
 * Events on their way out; how far notice was given of what is due; and keys whose due time was moved
 * to before that place. Material that expires is read on from a place, too.
 */
export async function events(db: Kysely<Database>, types: ColumnTypes): Promise<void> {
  const { text, integer, serial } = types
  const statements: readonly RawBuilder<unknown>[] = [
    sql`create table outbox_events (
      id ${text} not null primary key,
      type ${text} not null,
      key_id ${text} not null,
      body ${text} not null,
      created_at ${integer} not null,
      next_at ${integer},
      attempts ${integer} not null,
      last_error ${text},
      keep_until ${integer})`,
    sql`create index outbox_events_next on outbox_events (next_at) where next_at is not null`,
    sql`create index outbox_events_age on outbox_events (created_at) where next_at is not null`,
    sql`create index outbox_events_kept on outbox_events (keep_until) where next_at is null`,
    sql`create table notice_places (
      name ${text} not null primary key,
      due_at ${integer} not null,
      key_id ${text} not null,
      version ${integer} not null)`,
    sql`drop index key_versions_expiry`,
    sql`create index key_versions_expiry on key_versions (expires_at, key_id, version)
      where expires_at is not null`,
    sql`create table due_moves (
      number ${serial},
      type ${text} not null,
      key_id ${text} not null,
      version ${integer} not null,
      at ${integer} not null)`,
  ]
  for (const statement of statements) await statement.execute(db)
}
