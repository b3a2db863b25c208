import { type Kysely, sql, type Transaction } from 'kysely'
import type { KeyId } from '../../core/ids.ts'
import { isDeletionDue } from '../../core/key-state.ts'
import { type EpochMs, earliest } from '../../core/time.ts'
import type { Clock } from '../../ports/clock.ts'
import type { DuePlace, KeyHome, KeyStore, RotationStep, StoredKey } from '../../ports/key-store.ts'
import { withStorage } from '../../ports/storage-error.ts'
import { logChanges } from './change-feed.ts'
import { removeCounted } from './counted-dependants.ts'
import { destroyedRow, insertDestroyed } from './destroyed-keys.ts'
import {
  deleteKeys,
  deleteVersions,
  insertEvents,
  insertVersions,
  notePending,
  requireRotationOnly,
  rotatedRow,
  updateRotated,
} from './due-writes.ts'
import { engineOf } from './engine.ts'
import { keyColumns } from './key-rows.ts'
import { recount } from './key-tallies.ts'
import { writeOutgoing } from './outgoing-rows.ts'
import type { Database } from './schema.ts'
import { type StoredRows, VERSION_COLUMNS } from './stored-rows.ts'
import { inTransaction } from './transactions.ts'

type Queries = Pick<
  KeyStore,
  | 'dueForRotation'
  | 'dueForDeletion'
  | 'rotateDue'
  | 'destroyDue'
  | 'nextDueAt'
  | 'overdueRotations'
>
type DueColumn = 'next_rotation_at' | 'delete_at'

const HOMES = ['store', 'token'] as const satisfies readonly KeyHome[]
const START: DuePlace = { dueAt: -1 as EpochMs, keyId: '' as KeyId }

/**
 * Keys that fall due, in SQL. Each question is a stretch of an index in order of due time and id, and
 * goes on after a place: what cannot be done does not stand in the way of what can.
 *
 * A batch is one transaction. On PostgreSQL it locks the keys that it takes and passes over those
 * that are locked; on SQLite a transaction that writes is alone. So a key is in one hand at a time.
 */
export function dueKeys(db: Kysely<Database>, clock: Clock, stored: StoredRows): Queries {
  const due = (column: DueColumn, home: KeyHome, now: EpochMs, limit: number, after = START) =>
    stretch(db, column, home)
      .select(['id', `${column} as due_at`])
      .where(column, '<=', now)
      .where(({ eb, refTuple, tuple }) =>
        eb(refTuple(column, 'id'), '>', tuple(after.dueAt, after.keyId)),
      )
      .orderBy(column)
      .orderBy('id')
      .limit(limit)

  const placesOf =
    (column: DueColumn) => (home: KeyHome, now: EpochMs, limit: number, after?: DuePlace) =>
      withStorage('asking what is due', async () => {
        const rows = await due(column, home, now, limit, after).execute()
        return rows.map(toPlace)
      })

  /** Takes up keys, lets `work` write, and then the change log. */
  const batch = <T>(
    doing: string,
    column: DueColumn,
    now: EpochMs,
    limit: number,
    after: DuePlace | undefined,
    work: (transaction: Transaction<Database>, claimed: readonly StoredKey[]) => Promise<Done<T>>,
  ) =>
    withStorage(doing, () =>
      inTransaction(db, async (transaction) => {
        const query = due(column, 'store', now, limit, after).selectAll()
        // Who rotates keys leaves their ids alone: whoever writes what refers to a key is not in the way.
        const locked = column === 'delete_at' ? query.forUpdate() : query.forNoKeyUpdate()
        const claims = engineOf(db) === 'postgres' ? locked.skipLocked() : query
        const rows = await transaction.executeQuery(claims.compile()).then((result) => result.rows)
        const { done, changed } = await work(transaction, stored.undamaged(rows))
        await logChanges(transaction, clock, 'key', changed)
        const last = rows.length < limit ? undefined : rows.at(-1)
        return { done, claimed: rows.length, next: last && toPlace(last) }
      }),
    )

  return {
    dueForRotation: placesOf('next_rotation_at'),
    dueForDeletion: placesOf('delete_at'),

    rotateDue: (now, limit, step, after) =>
      batch(
        'rotating what is due',
        'next_rotation_at',
        now,
        limit,
        after,
        async (transaction, claimed) => {
          const steps: Rotated[] = []
          for (const seen of claimed) {
            const next = step(seen)
            if (next !== undefined) steps.push({ seen, ...next })
          }
          await writeRotations(transaction, clock, stored, steps)
          return { done: steps.map(({ event }) => event), changed: steps.map(({ key }) => key.id) }
        },
      ),

    destroyDue: (now, limit, after) =>
      batch(
        'destroying what is due',
        'delete_at',
        now,
        limit,
        after,
        async (transaction, claimed) => {
          const doomed = claimed.map(({ key }) => key).filter((key) => isDeletionDue(key, now))
          const ids = doomed.map(({ id }) => id)
          await removeCounted(transaction, doomed)
          await deleteVersions(
            transaction,
            ids.map((id) => [id]),
          )
          const deleted = await deleteKeys(
            transaction,
            ids.map((id) => [id]),
          )
          if (deleted !== ids.length) throw new Error(`deleted ${deleted} of ${ids.length} keys`)
          await insertDestroyed(
            transaction,
            doomed.map((key) => destroyedRow(key, now)),
          )
          await recount(
            transaction,
            doomed.map((key) => ({ before: key })),
          )
          return { done: doomed, changed: ids }
        },
      ),

    nextDueAt: (after = START.dueAt) =>
      withStorage('asking what is due next', async () => {
        const times: (EpochMs | undefined)[] = []
        for (const home of HOMES) {
          for (const column of ['next_rotation_at', 'delete_at'] as const) {
            const query = stretch(db, column, home)
              .select(`${column} as at`)
              .where(column, '>', after)
              .orderBy(column)
            times.push(toTime(await query.limit(1).executeTakeFirst()))
          }
        }
        const expiry = await db
          .selectFrom('key_versions')
          .select('expires_at as at')
          .where('expires_at', '>', after)
          .orderBy('expires_at')
          .limit(1)
          .executeTakeFirst()
        return earliest(...times, toTime(expiry))
      }),

    overdueRotations: (time, limit) =>
      withStorage('counting what is late', async () => {
        let late = 0
        for (const home of HOMES) {
          const found = stretch(db, 'next_rotation_at', home)
            .select('next_rotation_at')
            .where('next_rotation_at', '<', time)
            .orderBy('next_rotation_at')
            .limit(limit - late)
          const row = await db
            .selectFrom(found.as('c'))
            .select(({ fn }) => fn.countAll<number>().as('keys'))
            .executeTakeFirst()
          late += Number(row?.keys ?? 0)
        }
        return late
      }),
  }
}

