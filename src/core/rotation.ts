import { fault } from './fault.ts'
import { type KeyId, nextVersion, type ProjectId, type VersionNumber } from './ids.ts'
import type { Key } from './key.ts'
import { specOf } from './key-specs.ts'
import { requireOwned, requireUsable } from './key-state.ts'
import { addDays, type Days, days, type EpochMs } from './time.ts'

/** Bounds of the rotation interval. Source: KMS API, `rotation_interval`. */
export const ROTATION_INTERVAL = { min: days(30), max: days(365), default: days(365) } as const

/** Why a key got a new version. */
export type RotationCause =
  /** The interval had passed. */
  | 'schedule'
  /** A caller asked for it. */
  | 'demand'
  /** The interval had passed while the key could not rotate; it was enabled again. */
  | 're-enable'
  /** The version that protected had reached a limit of use. */
  | 'usage'

/** What is kept of a rotation, for ever. */
export interface RotationEvent {
  readonly keyId: KeyId
  readonly projectId: ProjectId
  readonly cause: RotationCause
  /** Name of the user who asked, or `scheduler`. */
  readonly actor: string
  readonly fromVersion: VersionNumber
  readonly toVersion: VersionNumber
  readonly at: EpochMs
  /** When its schedule had it due; undefined when it had none. */
  readonly dueAt: EpochMs | undefined
}

/** A rotation that is later than this, in milliseconds, is counted as late. */
export const LATE_AFTER_MS = 60_000

/**
 * How a key stands to rotating by itself, whatever its state: it does (`on`), it could (`off`), or
 * keys of its kind never do (`none`): asymmetric, imported, default, replicas.
 */
export type RotationStanding = 'on' | 'off' | 'none'

/** All standings. */
export const ROTATION_STANDINGS = [
  'on',
  'off',
  'none',
] as const satisfies readonly RotationStanding[]

/** How `key` stands to rotating by itself. */
export function rotationStanding(key: Key): RotationStanding {
  const isRotatable =
    specOf(key.spec).rotatable &&
    key.origin === 'kms' &&
    !key.isDefault &&
    key.regional.kind !== 'replica'
  return isRotatable ? key.schedule.kind : 'none'
}

/** How long after its due time a rotation happened, in milliseconds; 0 when it was not late. */
export function latenessMs(event: RotationEvent): number {
  return event.dueAt === undefined ? 0 : Math.max(0, event.at - event.dueAt)
}

/** Whether a rotation was late enough to be counted as late. */
export function isLate(event: RotationEvent): boolean {
  return latenessMs(event) > LATE_AFTER_MS
}

/** The interval a key has or, with rotation off, would get. */
export function rotationInterval(key: Key): Days {
  return key.schedule.kind === 'on' ? key.schedule.interval : ROTATION_INTERVAL.default
}

/** Due time of the schedule, whether or not the key may rotate in its present state. */
export function scheduledRotationAt(key: Key): EpochMs | undefined {
  return key.schedule.kind === 'on'
    ? addDays(key.schedule.periodStart, key.schedule.interval)
    : undefined
}

/** When the key will rotate by itself; undefined if it is off, or the key cannot rotate now. */
export function nextRotationAt(key: Key): EpochMs | undefined {
  const rotates = key.state.kind === 'enabled' && key.regional.kind !== 'replica'
  return rotates ? scheduledRotationAt(key) : undefined
}

/** Whether the key is to rotate by itself at `now`. */
export function isRotationDue(key: Key, now: EpochMs): boolean {
  const dueAt = nextRotationAt(key)
  return dueAt !== undefined && dueAt <= now
}

/**
 * Switches automatic rotation on, with the default interval; the period starts now.
 *
 * @throws {Fault} `default-key`, `key-disabled`, `key-pending-deletion`, `key-pending-import`,
 *   `asymmetric-not-rotatable`, `imported-not-rotatable`, `replica-not-rotatable`,
 *   `rotation-already-enabled`
 */
