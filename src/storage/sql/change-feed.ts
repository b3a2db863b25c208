import { type Kysely, sql, type Transaction } from 'kysely'
import type { Change, ChangeFeed, ChangeKind } from '../../ports/change-feed.ts'
import type { Clock } from '../../ports/clock.ts'
import { withStorage } from '../../ports/storage-error.ts'
import { holdLock, lockOf } from './advisory-locks.ts'
import { bulk, times } from './bulk.ts'
import { engineOf } from './engine.ts'
import { inBatches } from './in-batches.ts'
import type { Database } from './schema.ts'

/** What PostgreSQL notifies of when the change log has grown. */
export const CHANGES_CHANNEL = 'keyturn_changes'

/**
 * Writes a line to the change log, within the transaction of the change itself and as its very last
 * statement. Readers ask for numbers above the last one they saw, so a number must not become
 * visible before a smaller one. On PostgreSQL, where writers run beside each other, one therefore
 * holds a lock from before it takes its number until it has committed; whoever did more afterwards
 * would let all others wait, or wait with it for a lock of theirs.
 */
export async function logChange(
  db: Kysely<Database>,
  clock: Clock,
  kind: ChangeKind,
  id: string,
): Promise<void> {
  const at = clock.now()
  if (engineOf(db) === 'sqlite') {
    await db.insertInto('changes').values({ kind, id, at }).execute()
    return
  }
  const [space, number] = lockOf('changeLog')
  await sql`
    with locked as materialized (select pg_advisory_xact_lock(${sql.lit(space)}, ${sql.lit(number)}))
    insert into changes (kind, id, at) select ${kind}, ${id}, ${at}::bigint from locked
    returning pg_notify(${sql.lit(CHANGES_CHANNEL)}, '')`.execute(db)
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
  if (ids.length === 0) return
  const at = clock.now()
  await holdLock(transaction, lockOf('changeLog'))
  await insertChanges(
    transaction,
    ids.map((id) => [kind, id, at]),
  )
  if (engineOf(transaction) === 'postgres') {
    await sql`select pg_notify(${sql.lit(CHANGES_CHANNEL)}, '')`.execute(transaction)
  }
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
