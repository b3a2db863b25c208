import type { EpochMs } from '../core/time.ts'
import type { ClockDoubt, GuardedClock } from '../ports/clock.ts'

/** By how much more than has passed a clock that goes on is ahead, in milliseconds, to have jumped. */
const JUMP_MS = 60_000
/** A clock that says the same for so long, in milliseconds, stands still. */
const STANDS_MS = 5000
/** How often the store is told what time it is, and compared with, in milliseconds. */
const STORE_MS = 10_000

/** What is told of the clock. */
export interface ClockEvents {
  /** The clock says an earlier time than before. */
  readonly clockWentBack: (from: EpochMs, to: EpochMs) => void
  /** The clock says a much later time than has passed since it was looked at. */
  readonly clockWentForward: (from: EpochMs, to: EpochMs) => void
  /** The clock does not go on. */
  readonly clockStopped: (at: EpochMs) => void
  /** The clock is believed no more, or for another reason; undefined: it is believed again. */
  readonly clockDoubted: (doubt: ClockDoubt | undefined, aheadMs: number) => void
  /** Something failed and will be tried again. */
  readonly failed: (error: unknown) => void
}

/** Looks at the clock of the system again and again, and tells what it does. */
export class ClockWatch {
  readonly #clock: GuardedClock
  readonly #events: ClockEvents
  readonly #nowMs: () => number
  #seen: { readonly system: EpochMs; readonly atMs: number } | undefined
  #movedAtMs = 0
  #toldStopped = false
  #doubt: ClockDoubt | undefined
  #comparedAtMs = -Infinity

  /** @param nowMs A clock that only goes forward. */
  constructor(clock: GuardedClock, events: ClockEvents, nowMs = () => performance.now()) {
    this.#clock = clock
    this.#events = events
    this.#nowMs = nowMs
  }

  /** Looks once; now and then also at what the store says. */
  async look(): Promise<void> {
    this.#lookAtClock()
    const nowMs = this.#nowMs()
    if (nowMs - this.#comparedAtMs >= STORE_MS) {
      this.#comparedAtMs = nowMs
      await this.#compare().catch(this.#events.failed)
    }
    this.#tellDoubt()
  }

  #lookAtClock(): void {
    const nowMs = this.#nowMs()
    const { system } = this.#clock.judge()
    const seen = this.#seen
    this.#seen = { system, atMs: nowMs }
    if (seen === undefined || system !== seen.system) {
      this.#movedAtMs = nowMs
      this.#toldStopped = false
    }
    if (seen === undefined) return
    const passedMs = nowMs - seen.atMs
    this.#clock.forgive(passedMs)
    if (system < seen.system) this.#events.clockWentBack(seen.system, system)
    if (system - seen.system > passedMs + JUMP_MS) {
      this.#events.clockWentForward(seen.system, system)
    }
    if (nowMs - this.#movedAtMs >= STANDS_MS && !this.#toldStopped) {
      this.#toldStopped = true
      this.#events.clockStopped(system)
    }
  }

  async #compare(): Promise<void> {
    await this.#clock.compare()
    await this.#clock.note()
  }

  #tellDoubt(): void {
    const doubt = this.#clock.doubt()
    if (doubt === this.#doubt) return
    this.#doubt = doubt
    this.#events.clockDoubted(doubt, this.#clock.judge().aheadMs)
  }
}