interface Done<T> {
  readonly done: readonly T[]
  readonly changed: readonly KeyId[]
}

type Rotated = RotationStep & { readonly seen: StoredKey }

/** Keys with a due time in a column; said in the words of the index, so that planners know it. */
function stretch(db: Kysely<Database>, column: DueColumn, home: KeyHome) {
  const isAtHome =
    home === 'store' ? sql<boolean>`keystore_id = '0'` : sql<boolean>`keystore_id <> '0'`
  return db.selectFrom('keys').where(column, 'is not', null).where(isAtHome)
}

async function writeRotations(
  transaction: Transaction<Database>,
  clock: Clock,
  stored: StoredRows,
  steps: readonly Rotated[],
): Promise<void> {
  const updated = await updateRotated(
    transaction,
    steps.map(({ seen, key }) => {
      const row = stored.ofKey(key, seen.number, seen.revision + 1)
      requireRotationOnly(keyColumns(seen.key), row)
      return rotatedRow(row)
    }),
  )
  if (updated !== steps.length) throw new Error(`rotated ${updated} of ${steps.length} keys`)
  await insertVersions(
    transaction,
    steps.map(({ version }) => {
      const row = stored.ofVersion(version)
      return [...VERSION_COLUMNS.map((name) => row[name]), row.mac]
    }),
  )
  await insertEvents(
    transaction,
    steps.map(({ event }) => [
      event.keyId,
      event.toVersion,
      event.projectId,
      event.fromVersion,
      event.cause,
      event.actor,
      event.at,
      event.dueAt ?? null,
    ]),
  )
  await writeOutgoing(
    transaction,
    steps.flatMap(({ outgoing }) => outgoing ?? []),
  )
  const since = clock.now()
  const primaries = steps.filter(({ key }) => key.regional.kind === 'primary')
  const ids = primaries.map(({ key }) => key.id).sort()
  await notePending(
    transaction,
    ids.map((id) => [id, since]),
  )
  await recount(
    transaction,
    steps.map(({ seen, key }) => ({ before: seen.key, after: key })),
    steps.map(({ event }) => event),
  )
}

function toPlace(row: { readonly id: string; readonly due_at: number | null }): DuePlace {
  return { dueAt: row.due_at as EpochMs, keyId: row.id as KeyId } // rows without a time are not asked for
}

function toTime(row: { readonly at: number | null } | undefined): EpochMs | undefined {
  return (row?.at ?? undefined) as EpochMs | undefined
}
