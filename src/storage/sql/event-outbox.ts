import type { Kysely } from 'kysely'
import type { KeyId } from '../../core/ids.ts'
import type { EpochMs } from '../../core/time.ts'
import type { EventOutbox, WaitingEvent } from '../../ports/event-outbox.ts'
import { withStorage } from '../../ports/storage-error.ts'
import { engineOf } from './engine.ts'
import { inBatches } from './in-batches.ts'
import { noticeQueries } from './notice-queries.ts'
import type { Database } from './schema.ts'
import type { StoredRows } from './stored-rows.ts'
import { inTransaction } from './transactions.ts'

/** Longest reason that is kept of a failure, in characters. */
const MAX_ERROR = 200

/** Events on their way out, in SQL. */
export function sqlEventOutbox(db: Kysely<Database>, rows: StoredRows): EventOutbox {
  return {
    ...noticeQueries(db, rows),

    claim: (now, until, limit) =>
      withStorage('taking up events', async () => {
        const waiting = () =>
          db
            .selectFrom('outbox_events')
            .select('id')
            .where('next_at', 'is not', null)
            .where('next_at', '<=', now)
            .orderBy('next_at')
        // Nothing is written, and no lock taken, while there is nothing to do.
        if ((await waiting().limit(1).executeTakeFirst()) === undefined) return []
        return inTransaction(db, async (transaction) => {
          const query = transaction
            .selectFrom('outbox_events')
            .selectAll()
            .where('next_at', 'is not', null)
            .where('next_at', '<=', now)
            .orderBy('next_at')
            .limit(limit)
          const isPostgres = engineOf(db) === 'postgres'
          const rows = await (isPostgres ? query.forUpdate().skipLocked() : query).execute()
          if (rows.length === 0) return []
          await transaction
            .updateTable('outbox_events')
            .set({ next_at: until })
            .where(
              'id',
              'in',
              rows.map(({ id }) => id),
            )
            .execute()
          return rows.map((row) => toWaiting({ ...row, next_at: until }))
        })
      }),

    delivered: (ids) =>
      withStorage('noting that events were delivered', () =>
        inTransaction(db, async (transaction) => {
          if (ids.length === 0) return
          await transaction
            .updateTable('outbox_events')
            .set({ next_at: null, last_error: null })
            .where('id', 'in', ids)
            .where('keep_until', 'is not', null)
            .execute()
          await transaction
            .deleteFrom('outbox_events')
            .where('id', 'in', ids)
            .where('keep_until', 'is', null)
            .execute()
        }),
      ),

    postpone: (id, nextAt, error) =>
      withStorage('noting that an event was not delivered', async () => {
        await db
          .updateTable('outbox_events')
          .set(({ eb }) => ({
            next_at: nextAt,
            ...(error === undefined
              ? {}
              : { last_error: error.slice(0, MAX_ERROR), attempts: eb('attempts', '+', 1) }),
          }))
          .where('id', '=', id)
          .where('next_at', 'is not', null)
          .execute()
      }),

    backlog: (limit) =>
      withStorage('counting events that wait', async () => {
        const found = db
          .selectFrom('outbox_events')
          .select('created_at')
          .where('next_at', 'is not', null)
          .orderBy('created_at')
          .limit(limit)
        const row = await db
          .selectFrom(found.as('c'))
          .select(({ fn }) => [
            fn.countAll<number>().as('waiting'),
            fn.min('created_at').as('oldest'),
          ])
          .executeTakeFirst()
        const oldest = row?.oldest ?? undefined
        return { waiting: Number(row?.waiting ?? 0), oldestAt: oldest as EpochMs | undefined }
      }),

    waiting: (limit) =>
      withStorage('reading events that wait', async () => {
        const rows = await db
          .selectFrom('outbox_events')
          .selectAll()
          .where('next_at', 'is not', null)
          .orderBy('created_at')
          .limit(limit)
          .execute()
        return rows.map(toWaiting)
      }),

    discard: (time) =>
      withStorage('giving up events', () =>
        inBatches((limit) => {
          const old = db
            .selectFrom('outbox_events')
            .select('id')
            .where('next_at', 'is not', null)
            .where('created_at', '<', time)
            .orderBy('created_at')
            .limit(limit)
          return db.deleteFrom('outbox_events').where('id', 'in', old)
        }),
      ),

    forget: (now) =>
      withStorage('forgetting delivered events', async () => {
        await inBatches((limit) => {
          const old = db
            .selectFrom('outbox_events')
            .select('id')
            .where('next_at', 'is', null)
            .where('keep_until', '<', now)
            .orderBy('keep_until')
            .limit(limit)
          return db.deleteFrom('outbox_events').where('id', 'in', old)
        })
      }),
  }
}

function toWaiting(row: {
  readonly id: string
  readonly type: string
  readonly key_id: string
  readonly body: string
  readonly created_at: number
  readonly next_at: number | null
  readonly attempts: number
  readonly last_error: string | null
}): WaitingEvent {
  return {
    id: row.id,
    type: row.type,
    keyId: row.key_id as KeyId,
    body: row.body,
    createdAt: row.created_at as EpochMs,
    attempts: row.attempts,
    nextAt: (row.next_at ?? 0) as EpochMs, // none is asked for that does not wait
    lastError: row.last_error ?? undefined,
  }
}
