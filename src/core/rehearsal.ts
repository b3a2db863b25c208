import type { Key } from './key.ts'
import { specOf } from './key-specs.ts'
import { nextRotationAt, type RotationEvent, rotate } from './rotation.ts'
import type { EpochMs } from './time.ts'

/** Name under which rotations of a rehearsal are recorded; nobody keeps them. */
const REHEARSAL_ACTOR = 'rehearsal'

/** Why a key does not rotate by itself. */
export type RotationHindrance =
  | 'default-key'
  /** Of a kind that never does: asymmetric, MAC. */
  | 'kind'
  | 'imported'
  | 'replica'
  | 'pending-import'
  | 'pending-deletion'
  | 'disabled'
  | 'off'

/** Why a key does not rotate by itself, as it is now; undefined when it does. */
export function rotationHindrance(key: Key): RotationHindrance | undefined {
  if (key.isDefault) return 'default-key'
  if (!specOf(key.spec).rotatable) return 'kind'
  if (key.origin === 'external') return 'imported'
  if (key.regional.kind === 'replica') return 'replica'
  switch (key.state.kind) {
    case 'pendingImport':
      return 'pending-import'
    case 'pendingDeletion':
      return 'pending-deletion'
    case 'disabled':
      return 'disabled'
    case 'enabled':
      return key.schedule.kind === 'off' ? 'off' : undefined
    default:
      throw key.state satisfies never
  }
}

/**
 * The rotations by schedule that a key will have from `from` to `until`, both inclusive, if nobody
 * changes it: what the scheduler would do, each at its due time, and at once what is overdue.
 */
export function* rehearseRotations(
  key: Key,
  from: EpochMs,
  until: EpochMs,
): Generator<RotationEvent, void, undefined> {
  if (rotationHindrance(key) !== undefined) return
  let now = from
  for (let present = key; ; ) {
    const dueAt = nextRotationAt(present)
    if (dueAt === undefined) return
    if (dueAt > now) now = dueAt
    if (now > until) return
    const { key: rotated, event } = rotate(present, 'schedule', REHEARSAL_ACTOR, now)
    yield event
    present = rotated
  }
}
