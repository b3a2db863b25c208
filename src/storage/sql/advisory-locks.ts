import { type Kysely, sql } from 'kysely'
import { engineOf } from './engine.ts'

/**
 * First numbers of the advisory locks, "KTR" and a digit: other programs in the database use others.
 * The second number says what is locked.
 */
const SPACE = 0x4b545230
const LOCKS = { changeLog: [SPACE, 1], migrations: [SPACE, 2], copy: [SPACE, 3] } as const
/** What may be locked by name, each kind in numbers of its own. */
const NAMED = { work: SPACE + 1, grantee: SPACE + 2 } as const

/** Two numbers that name an advisory lock of PostgreSQL. */
export type AdvisoryLock = readonly [space: number, number: number]

/** The lock of something that there is one of. */
export function lockOf(what: keyof typeof LOCKS): AdvisoryLock {
  return LOCKS[what]
}

/** The lock of a name. Two names may share one: then one waits for the other without need. */
export function lockOfName(kind: keyof typeof NAMED, name: string): AdvisoryLock {
  let hash = 0x811c9dc5
  for (const byte of new TextEncoder().encode(name)) hash = Math.imul(hash ^ byte, 0x01000193)
  return [NAMED[kind], hash | 0]
}

/**
 * Holds a lock until the transaction ends. On SQLite the transaction holds the only write lock there
 * is already.
 */
export async function holdLock<Tables>(
  transaction: Kysely<Tables>,
  [space, number]: AdvisoryLock,
): Promise<void> {
  if (engineOf(transaction) !== 'postgres') return
  await sql`select pg_advisory_xact_lock(${sql.lit(space)}, ${sql.lit(number)})`.execute(
    transaction,
  )
}
