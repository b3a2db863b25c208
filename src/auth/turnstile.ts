import { fault } from '../core/fault.ts'

/** Lets a few through at a time; who comes meanwhile waits, first come, first served. */
export class Turnstile {
  readonly #width: number
  readonly #maxWaiting: number
  readonly #waiting: (() => void)[] = []
  #inside = 0

  /**
   * @param width Most that are inside at a time.
   * @param maxWaiting Most that wait; whoever comes then is sent away.
   */
  constructor(width: number, maxWaiting: number) {
    this.#width = width
    this.#maxWaiting = maxWaiting
  }

  /**
   * Does `work` when its turn has come.
   *
   * @throws {Fault} `too-many-requests` when too many wait already
   */
  async pass<T>(work: () => Promise<T>): Promise<T> {
    await this.#enter()
    try {
      return await work()
    } finally {
      this.#leave()
    }
  }

  async #enter(): Promise<void> {
    if (this.#inside < this.#width) {
      this.#inside++
      return
    }
    if (this.#waiting.length >= this.#maxWaiting) {
      throw fault('too-many-requests', { retryAfterSeconds: 1 })
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  /** Hands its place to the next, so that nobody slips in between. */
  #leave(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#inside--
    else next()
  }
}
