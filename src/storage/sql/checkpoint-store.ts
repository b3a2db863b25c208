import type { Kysely, Selectable } from 'kysely'
import type { EpochMs } from '../../core/time.ts'
import type { AuditCheckpoint, CheckpointStore } from '../../ports/audit-log.ts'
import { withStorage } from '../../ports/storage-error.ts'
import type { Database } from './schema.ts'

/** Checkpoints of audit chains in SQL. */
export function sqlCheckpointStore(db: Kysely<Database>): CheckpointStore {
  return {
    register: (chain, place) =>
      withStorage('registering an audit chain', async () => {
        await db
          .insertInto('audit_chains')
          .values({ chain, place })
          .onConflict((conflict) => conflict.column('chain').doUpdateSet({ place }))
          .execute()
      }),
    chainsOf: (place) =>
      withStorage('reading audit chains', async () => {
        const rows = await db
          .selectFrom('audit_chains')
          .select('chain')
          .where('place', '=', place)
          .orderBy('chain')
          .execute()
        return rows.map(({ chain }) => chain)
      }),
    put: ({ chain, count, head, signature, at }) =>
      withStorage('writing an audit checkpoint', async () => {
        await db
          .insertInto('checkpoints')
          .values({ chain, count, head, signature, at })
          .onConflict((conflict) => conflict.doNothing())
          .execute()
      }),
    newest: (chain) =>
      withStorage('reading audit checkpoints', async () => {
        const row = await db
          .selectFrom('checkpoints')
          .selectAll()
          .where('chain', '=', chain)
          .orderBy('count', 'desc')
          .limit(1)
          .executeTakeFirst()
        return row && toCheckpoint(row)
      }),
    list: (chain) =>
      withStorage('reading audit checkpoints', async () => {
        const rows = await db
          .selectFrom('checkpoints')
          .selectAll()
          .where('chain', '=', chain)
          .orderBy('count')
          .execute()
        return rows.map(toCheckpoint)
      }),
  }
}

function toCheckpoint(row: Selectable<Database['checkpoints']>): AuditCheckpoint {
  return { ...row, at: row.at as EpochMs }
}
