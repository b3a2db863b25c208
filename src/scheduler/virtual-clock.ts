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

/** What has to be known and done to let time pass. */
export interface TimePassing {
  readonly clock: VirtualClock
  /** When the next thing falls due. */
  readonly nextDueAt: () => Promise<EpochMs | undefined>
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
    const dueAt = await nextDueAt()
    if (dueAt === undefined || dueAt > to) break
    // What is due stays due when its key cannot be served: then time goes on without it.
    if (dueAt <= clock.now()) break
    clock.set(dueAt)
    await runDue()
  }
  clock.set(to)
  await runDue()
}
