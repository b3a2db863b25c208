import { type DueSubject, NOTICE_TYPES, type NoticeType, noticeUntil } from '../core/key-event.ts'
import { type EpochMs, earliest } from '../core/time.ts'
import type { Deps } from './deps.ts'

/** How many keys are taken up at a time. */
const BATCH = 256

/**
 * How much earlier than usual notice is given of a due time that was moved, in milliseconds: a node
 * whose clock is ahead of ours may have passed it already.
 */
const CLOCK_SKEW_MS = 60 * 60 * 1000

type NoticeDeps = Pick<Deps, 'clock' | 'outbox' | 'announcements'>

/**
 * Gives notice of all that is due soon, or late; each once, whoever else does the same. What is found
 * where no notice was ever given begins now, but that what is late was late before.
 *
 * @param isStopped Asked between batches.
 */
export async function giveNotice(deps: NoticeDeps, isStopped: () => boolean): Promise<void> {
  const { outbox, announcements, clock } = deps
  const now = clock.now()
  const { lateAfterMs } = announcements.times
  const lateMovedUntil = (now - lateAfterMs) as EpochMs
  const makeMoved = (type: NoticeType, subject: DueSubject) =>
    announcements.ofDue(type, subject, now, CLOCK_SKEW_MS)
  while (!isStopped() && (await outbox.noteMoved(makeMoved, lateMovedUntil, BATCH)));
  for (const type of NOTICE_TYPES) {
    const plan = {
      until: noticeUntil(type, now, announcements.times),
      begin: beginOf(type, now),
      make: (subject: DueSubject) => announcements.ofDue(type, subject, now),
    }
    while (!isStopped() && (await outbox.noteDue(type, plan, BATCH)));
  }
}

/** When the next notice is to be given; undefined when none is. */
export async function nextNoticeAt(deps: NoticeDeps): Promise<EpochMs | undefined> {
  const { outbox, announcements, clock } = deps
  const now = clock.now()
  const found: (EpochMs | undefined)[] = []
  for (const type of NOTICE_TYPES) {
    const dueAt = await outbox.nextBeyond(type, beginOf(type, now))
    const aheadMs = noticeUntil(type, now, announcements.times) - now
    if (dueAt !== undefined) found.push((dueAt - aheadMs) as EpochMs)
  }
  return earliest(...found)
}

function beginOf(type: NoticeType, now: EpochMs): EpochMs {
  return type === 'key.rotation_late' ? (0 as EpochMs) : now
}
