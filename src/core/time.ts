import type { Brand } from './brand.ts'

/** Milliseconds since 1970-01-01T00:00:00Z, an integer. */
export type EpochMs = Brand<number, 'EpochMs'>
/** A whole number of days of 86,400,000 ms. */
export type Days = Brand<number, 'Days'>

/** Length of a day in milliseconds. */
export const DAY_MS = 86_400_000

/** `time` and `days` days. */
export function addDays(time: EpochMs, days: Days): EpochMs {
  return (time + days * DAY_MS) as EpochMs
}

/** Midnight, UTC, of the day that `time` is on. */
export function dayOf(time: EpochMs): EpochMs {
  return (time - (time % DAY_MS)) as EpochMs
}

/** `count` as days; for constants and tests. */
export function days(count: number): Days {
  return count as Days
}

/** The earlier of those times that are given. */
export function earliest(...times: readonly (EpochMs | undefined)[]): EpochMs | undefined {
  let first: EpochMs | undefined
  for (const time of times) {
    if (time !== undefined && (first === undefined || time < first)) first = time
  }
  return first
}

const ISO_TIME =
  /^(\d{4}-\d{2}-\d{2})(?:T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d))?$/

/**
 * The time that a text says in ISO 8601: a day (its first moment, UTC), or a day and a time of it with
 * `Z` or an offset. Undefined for all else that `Date.parse` would make something of: a time without
 * a zone means another moment on each machine.
 */
export function parseIsoTime(text: string): EpochMs | undefined {
  const day = ISO_TIME.exec(text)?.[1]
  if (day === undefined) return undefined
  const midnight = Date.parse(day)
  // The thirtieth of February would be taken for some day of March.
  const isInCalendar = !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(day)
  return isInCalendar ? (Date.parse(text) as EpochMs) : undefined
}
