import type { EpochMs } from '../core/time.ts'

/** Where the time comes from. It may jump: nothing may rely on it only going forward. */
export interface Clock {
  readonly now: () => EpochMs
}

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now() as EpochMs,
}
