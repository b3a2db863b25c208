import type { KeyEventType, NoticeTimes } from '../core/key-event.ts'
import { DAY_MS } from '../core/time.ts'
import { eventNames } from './settings.ts'
import type { Settings } from './settings-table.ts'

const MINUTE_MS = 60_000

/** When notice is given, as the settings say. */
export function noticeTimes(settings: Settings): NoticeTimes {
  return {
    noticeMs: settings['notice-days'] * DAY_MS,
    lateAfterMs: settings['late-after-minutes'] * MINUTE_MS,
  }
}

/** Which events are sent, as the settings say: none without a receiver. */
export function sentEvents(settings: Settings): (type: KeyEventType) => boolean {
  if (settings['webhook-url'] === undefined) return () => false
  const wanted = new Set(eventNames(settings['webhook-events']))
  return (type) => wanted.has(type)
}
