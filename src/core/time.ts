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
