import type { Key } from '../core/key.ts'
import { latenessMs, type RotationEvent } from '../core/rotation.ts'
import type { EpochMs } from '../core/time.ts'
import type { AuditRecord } from '../ports/audit-log.ts'
import { systemClock } from '../ports/clock.ts'

/** What the audit log says of a rotation. */
export function rotationRecord(event: RotationEvent): AuditRecord {
  const { keyId, projectId, cause, actor, fromVersion, toVersion, at, dueAt } = event
  return {
    ...workRecord('KeyRotated', keyId, projectId),
    keyVersion: toVersion,
    detail: {
      cause,
      actor,
      fromVersion,
      at,
      lateMs: latenessMs(event),
      ...(dueAt === undefined ? {} : { dueAt }),
    },
  }
}

/** What the audit log says of a key that was destroyed. */
export function destructionRecord(key: Key, at: EpochMs): AuditRecord {
  return { ...workRecord('KeyDestroyed', key.id, key.projectId), detail: { at } }
}

/** What the audit log says of imported material that has expired. */
export function expiryRecord(key: Key, at: EpochMs): AuditRecord {
  return { ...workRecord('MaterialExpired', key.id, key.projectId), detail: { at } }
}

/** A record of work that no request asked for. */
function workRecord(operation: string, keyId: string, projectId: string): AuditRecord {
  return {
    at: systemClock.now(),
    requestId: '',
    operation,
    actor: undefined,
    projectId,
    keyId,
    keyVersion: undefined,
    status: 0,
    code: undefined,
    source: undefined,
  }
}
