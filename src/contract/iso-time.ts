import type { EpochMs } from '../core/time.ts'

/** A time as ISO 8601, UTC. */
export function isoTime(time: EpochMs): string
export function isoTime(time: EpochMs | undefined): string | undefined
export function isoTime(time: EpochMs | undefined): string | undefined {
  return time === undefined ? undefined : new Date(time).toISOString()
}
