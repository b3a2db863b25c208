import { eventBody } from '../contract/event-body.ts'
import type { Key } from '../core/key.ts'
import {
  type DueSubject,
  type KeyEvent,
  type KeyEventType,
  type NoticeTimes,
  type NoticeType,
  noticeEvent,
  rememberUntil,
  rotatedEvent,
  type VersionChange,
  type VersionEventType,
  versionEvent,
} from '../core/key-event.ts'
import type { RotationEvent } from '../core/rotation.ts'
import type { EpochMs } from '../core/time.ts'
import { randomUuid } from '../crypto/random.ts'
import { systemClock } from '../ports/clock.ts'
import type { Notice, OutgoingEvent } from '../ports/event-outbox.ts'

/** What is told of something that is being done. */
export interface Announcement {
  /** What goes out, stored with what was done; undefined when nobody wants to know. */
  readonly outgoing: OutgoingEvent | undefined
  /** Called when it is done: tells the log. */
  readonly tell: () => void
}

/** What is told to others, and when. */
export interface Announcements {
  readonly times: NoticeTimes
  /** What goes out about a rotation, stored with it; undefined when nobody wants to know. */
  readonly ofRotation: (key: Key, event: RotationEvent) => OutgoingEvent | undefined
  /** What is told of an old version that is retired or restored. */
  readonly ofVersion: (type: VersionEventType, key: Key, change: VersionChange) => Announcement
  /**
   * The notice to give at `now` of what is due; undefined when it is not the time for it.
   *
   * @param earlyMs How much earlier than usual it may be given.
   */
  readonly ofDue: (
    type: NoticeType,
    subject: DueSubject,
    now: EpochMs,
    earlyMs?: number,
  ) => Notice | undefined
}

/** What announcements are made by. */
export interface AnnouncementOptions {
  /** Name of the region that events bear. */
  readonly region: string
  readonly times: NoticeTimes
  /** Whether somebody is to get events of a type; what nobody gets is still told here. */
  readonly isSent: (type: KeyEventType) => boolean
  /** Tells the log. */
  readonly tell: (event: KeyEvent) => void
}

/** Makes what is told to others. */
export function makeAnnouncements(options: AnnouncementOptions): Announcements {
  const { region, times, isSent, tell } = options
  const outgoing = (event: KeyEvent, keepUntil: EpochMs | undefined): OutgoingEvent => ({
    id: event.id,
    type: event.type,
    keyId: event.keyId,
    body: isSent(event.type) ? eventBody(event, region) : '',
    createdAt: systemClock.now(),
    isWanted: isSent(event.type),
    keepUntil,
  })
  return {
    times,
    ofRotation: (key, rotation) =>
      isSent('key.rotated') ? outgoing(rotatedEvent(key, rotation), undefined) : undefined,
    ofVersion(type, key, change) {
      const event = versionEvent(type, key, change, randomUuid())
      return {
        outgoing: isSent(type) ? outgoing(event, undefined) : undefined,
        tell: () => tell(event),
      }
    },
    ofDue(type, subject, now, earlyMs = 0) {
      const noticeMs = times.noticeMs + earlyMs
      const event = noticeEvent(type, subject, now, { ...times, noticeMs })
      if (event === undefined) return undefined
      return {
        event: outgoing(event, rememberUntil(now, subject.dueAt)),
        tell: () => tell(event),
      }
    },
  }
}
