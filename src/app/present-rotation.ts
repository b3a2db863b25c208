import type { ReplyFor } from '../contract/operations/index.ts'
import { latenessMs, type RotationEvent } from '../core/rotation.ts'

type Presented = ReplyFor<'ListRotationEvents'>['events'][number]

/** A rotation as lists tell it. */
export function presentRotation(event: RotationEvent): Presented {
  return {
    key_id: event.keyId,
    cause: event.cause,
    actor: event.actor,
    from_version: event.fromVersion,
    to_version: event.toVersion,
    time: event.at,
    due_time: event.dueAt,
    late_ms: latenessMs(event),
  }
}
