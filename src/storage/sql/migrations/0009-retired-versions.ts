import { type Kysely, sql } from 'kysely'
import type { ColumnTypes } from '../engine.ts'
import type { Database } from '../schema.ts'

/** Versions that open nothing until they are restored. */
export async function retiredVersions(db: Kysely<Database>, types: ColumnTypes): Promise<void> {
  const { text, integer } = types
  await sql`create table retired_versions (
    key_id ${text} not null references keys (id) on delete cascade,
    version ${integer} not null,
    retired_at ${integer} not null,
    retired_by ${text} not null,
    note ${text} not null,
    primary key (key_id, version))`.execute(db)
}
