import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { ColumnTypes } from '../engine.ts'
import type { Database } from '../schema.ts'

/** How much versions protected, in bytes; how much they may; and which of them have reached that. */
export async function rotationLimits(db: Kysely<Database>, types: ColumnTypes): Promise<void> {
  const { text, integer } = types
  const statements: readonly RawBuilder<unknown>[] = [
    sql`alter table key_usage add column protect_bytes ${integer} not null default 0`,
    sql`create table rotation_limits (
      key_id ${text} not null primary key references keys (id) on delete cascade,
      max_uses ${integer},
      max_bytes ${integer},
      reached_version ${integer},
      reached_at ${integer})`,
    sql`create index rotation_limits_reached on rotation_limits (reached_at, key_id)
      where reached_at is not null`,
  ]
  for (const statement of statements) await statement.execute(db)
}
