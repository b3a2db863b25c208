import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { ColumnTypes } from '../engine.ts'
import type { Database } from '../schema.ts'

/** Which node and thread an audit chain belongs to. The chains there are were of the only one. */
export async function auditChains(db: Kysely<Database>, types: ColumnTypes): Promise<void> {
  const { text } = types
  const statements: readonly RawBuilder<unknown>[] = [
    sql`create table audit_chains (chain ${text} not null primary key, place ${text} not null)`,
    sql`create index audit_chains_place on audit_chains (place, chain)`,
    sql`insert into audit_chains (chain, place) select distinct chain, 'local/0' from checkpoints`,
  ]
  for (const statement of statements) await statement.execute(db)
}
