import type { EpochMs } from '../core/time.ts'
import type { Clock } from '../ports/clock.ts'

/** A clock that stands still until it is told to go on. */
export class VirtualClock implements Clock {
  #time: EpochMs

  constructor(start: EpochMs) {
    this.#time = start
  }

  readonly now = (): EpochMs => this.#time

  /** Sets the clock, forward or back. */
  set(time: EpochMs): void {
    this.#time = time
  }
}

/** A clock that can be told what time it is. */
export type SettableClock = Pick<VirtualClock, 'now' | 'set'>

/** What has to be known and done to let time pass. */
export interface TimePassing {
  readonly clock: SettableClock
  /** When the next thing after that time falls due. */
  readonly nextDueAt: (after: EpochMs) => Promise<EpochMs | undefined>
  /** Does all that is due. */
  readonly runDue: () => Promise<void>
}

/** What lets milliseconds pass on a virtual clock; calls wait for one another. */
export function makeTimePass(passing: TimePassing): (stepMs: number) => Promise<void> {
  let last: Promise<void> = Promise.resolve()
  return (stepMs) => {
    const passed = last.then(() => letTimePass(passing, (passing.clock.now() + stepMs) as EpochMs))
    last = passed.catch(() => undefined)
    return passed
  }
}

/**
 * Lets time pass until `to`, stopping at each moment at which something falls due, so that years of
 * rotations happen one by one, each at its own time.
 */
async function letTimePass(passing: TimePassing, to: EpochMs): Promise<void> {
  const { clock, nextDueAt, runDue } = passing
  await runDue()
  for (;;) {
    // What is due stays due when its key cannot be served: time goes on without it.
    const dueAt = await nextDueAt(clock.now())
    if (dueAt === undefined || dueAt > to || dueAt <= clock.now()) break
    clock.set(dueAt)
    await runDue()
  }
  clock.set(to)
  await runDue()
}
