import { type Kysely, sql } from 'kysely'
import type { ColumnTypes } from '../engine.ts'
import type { Database } from '../schema.ts'

/**
 * What is due is read in order of due time and id, so that a reader can go on where it stopped; keys
 * in tokens apart, because they are slow and may fail.
 */
export async function dueOrder(db: Kysely<Database>, _types: ColumnTypes): Promise<void> {
  for (const statement of [
    sql`drop index keys_next_rotation`,
    sql`drop index keys_delete`,
    sql`create index keys_due_rotation on keys (next_rotation_at, id)
      where next_rotation_at is not null and keystore_id = '0'`,
    sql`create index keys_due_rotation_token on keys (next_rotation_at, id)
      where next_rotation_at is not null and keystore_id <> '0'`,
    sql`create index keys_due_deletion on keys (delete_at, id)
      where delete_at is not null and keystore_id = '0'`,
    sql`create index keys_due_deletion_token on keys (delete_at, id)
      where delete_at is not null and keystore_id <> '0'`,
  ]) {
    await statement.execute(db)
  }
}
