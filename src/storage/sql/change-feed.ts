import type { Kysely, Transaction } from 'kysely'
import type { Change, ChangeFeed, ChangeKind } from '../../ports/change-feed.ts'
import type { Clock } from '../../ports/clock.ts'
import { withStorage } from '../../ports/storage-error.ts'
import { bulk, times } from './bulk.ts'
import { inBatches } from './in-batches.ts'
import type { Database } from './schema.ts'

/** Writes a line to the change log, within the transaction of the change itself. */
export async function logChange(
  db: Kysely<Database>,
  clock: Clock,
  kind: ChangeKind,
  id: string,
): Promise<void> {
  await db.insertInto('changes').values({ kind, id, at: clock.now() }).execute()
}

const insertChanges = bulk((db, rows) =>
  db
    .insertInto('changes')
    .values(times(rows, { kind: '', id: '', at: 0 }))
    .compile(),
)

/** As {@link logChange} for many; like it, the last thing that a transaction does. */
export async function logChanges(
  transaction: Transaction<Database>,
  clock: Clock,
  kind: ChangeKind,
  ids: readonly string[],
): Promise<void> {
  const at = clock.now()
  await insertChanges(
    transaction,
    ids.map((id) => [kind, id, at]),
  )
}

/** The change log in SQL. */
export function sqlChangeFeed(db: Kysely<Database>): ChangeFeed {
  return {
    latest: () =>
      withStorage('reading the change log', async () => {
        const row = await db
          .selectFrom('changes')
          .select('number')
          .orderBy('number', 'desc')
          .limit(1)
          .executeTakeFirst()
        return row?.number ?? 0
      }),
    since: (number, limit) =>
      withStorage('reading the change log', async () => {
        const rows = await db
          .selectFrom('changes')
          .select(['number', 'kind', 'id'])
          .where('number', '>', number)
          .orderBy('number')
          .limit(limit)
          .execute()
        return rows as Change[] // kinds are written by logChange alone
      }),
    forget: (time) =>
      withStorage('shortening the change log', () => {
        const newest = db.selectFrom('changes').select(({ fn }) => fn.max('number').as('number'))
        return inBatches((limit) => {
          const old = db
            .selectFrom('changes')
            .select('number')
            .where('at', '<', time)
            .where('number', '<', newest)
            .orderBy('at')
            .limit(limit)
          return db.deleteFrom('changes').where('number', 'in', old)
        })
      }),
  }
}
