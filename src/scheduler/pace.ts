/*
 * How fast work that can wait goes on. A batch holds this process, and on SQLite every writer, for as
 * long as it takes: so while requests come in, batches are short and pauses long.
 */

/** Fewest keys of a batch, whatever it costs. */
export const MIN_KEYS = 16
/** Most keys of a batch. */
export const MAX_KEYS = 512
/** How long a batch is to take while nobody calls, in milliseconds. */
const QUIET_BATCH_MS = 30
/** How long a batch is to take while requests come in, in milliseconds. */
const BUSY_BATCH_MS = 5
/** How many keys the first batch has while requests come in, before it is known what one takes. */
const FIRST_BUSY_KEYS = 32
/** Pauses for each batch while requests come in: work has a fifth of the time. */
const PAUSES_PER_BATCH = 4
/** Longest pause, in milliseconds: however slow a batch was, a backlog goes on. */
const MAX_PAUSE_MS = 500
/** Above so many requests a second the process counts as busy. */
const BUSY_PER_SECOND = 30
/** Over which time the rate of requests is taken, in milliseconds. */
const RATE_WINDOW_MS = 250

/** How the next batch is to be. */
export interface Pace {
  /** How many keys to take. */
  readonly keys: number
  /** How long to wait before it. */
  readonly pauseMs: number
}

/** What a batch cost. */
export interface BatchCost {
  /** How many keys it had. */
  readonly keys: number
  readonly tookMs: number
}

/** The pace while nobody calls and nothing is known. */
export const FULL_PACE: Pace = { keys: MAX_KEYS, pauseMs: 0 }

/**
 * Requests a second, of late: what came in weighs less the longer ago it was.
 *
 * @param before The rate that was answered last.
 * @param requests How many were answered since.
 * @param elapsedMs How long ago that was.
 */
export function requestRate(before: number, requests: number, elapsedMs: number): number {
  const kept = Math.exp(-elapsedMs / RATE_WINDOW_MS)
  if (elapsedMs <= 0) return before + (requests * 1000) / RATE_WINDOW_MS
  return before * kept + (1 - kept) * ((requests * 1000) / elapsedMs)
}

/** Whether requests come in at such a rate that work has to make room. */
export function isBusy(requestsPerSecond: number): boolean {
  return requestsPerSecond > BUSY_PER_SECOND
}

/**
 * The next batch: as many keys as should take the time that a batch may have, twice the last at most,
 * and before it a pause that leaves most of the time to others, if there are any.
 *
 * @param last The batch before it; undefined before the first.
 */
export function nextPace(requestsPerSecond: number, last: BatchCost | undefined): Pace {
  const busy = isBusy(requestsPerSecond)
  if (last === undefined || last.keys === 0) {
    return busy ? { keys: FIRST_BUSY_KEYS, pauseMs: 0 } : FULL_PACE
  }
  const keysPerMs = last.keys / Math.max(last.tookMs, 0.001)
  const wanted = keysPerMs * (busy ? BUSY_BATCH_MS : QUIET_BATCH_MS)
  const keys = Math.min(MAX_KEYS, Math.max(MIN_KEYS, Math.min(wanted, 2 * last.keys)))
  return {
    // Powers of two: what is asked of the store then has few forms, and they stay prepared.
    keys: 2 ** Math.floor(Math.log2(keys)),
    pauseMs: busy ? Math.min(MAX_PAUSE_MS, PAUSES_PER_BATCH * last.tookMs) : 0,
  }
}
