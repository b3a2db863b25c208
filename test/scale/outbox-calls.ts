import type { KeyId } from '../../src/core/ids.ts'
import type { DueSubject, NoticeType } from '../../src/core/key-event.ts'
import { DAY_MS, type EpochMs } from '../../src/core/time.ts'
import type { Notice } from '../../src/ports/event-outbox.ts'
import type { Storage } from '../../src/ports/storage.ts'
import { NOW } from './crowded-store.ts'
import type { Call } from './every-call.ts'

const LIMIT = 5
const later = (NOW + DAY_MS) as EpochMs

/** Calls of every method of the outbox. */
export function outboxCalls({ outbox }: Storage): readonly Call[] {
  const make = (type: NoticeType, { key, dueAt }: DueSubject): Notice => ({
    event: {
      id: `${type} ${key.id} ${dueAt}`,
      type,
      keyId: key.id as KeyId,
      body: '{}',
      createdAt: NOW,
      isWanted: true,
      keepUntil: later,
    },
    tell: () => undefined,
  })
  const types = [
    'key.rotation_upcoming',
    'key.rotation_late',
    'key.deletion_upcoming',
    'key.material_expiring',
  ] as const
  const begin = 0 as EpochMs
  return [
    ...types.flatMap((type) => [
      {
        method: 'outbox.noteDue',
        about: type,
        run: () =>
          outbox.noteDue(
            type,
            { until: later, begin, make: (subject) => make(type, subject) },
            LIMIT,
          ),
      },
      {
        method: 'outbox.nextBeyond',
        about: type,
        run: () => outbox.nextBeyond(type, begin),
      },
    ]),
    { method: 'outbox.noteMoved', run: () => outbox.noteMoved(make, later, LIMIT) },
    { method: 'outbox.claim', run: () => outbox.claim(later, later, LIMIT) },
    { method: 'outbox.delivered', run: () => outbox.delivered(['event-1', 'event-2']) },
    { method: 'outbox.postpone', run: () => outbox.postpone('event-3', later, 'HTTP 500') },
    { method: 'outbox.postpone', run: () => outbox.postpone('event-3', later, undefined) },
    { method: 'outbox.backlog', run: () => outbox.backlog(LIMIT) },
    { method: 'outbox.waiting', run: () => outbox.waiting(LIMIT) },
    { method: 'outbox.discard', run: () => outbox.discard(begin) },
    { method: 'outbox.forget', run: () => outbox.forget(begin) },
  ]
}
