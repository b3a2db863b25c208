import { fault } from '../core/fault.ts'
import type { Change, ChangeFeed } from '../ports/change-feed.ts'

/** Most changes that are read at a time. */
const BATCH = 1000

/**
 * Keeps caches true. It reads the change log since its last look and tells each cache what to drop.
 * A cache may be used only while the log was read within the last `stalenessMs`: so nobody uses a
 * revoked key for longer than that, not even on a node that is cut off from the database.
 */
export class ChangeFollower {
  readonly #feed: ChangeFeed
  readonly #stalenessMs: number
  readonly #listeners: readonly ((change: Change) => void)[]
  #position = 0
  #readAtMs = Number.NEGATIVE_INFINITY
  #reading: Promise<void> | undefined
  #queued: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined

  /** @param listeners Told of every change, in order; they must not throw. */
  constructor(
    feed: ChangeFeed,
    stalenessMs: number,
    listeners: readonly ((change: Change) => void)[],
  ) {
    this.#feed = feed
    this.#stalenessMs = stalenessMs
    this.#listeners = listeners
  }

  /** Begins after the newest change, while caches are still empty, and goes on reading by itself. */
  async start(onFailure: (error: unknown) => void): Promise<void> {
    const startedAtMs = performance.now()
    this.#position = await this.#feed.latest()
    this.#readAtMs = startedAtMs
    this.#timer = setInterval(() => {
      this.catchUp().catch(onFailure)
    }, this.#stalenessMs / 4)
    this.#timer.unref()
  }

  /** Stops reading; caches must not be used any more. */
  stop(): void {
    clearInterval(this.#timer)
  }

  /** Whether caches may be used. */
  isCurrent(): boolean {
    return performance.now() - this.#readAtMs <= this.#stalenessMs
  }

  /**
   * Makes caches usable, reading the log if it was not read lately.
   *
   * @throws {Fault} `storage-failed`
   */
  async requireCurrent(): Promise<void> {
    if (this.isCurrent()) return
    try {
      await this.catchUp()
    } catch (cause) {
      throw fault('storage-failed', {}, cause)
    }
  }

  /** Applies every change that is in the log now. Calls that come meanwhile share the next read. */
  catchUp(): Promise<void> {
    if (this.#reading === undefined) {
      this.#reading = this.#read().finally(() => {
        this.#reading = undefined
      })
      return this.#reading
    }
    this.#queued ??= this.#reading
      .catch(() => undefined)
      .then(() => {
        this.#queued = undefined
        return this.catchUp()
      })
    return this.#queued
  }

  async #read(): Promise<void> {
    const startedAtMs = performance.now()
    for (;;) {
      const changes = await this.#feed.since(this.#position, BATCH)
      for (const change of changes) {
        for (const listener of this.#listeners) listener(change)
        this.#position = change.number
      }
      if (changes.length < BATCH) break
    }
    this.#readAtMs = startedAtMs
  }
}
