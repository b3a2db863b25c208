import type { DuePlace } from '../ports/key-store.ts'
import type { Pressure } from '../ports/pressure.ts'
import { FULL_PACE, nextPace, type Pace, requestRate } from './pace.ts'
import { pause } from './pause.ts'

/**
 * What a batch came to: how many keys it took up, whether there are more, and where; and how long the
 * store had it, if that is less than all of it.
 */
export type Taken = { readonly claimed: number; readonly storeMs?: number } & (
  | { readonly next: DuePlace | undefined }
  | { readonly hasMore: boolean }
)

/** Takes up at most so many keys that are due after a place. */
export type TakeBatch = (keys: number, after: DuePlace | undefined) => Promise<Taken>

/** Work of one kind that is done in batches, from the longest due on, in step with the requests. */
export class Lane {
  readonly #take: TakeBatch
  readonly #pressure: Pressure
  readonly #failed: (error: unknown) => void
  readonly #stopping: AbortSignal
  #after: DuePlace | undefined
  #pace: Pace | undefined
  #requestsPerSecond = 0
  #requestsSeen = 0
  #lookedAtMs = 0

  /** @param failed Told why a batch failed; the lane then ends, until it is rewound. */
  constructor(
    take: TakeBatch,
    pressure: Pressure,
    failed: (error: unknown) => void,
    stopping: AbortSignal,
  ) {
    this.#take = take
    this.#pressure = pressure
    this.#failed = failed
    this.#stopping = stopping
  }

  /** Begins with the longest due again. */
  rewind(): void {
    this.#after = undefined
  }

  /**
   * Does the next batch, when its time has come; answers whether there is more to do.
   *
   * @param isPaced Whether to make room for requests.
   */
  async advance(isPaced: boolean): Promise<boolean> {
    if (isPaced) await this.#waitForTurn()
    if (this.#stopping.aborted) return false
    const { keys } = isPaced ? (this.#pace ?? FULL_PACE) : FULL_PACE
    const startedAtMs = performance.now()
    try {
      const taken = await this.#take(keys, this.#after)
      const tookMs = taken.storeMs ?? performance.now() - startedAtMs
      const hasMore = 'hasMore' in taken ? taken.hasMore : taken.next !== undefined
      this.#after = 'next' in taken ? taken.next : undefined
      this.#measure()
      this.#pace = nextPace(this.#requestsPerSecond, { keys: taken.claimed, tookMs })
      return hasMore
    } catch (error) {
      this.#failed(error)
      return false
    }
  }

  async #waitForTurn(): Promise<void> {
    await pause(this.#pace?.pauseMs ?? 0, this.#stopping)
  }

  #measure(): void {
    const requests = this.#pressure.requestsServed()
    const nowMs = performance.now()
    this.#requestsPerSecond = requestRate(
      this.#requestsPerSecond,
      requests - this.#requestsSeen,
      nowMs - this.#lookedAtMs,
    )
    this.#requestsSeen = requests
    this.#lookedAtMs = nowMs
  }
}
