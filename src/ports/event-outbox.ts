import type { KeyId } from '../core/ids.ts'
import type { DueSubject, NoticeType } from '../core/key-event.ts'
import type { EpochMs } from '../core/time.ts'

/** An event on its way out, as a store keeps it. */
export interface OutgoingEvent {
  /** The same for every attempt to deliver it. */
  readonly id: string
  readonly type: string
  readonly keyId: KeyId
  /** JSON, the same for every attempt. */
  readonly body: string
  /** When it was written, by the wall clock. */
  readonly createdAt: EpochMs
  /** False: nobody is to get it; it is kept to be known again. */
  readonly isWanted: boolean
  /** Until when it is known again, once delivered, by the clock of keys; undefined: not at all. */
  readonly keepUntil: EpochMs | undefined
}

/** An event that somebody has taken up to deliver it. */
export interface WaitingEvent {
  readonly id: string
  readonly type: string
  readonly keyId: KeyId
  readonly body: string
  readonly createdAt: EpochMs
  /** How often it was tried in vain. */
  readonly attempts: number
  /** When it may be taken up again. */
  readonly nextAt: EpochMs
  /** Why the last attempt failed. */
  readonly lastError: string | undefined
}

/** How much waits to be delivered. */
export interface Backlog {
  /** Counted up to a limit. */
  readonly waiting: number
  readonly oldestAt: EpochMs | undefined
}

/** A notice that is to be given: what goes out, and what is told of it when it is written. */
export interface Notice {
  readonly event: OutgoingEvent
  /** Called once, within the transaction, if the notice was not given before. */
  readonly tell: () => void
}

/** How notices are made. */
export interface NoticePlan {
  /** Of what is due until then. */
  readonly until: EpochMs
  /** From when on, where no notice was ever given. */
  readonly begin: EpochMs
  /** The notice of a key; undefined when none is due. */
  readonly make: (subject: DueSubject) => Notice | undefined
}

/**
 * Events on their way out. What a rotation tells is written with the rotation itself, by the key
 * store; the rest is found by due time: how far that got is a place in the store, moved in the
 * transaction that writes the events. So each is written once, over any number of nodes.
 */
export interface EventOutbox {
  /**
   * Gives notice of at most `limit` keys beyond the place of its kind; true when there may be more.
   * Does nothing while another node does it.
   */
  readonly noteDue: (type: NoticeType, plan: NoticePlan, limit: number) => Promise<boolean>
  /**
   * Gives notice of at most `limit` keys whose due time was moved to before the place of its kind;
   * true when there may be more.
   *
   * @param plans By type; of rotations that are late the ones moved until `lateMovedUntil`.
   */
  readonly noteMoved: (
    make: (type: NoticeType, subject: DueSubject) => Notice | undefined,
    lateMovedUntil: EpochMs,
    limit: number,
  ) => Promise<boolean>
  /** The earliest time that is due beyond the place of a kind. */
  readonly nextBeyond: (type: NoticeType, begin: EpochMs) => Promise<EpochMs | undefined>
  /** Takes up events, the longest waiting first: nobody else gets them before `until`. */
  readonly claim: (now: EpochMs, until: EpochMs, limit: number) => Promise<readonly WaitingEvent[]>
  /** Notes that events were delivered. */
  readonly delivered: (ids: readonly string[]) => Promise<void>
  /**
   * Gives an event back, to be taken up again from `nextAt` on.
   *
   * @param error Why it was tried in vain; undefined when it was not tried.
   */
  readonly postpone: (id: string, nextAt: EpochMs, error: string | undefined) => Promise<void>
  readonly backlog: (limit: number) => Promise<Backlog>
  /** Events that wait, the oldest first. */
  readonly waiting: (limit: number) => Promise<readonly WaitingEvent[]>
  /** Gives up events that were written before `time`; answers how many. */
  readonly discard: (time: EpochMs) => Promise<number>
  /** Forgets delivered events that need not be known again at `now`. */
  readonly forget: (now: EpochMs) => Promise<void>
}
