import { fault } from '../core/fault.ts'
import type { Change, ChangeFeed } from '../ports/change-feed.ts'
import type { CommitSignal } from '../ports/commit-signal.ts'

/** Most changes that are read at a time. */
const BATCH = 1000
/**
 * How long the change log may take to answer. Who is cut off without being told would otherwise have
 * every request wait until the connection is given up, and would notice late that the link is back.
 */
const ANSWER_MS = 2000

/** A cache that is kept true. */
export interface ChangeListener {
  /** Drops what `change` touches; must not throw. */
  readonly apply: (change: Change) => void
  /** Drops everything, and learns anew what has to be known beforehand. */
  readonly forgetAll: () => void | Promise<void>
}

/** What a follower is made of. */
export interface ChangeFollowerOptions {
  readonly feed: ChangeFeed
  /** What other threads of this process have committed. */
  readonly signal: CommitSignal
  /** How long caches may be used without another look at the change log. */
  readonly stalenessMs: number
  /** Told of every change, in order. */
  readonly listeners: readonly ChangeListener[]
}

/**
 * Keeps caches true. It reads the change log since its last look and tells each cache what to drop.
 *
 * Two things must hold before a cache may be used. No thread of this process has announced a commit
 * since the last look: so the next request after the answer to a change sees it, whichever thread it
 * reaches. And the log was read within the last `stalenessMs`, by the clock that never jumps and by the
 * one that goes on while a machine sleeps: so nobody uses a revoked key for longer than that, not even
 * a node that is cut off from the database.
 *
 * The last change is read again each time. If it is not what it was, the database went back to an
 * earlier state, as after the failure of one that had not copied everything to its successor: then
 * everything is forgotten, for what was seen may never have happened.
 */
export class ChangeFollower {
  readonly #options: ChangeFollowerOptions
  #last: Change | undefined
  #mustBeginAnew = true
  #commitsSeen = 0
  #readAtMs = Number.NEGATIVE_INFINITY
  #readAtWallMs = Number.NEGATIVE_INFINITY
  #reading: Promise<void> | undefined
  #queued: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #stopListening: (() => Promise<void>) | undefined

  constructor(options: ChangeFollowerOptions) {
    this.#options = options
  }

  /** Begins after the newest change and goes on reading by itself. */
  async start(onFailure: (error: unknown) => void): Promise<void> {
    const { feed, stalenessMs } = this.#options
    await this.catchUp()
    const look = () => {
      this.catchUp().catch(onFailure)
    }
    this.#timer = setInterval(look, stalenessMs / 4).unref()
    this.#stopListening = await feed.listen?.(look, () => {
      this.#mustBeginAnew = true
      look()
    })
  }

  /** Stops reading; caches must not be used any more. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#stopListening?.()
    await this.#reading?.catch(() => undefined)
  }

  /** Whether caches may be used. */
  isCurrent(): boolean {
    const { signal, stalenessMs } = this.#options
    return (
      signal.count() === this.#commitsSeen &&
      performance.now() - this.#readAtMs <= stalenessMs &&
      Date.now() - this.#readAtWallMs <= stalenessMs
    )
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
    const readAtMs = performance.now()
    const readAtWallMs = Date.now()
    const commitsSeen = this.#options.signal.count()
    if (this.#mustBeginAnew || !(await this.#follow())) await this.#beginAnew()
    this.#commitsSeen = commitsSeen
    this.#readAtMs = readAtMs
    this.#readAtWallMs = readAtWallMs
  }

  /** Applies what came after the last change; false when that is not in the log any more. */
  async #follow(): Promise<boolean> {
    const { feed, listeners } = this.#options
    for (;;) {
      const last = this.#last
      const from = last === undefined ? 0 : last.number - 1
      const found = await inTime(feed.since(from, BATCH))
      if (last !== undefined && !isSame(found[0], last)) return false
      const changes = last === undefined ? found : found.slice(1)
      for (const change of changes) {
        for (const { apply } of listeners) apply(change)
        this.#last = change
      }
      if (found.length < BATCH) return true
    }
  }

  async #beginAnew(): Promise<void> {
    const { feed, listeners } = this.#options
    this.#mustBeginAnew = false
    try {
      const newest = await inTime(feed.latest())
      this.#last = newest === 0 ? undefined : (await inTime(feed.since(newest - 1, 1)))[0]
      for (const { forgetAll } of listeners) await forgetAll()
    } catch (error) {
      this.#mustBeginAnew = true
      throw error
    }
  }
}

function isSame(one: Change | undefined, other: Change): boolean {
  return one?.number === other.number && one.kind === other.kind && one.id === other.id
}

/** What was asked for; an answer that comes too late is of no use any more. */
async function inTime<T>(asked: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const error = new Error(`the change log gave no answer within ${ANSWER_MS} ms`)
    timer = setTimeout(() => reject(error), ANSWER_MS)
  })
  try {
    return await Promise.race([asked, late])
  } finally {
    clearTimeout(timer)
  }
}
