import { eventTime, type KeyEvent, type KeyEventType } from '../core/key-event.ts'
import { latenessMs } from '../core/rotation.ts'
import type { EpochMs } from '../core/time.ts'

/**
 * The body of an event as receivers get it: JSON with `type`, `timestamp` (ISO 8601) and `data`. Its
 * times are milliseconds since 1970 as numbers. It has no secret: whoever reads it learns when keys
 * rotate, and how they are called.
 *
 * Source: Standard Webhooks, "Payload structure".
 */
export function eventBody(event: KeyEvent, region: string): string {
  const { keyId, projectId, alias } = event
  return bodyOf(event.type, eventTime(event), {
    region,
    project_id: projectId,
    key_id: keyId,
    key_alias: alias,
    ...factsOf(event),
  })
}

/** The body of an event that only shows that events arrive. */
export function testEventBody(at: EpochMs, region: string): string {
  return bodyOf('keyturn.test', at, { region })
}

/** What a log line says of an event, besides what it is. */
export function eventFacts(event: KeyEvent): Readonly<Record<string, unknown>> {
  const { id, type, keyId, projectId, alias } = event
  if (event.type === 'key.rotated') return { eventId: id, type, keyId, projectId, alias }
  if ('change' in event) {
    const { version, actor } = event.change
    return { eventId: id, type, keyId, projectId, alias, version, actor }
  }
  const { at, dueAt, version } = event
  const late = event.type === 'key.rotation_late' ? { lateMs: at - dueAt } : {}
  return { eventId: id, type, keyId, projectId, alias, version, dueAt, ...late }
}

function factsOf(event: KeyEvent): Readonly<Record<string, unknown>> {
  if (event.type === 'key.rotated') {
    const { cause, actor, fromVersion, toVersion, at, dueAt } = event.rotation
    return {
      cause,
      actor,
      from_version: fromVersion,
      to_version: toVersion,
      time: at,
      due_time: dueAt ?? null,
      late_ms: latenessMs(event.rotation),
    }
  }
  if ('change' in event) {
    const { version, actor, at, note } = event.change
    return {
      version,
      actor,
      time: at,
      ...(note === undefined ? {} : { retirement_note: note }),
    }
  }
  const { at, dueAt, version } = event
  return {
    version: version ?? null,
    time: at,
    due_time: dueAt,
    ...(event.type === 'key.rotation_late' ? { late_ms: at - dueAt } : {}),
  }
}

function bodyOf(
  type: KeyEventType | 'keyturn.test',
  at: EpochMs,
  data: Readonly<Record<string, unknown>>,
): string {
  return JSON.stringify({ type, timestamp: new Date(at).toISOString(), data })
}
