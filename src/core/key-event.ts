import type { KeyId, ProjectId, VersionNumber } from './ids.ts'
import type { Key } from './key.ts'
import type { RotationEvent } from './rotation.ts'
import { addDays, days, type EpochMs } from './time.ts'

/** Events that say ahead of its time, or after it, that something is due. */
export const NOTICE_TYPES = [
  'key.rotation_late',
  'key.rotation_upcoming',
  'key.material_expiring',
  'key.deletion_upcoming',
] as const

/** Name of a kind of notice. */
export type NoticeType = (typeof NOTICE_TYPES)[number]

/** What is told to others, by the name that a receiver sees. */
export const KEY_EVENT_TYPES = [
  'key.rotated',
  'key.version_retired',
  'key.version_restored',
  ...NOTICE_TYPES,
] as const

/** Name of a kind of event. */
export type KeyEventType = (typeof KEY_EVENT_TYPES)[number]

/** Name of an event of an old version. */
export type VersionEventType = 'key.version_retired' | 'key.version_restored'

/** What somebody did to an old version: from then on it opens nothing, or opens again. */
export interface VersionChange {
  readonly version: VersionNumber
  /** Name of the user. */
  readonly actor: string
  readonly at: EpochMs
  /** Of one that was retired: what was re-encrypted before, in that user's words. */
  readonly note: string | undefined
}

/**
 * How many days ahead notice may be given. Fewer than the shortest rotation interval: so a rotation
 * never moves a key's due time to where notice has been given already.
 */
export const NOTICE_DAYS = { min: days(1), max: days(29), default: days(7) } as const

/** The key that an event is about, as it was then. */
export interface EventSubject {
  readonly keyId: KeyId
  readonly projectId: ProjectId
  readonly alias: string
}

/**
 * What is told. The id is made of what it tells, so that nothing is ever told under two of them; where
 * the same may happen again in the same millisecond, whoever did it gives it a name of its own.
 */
export type KeyEvent = EventSubject & { readonly id: string } & (
    | { readonly type: 'key.rotated'; readonly rotation: RotationEvent }
    | {
        readonly type: VersionEventType
        readonly change: VersionChange
      }
    | {
        readonly type: NoticeType
        /** When it was noticed. */
        readonly at: EpochMs
        readonly dueAt: EpochMs
        /** The version that encrypts or, of material that expires, the version that loses it. */
        readonly version: VersionNumber | undefined
      }
  )

/** A key of which something is due. */
export interface DueSubject {
  readonly key: Key
  readonly dueAt: EpochMs
  /** Of imported material that expires. */
  readonly version?: VersionNumber | undefined
}

/** How long before or after the time that something is due it is told. */
export interface NoticeTimes {
  readonly noticeMs: number
  readonly lateAfterMs: number
}

const ID_PREFIX = {
  'key.rotated': 'rotated',
  'key.version_retired': 'retired',
  'key.version_restored': 'restored',
  'key.rotation_late': 'late',
  'key.rotation_upcoming': 'upcoming',
  'key.material_expiring': 'expiring',
  'key.deletion_upcoming': 'deletion',
} as const satisfies Record<KeyEventType, string>

/** What is told of a rotation. */
export function rotatedEvent(key: Key, rotation: RotationEvent): KeyEvent {
  const type = 'key.rotated'
  return { ...subjectOf(key), type, id: idOf(type, key.id, rotation.toVersion), rotation }
}

/**
 * What is told of an old version that was retired or restored.
 *
 * @param distinct Of this one change: a version may be retired and restored any number of times.
 */
export function versionEvent(
  type: VersionEventType,
  key: Key,
  change: VersionChange,
  distinct: string,
): KeyEvent {
  const id = idOf(type, key.id, `${change.version}_${distinct}`)
  return { ...subjectOf(key), type, id, change }
}

/**
 * The latest due time of which notice is to be given at `now`: in the future for what comes, in the
 * past for what is late.
 */
export function noticeUntil(type: NoticeType, now: EpochMs, times: NoticeTimes): EpochMs {
  const isLate = type === 'key.rotation_late'
  return (isLate ? now - times.lateAfterMs : now + times.noticeMs) as EpochMs
}

/**
 * The notice that is to be given at `now` of what is due; undefined while it is too early, and when
 * the time has come meanwhile: then it is told what happened, not that it will.
 */
export function noticeEvent(
  type: NoticeType,
  { key, dueAt, version = key.primaryVersion }: DueSubject,
  now: EpochMs,
  times: NoticeTimes,
): KeyEvent | undefined {
  const isOver = type !== 'key.rotation_late' && dueAt <= now
  if (isOver || dueAt > noticeUntil(type, now, times)) return undefined
  const distinct = type === 'key.material_expiring' ? `${version ?? 0}_${dueAt}` : dueAt
  return { ...subjectOf(key), type, id: idOf(type, key.id, distinct), at: now, dueAt, version }
}

/** Until when a notice is remembered that was given at `at`, so that it is not given again. */
export function rememberUntil(at: EpochMs, dueAt: EpochMs): EpochMs {
  return addDays(Math.max(at, dueAt) as EpochMs, NOTICE_DAYS.max)
}

/** When an event happened, or was noticed. */
export function eventTime(event: KeyEvent): EpochMs {
  if ('rotation' in event) return event.rotation.at
  return 'change' in event ? event.change.at : event.at
}

function idOf(type: KeyEventType, keyId: KeyId, distinct: number | string): string {
  return `${ID_PREFIX[type]}_${keyId}_${distinct}`
}

function subjectOf(key: Key): EventSubject {
  return { keyId: key.id, projectId: key.projectId, alias: key.alias }
}
