import type { ClockJudgement } from '../core/clock-trust.ts'
import type { EpochMs } from '../core/time.ts'

/** Where the time comes from. It may jump: nothing may rely on it only going forward. */
export interface Clock {
  readonly now: () => EpochMs
}

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now() as EpochMs,
}

/** Why the clock is not believed: it was set too far, or the database has another time. */
export type ClockDoubt = 'step' | 'database'

/**
 * The clock of the machine as far as it is believed: beyond the limit of its steps time goes on as
 * the steady clock has it. All threads of a server share one judgement.
 */
export interface GuardedClock extends Clock {
  readonly limitMs: number
  readonly judge: () => ClockJudgement
  /** Undefined while the clock is believed: only then may anything be destroyed. */
  readonly doubt: () => ClockDoubt | undefined
  /** Believes the clock as it is now; fulfilled when the store knows. */
  readonly confirm: () => Promise<void>
  /** Forgives a share of what the clock was set by. */
  readonly forgive: (elapsedMs: number) => void
  /** Compares with the store: its newest time, and the clock of its machine if that is another. */
  readonly compare: () => Promise<void>
  /** Notes in the store the newest time that is believed. */
  readonly note: () => Promise<void>
}
