import { setTimeout as sleep } from 'node:timers/promises'
import type { Kysely, SelectQueryBuilder, Transaction } from 'kysely'
import type { KeyId } from '../../core/ids.ts'
import type { StoredKey } from '../../ports/key-store.ts'
import { engineOf } from './engine.ts'
import type { Database } from './schema.ts'

// Transactions are right under READ COMMITTED with writers beside each other: what one judges by it
// has locked first, or it writes in a way that loses nothing. Locks are taken in this order, so that
// nobody waits in a circle: names (advisory) → counter of the project → key store → key → what hangs
// on the key → tallies, by their states → the change log, last of all.

/** How often a transaction is tried that another one made impossible. */
const ATTEMPTS = 6
const MAX_PAUSE_MS = 40
/** `serialization_failure` and `deadlock_detected`. Source: PostgreSQL documentation, appendix A. */
const LOST_TO_ANOTHER: readonly unknown[] = ['40001', '40P01']

class Undone<T> extends Error {
  readonly answer: T

  constructor(answer: T) {
    super('a transaction that changes nothing')
    this.answer = answer
  }
}

/**
 * Does `work` in a transaction. If the database ended it in favour of another one, the whole of it
 * is done again, so it must have no effect elsewhere.
 *
 * @param work Its second argument undoes what it did and gives an answer nevertheless.
 */
export function inTransaction<T>(
  db: Kysely<Database>,
  work: (transaction: Transaction<Database>, undo: (answer: T) => never) => Promise<T>,
): Promise<T> {
  const undo = (answer: T): never => {
    throw new Undone(answer)
  }
  return triedAgain(async () => {
    try {
      return await db.transaction().execute((transaction) => work(transaction, undo))
    } catch (error) {
      if (error instanceof Undone) return error.answer as T // only `undo` makes one
      throw error
    }
  })
}

/** Does a statement of many rows again when it lost them to another one. */
export async function triedAgain<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined
      if (attempt === ATTEMPTS || !LOST_TO_ANOTHER.includes(code)) throw error
      await sleep(Math.random() * MAX_PAUSE_MS)
    }
  }
}

/**
 * A query that locks what it finds until the transaction ends. On SQLite the transaction holds the
 * only write lock there is already.
 */
export function locking<Table extends keyof Database, Row>(
  transaction: Transaction<Database>,
  query: SelectQueryBuilder<Database, Table, Row>,
): SelectQueryBuilder<Database, Table, Row> {
  return engineOf(transaction) === 'postgres' ? query.forUpdate() : query
}

/** Makes changes to a key, and to what hangs on it, wait for each other; false when it is gone. */
export async function lockKey(transaction: Transaction<Database>, keyId: KeyId): Promise<boolean> {
  const query = transaction.selectFrom('keys').select('id').where('id', '=', keyId)
  return (await locking(transaction, query).executeTakeFirst()) !== undefined
}

/** As {@link lockKey}, and tells whether the key is still as it was seen. */
export async function lockSeen(
  transaction: Transaction<Database>,
  { key, revision }: Pick<StoredKey, 'key' | 'revision'>,
): Promise<'as-seen' | 'stale' | 'gone'> {
  const query = transaction.selectFrom('keys').select(['id', 'revision']).where('id', '=', key.id)
  const row = await locking(transaction, query).executeTakeFirst()
  if (row === undefined) return 'gone'
  return row.revision === revision ? 'as-seen' : 'stale'
}
