import type { Counter, Histogram } from 'prom-client'

/** Most times that wait to be put into the histogram. */
const MAX_PENDING = 1000

interface Tally {
  readonly byStatus: Map<number, number>
  readonly pendingSeconds: number[]
}

/**
 * Counts replies. A metric looks up its labels at each call; here they are noted with a few
 * instructions, and handed on when somebody asks, or by the thousand.
 */
export class RequestTally {
  readonly #tallies = new Map<string, Tally>()

  /** Notes a reply; true when so many times wait that they should be handed on. */
  note(operation: string, status: number, seconds: number): boolean {
    let tally = this.#tallies.get(operation)
    if (tally === undefined) {
      tally = { byStatus: new Map(), pendingSeconds: [] }
      this.#tallies.set(operation, tally)
    }
    tally.byStatus.set(status, (tally.byStatus.get(status) ?? 0) + 1)
    return tally.pendingSeconds.push(seconds) >= MAX_PENDING
  }

  /** Hands on how many replies there were of each operation and status. */
  countInto(requests: Counter<'operation' | 'status'>): void {
    requests.reset()
    for (const [operation, { byStatus }] of this.#tallies) {
      for (const [status, count] of byStatus) requests.inc({ operation, status }, count)
    }
  }

  /** Hands on the times noted since the last time. */
  observeInto(seconds: Histogram<'operation'>): void {
    for (const [operation, { pendingSeconds }] of this.#tallies) {
      const timer = seconds.labels(operation)
      for (const each of pendingSeconds) timer.observe(each)
      pendingSeconds.length = 0
    }
  }
}
