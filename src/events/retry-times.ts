const FIRST_MS = 5000
const FACTOR = 4
const MAX_MS = 60 * 60 * 1000
const FIRST_ENDPOINT_MS = 250
const MAX_ENDPOINT_MS = 60_000
/** By which share times vary, so that nodes and events do not come back all at once. */
const JITTER = 0.4

/**
 * How long an event waits after so many attempts, in milliseconds: 5 s, 20 s, 80 s … and from the
 * sixth on an hour, without end: it is not given up.
 */
export function eventPauseMs(attempts: number, chance = Math.random()): number {
  return varied(Math.min(MAX_MS, FIRST_MS * FACTOR ** Math.min(20, attempts - 1)), chance)
}

/**
 * How long a receiver is left alone that failed so often in a row, in milliseconds: up to a minute,
 * so that one that is back is noticed within a minute, however many events wait.
 */
export function endpointPauseMs(failures: number, chance = Math.random()): number {
  if (failures === 0) return 0
  const ms = FIRST_ENDPOINT_MS * 2 ** Math.min(20, failures - 1)
  return varied(Math.min(MAX_ENDPOINT_MS, ms), chance)
}

function varied(ms: number, chance: number): number {
  return Math.round(ms * (1 + JITTER * (chance - 0.5)))
}
