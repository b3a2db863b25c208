import { type Kysely, sql } from 'kysely'
import type { ColumnTypes } from '../engine.ts'
import type { Database } from '../schema.ts'

/** Room for the MACs of keys and versions. They are computed when the root key is there. */
export async function rowMacs(db: Kysely<Database>, { bytes }: ColumnTypes): Promise<void> {
  await sql`alter table keys add column mac ${bytes}`.execute(db)
  await sql`alter table key_versions add column mac ${bytes}`.execute(db)
}
