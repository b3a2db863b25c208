import { isRotationDue, type RotationEvent, rotate } from '../core/rotation.ts'
import type { DueBatch, DuePlace } from '../ports/key-store.ts'
import type { Deps } from './deps.ts'
import { makeVersionHere } from './make-version.ts'
import { SCHEDULER_ACTOR } from './rotate-key.ts'

/**
 * Rotates a batch of keys that are due, with material in the store, in one transaction; tells of each
 * when all are stored, and waits until the audit log has them.
 *
 * A crash between the commit and the audit record leaves the rotation without one: the event in the
 * store is written with the rotation itself, and tells of it for ever.
 *
 * @returns Besides the batch how long the store had it: what came after waited for others, too.
 *
 * @param failed Told of a key that could not be rotated, and of an event that could not be told; the
 *   others are not hindered.
 */
export async function rotateDue(
  deps: Deps,
  limit: number,
  after: DuePlace | undefined,
  failed: (error: unknown) => void,
): Promise<DueBatch<RotationEvent> & { readonly storeMs: number }> {
  const now = deps.clock.now()
  const startedAtMs = performance.now()
  const batch = await deps.keys.rotateDue(
    now,
    limit,
    ({ key: before }) => {
      try {
        if (!isRotationDue(before, now)) return undefined
        const { key, event } = rotate(before, 'schedule', SCHEDULER_ACTOR, now)
        const version = makeVersionHere(deps, key, event.toVersion, event.at)
        return { key, event, version, outgoing: deps.announcements.ofRotation(key, event) }
      } catch (cause) {
        failed(new Error(`rotating key ${before.id}`, { cause }))
        return undefined
      }
    },
    after,
  )
  const storeMs = performance.now() - startedAtMs
  if (batch.done.length === 0) return { ...batch, storeMs }
  const told = batch.done.map((event) => deps.announceRotation(event))
  for (const outcome of await Promise.allSettled([deps.changes.afterCommit(), ...told])) {
    if (outcome.status === 'rejected') failed(outcome.reason)
  }
  return { ...batch, storeMs }
}
