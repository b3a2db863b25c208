import type { EpochMs } from '../core/time.ts'

/** A time as ISO 8601, UTC. */
export function isoTime<T extends EpochMs | undefined>(
  time: T,
): string | (T extends undefined ? undefined : never) {
  return (time === undefined ? undefined : new Date(time).toISOString()) as string // as said: only for none
}