export function enableRotation(key: Key, now: EpochMs): Key {
  requireSchedulable(key)
  if (key.schedule.kind === 'on') throw fault('rotation-already-enabled', { keyId: key.id })
  return {
    ...key,
    schedule: { kind: 'on', interval: ROTATION_INTERVAL.default, periodStart: now },
  }
}

/**
 * Switches automatic rotation off. Versions, count and time of the last rotation stay.
 *
 * @throws {Fault} as {@link enableRotation}, and `rotation-not-enabled`
 */
export function disableRotation(key: Key): Key {
  requireSchedulable(key)
  if (key.schedule.kind === 'off') throw fault('rotation-not-enabled', { keyId: key.id })
  return { ...key, schedule: { kind: 'off' } }
}

/**
 * Changes how often the key rotates. The due time moves with it and may then lie in the past.
 *
 * @param interval A whole number of days; see {@link ROTATION_INTERVAL}.
 * @throws {Fault} as {@link disableRotation}, and `rotation-interval-out-of-range`
 */
export function changeRotationInterval(key: Key, interval: Days): Key {
  if (
    !Number.isInteger(interval) ||
    interval < ROTATION_INTERVAL.min ||
    interval > ROTATION_INTERVAL.max
  ) {
    const { min, max } = ROTATION_INTERVAL
    throw fault('rotation-interval-out-of-range', { min, max })
  }
  requireSchedulable(key)
  if (key.schedule.kind === 'off') throw fault('rotation-not-enabled', { keyId: key.id })
  return { ...key, schedule: { ...key.schedule, interval } }
}

/**
 * The key, if a caller may give it a new version: of material made here or, for a key with imported
 * material, of what was imported for it and waits.
 *
 * @throws {Fault} `default-key`, `key-disabled`, `key-pending-deletion`, `key-pending-import`,
 *   `asymmetric-not-rotatable`, `imported-not-rotatable`, `replica-not-rotatable`
 */
export function requireRotatable(key: Key, hasWaitingMaterial = false): Key {
  return key.origin === 'external' && hasWaitingMaterial
    ? requireVersioned(key)
    : requireSchedulable(key)
}

/** Imported material that waits for a rotation. */
export interface WaitingMaterial {
  readonly expiresAt: EpochMs | undefined
}

/** A key after a rotation, and the event that tells of it. */
export interface Rotation {
  readonly key: Key
  readonly event: RotationEvent
}

/**
 * Moves the primary to a new version, whose period starts now.
 *
 * The clock may have jumped back since the last rotation: the recorded time then does not go back
 * with it, so that no period is ever rotated twice.
 *
 * @throws {Fault} as {@link requireRotatable}
 */
export function rotate(
  key: Key,
  cause: RotationCause,
  actor: string,
  now: EpochMs,
  waiting?: WaitingMaterial,
): Rotation {
  requireRotatable(key, waiting !== undefined)
  const fromVersion = key.primaryVersion
  if (fromVersion === undefined) throw new Error('an enabled key without a version')
  const toVersion = nextVersion(fromVersion)
  const at = Math.max(now, key.lastRotationAt ?? 0) as EpochMs
  return {
    key: {
      ...key,
      primaryVersion: toVersion,
      rotationCount: key.rotationCount + 1,
      lastRotationAt: at,
      materialExpiresAt: waiting?.expiresAt,
      schedule: key.schedule.kind === 'on' ? { ...key.schedule, periodStart: at } : key.schedule,
    },
    event: {
      keyId: key.id,
      projectId: key.projectId,
      cause,
      actor,
      fromVersion,
      toVersion,
      at,
      dueAt: scheduledRotationAt(key),
    },
  }
}

function requireSchedulable(key: Key): Key {
  requireVersioned(key)
  if (key.origin === 'external') throw fault('imported-not-rotatable', { keyId: key.id })
  return key
}

function requireVersioned(key: Key): Key {
  requireOwned(key)
  requireUsable(key)
  if (!specOf(key.spec).rotatable) throw fault('asymmetric-not-rotatable', { keyId: key.id })
  if (key.regional.kind === 'replica') throw fault('replica-not-rotatable', { keyId: key.id })
  return key
}
