import type { Kysely, Selectable } from 'kysely'
import type { EpochMs } from '../../core/time.ts'
import type { AuditCheckpoint, CheckpointStore } from '../../ports/audit-log.ts'
import { withStorage } from '../../ports/storage-error.ts'
import type { Database } from './schema.ts'

/** Checkpoints of audit chains in SQL. */
export function sqlCheckpointStore(db: Kysely<Database>): CheckpointStore {
  return {
    put: ({ chain, count, head, signature, at }) =>
      withStorage('writing an audit checkpoint', async () => {
        await db
          .insertInto('checkpoints')
          .values({ chain, count, head, signature, at })
          .onConflict((conflict) => conflict.doNothing())
          .execute()
      }),
    newest: () =>
      withStorage('reading audit checkpoints', async () => {
        // From the end of the primary key backwards, one row for each chain.
        const last = db
          .selectFrom('checkpoints')
          .selectAll()
          .orderBy('chain', 'desc')
          .orderBy('count', 'desc')
          .limit(1)
        const found: AuditCheckpoint[] = []
        let row = await last.executeTakeFirst()
        while (row !== undefined) {
          found.push(toCheckpoint(row))
          row = await last.where('chain', '<', row.chain).executeTakeFirst()
        }
        return found.reverse()
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
