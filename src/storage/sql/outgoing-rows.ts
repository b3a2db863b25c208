import type { Transaction } from 'kysely'
import type { OutgoingEvent } from '../../ports/event-outbox.ts'
import { bulk, times } from './bulk.ts'
import type { Database } from './schema.ts'

/** Events with the rotations that they tell of; one that is there already stays. */
const insertOutgoing = bulk((db, rows) =>
  db
    .insertInto('outbox_events')
    .values(
      times(rows, {
        id: '',
        type: '',
        key_id: '',
        body: '',
        created_at: 0,
        next_at: 0,
        attempts: 0,
        keep_until: 0,
      }),
    )
    .onConflict((conflict) => conflict.doNothing())
    .compile(),
)

/** Writes what goes out, in the transaction of what it tells. */
export async function writeOutgoing(
  transaction: Transaction<Database>,
  events: readonly OutgoingEvent[],
): Promise<void> {
  if (events.length === 0) return
  await insertOutgoing(
    transaction,
    events.map((event) => {
      const row = outgoingRow(event)
      return [
        row.id,
        row.type,
        row.key_id,
        row.body,
        row.created_at,
        row.next_at,
        row.attempts,
        row.keep_until,
      ]
    }),
  )
}

/** Columns of an event that was just written. */
export function outgoingRow(event: OutgoingEvent) {
  return {
    id: event.id,
    type: event.type,
    key_id: event.keyId,
    body: event.body,
    created_at: event.createdAt,
    next_at: event.isWanted ? event.createdAt : null,
    attempts: 0,
    keep_until: event.keepUntil ?? null,
  }
}
