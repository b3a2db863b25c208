import type { Deps } from '../app/deps.ts'
import { destroyIfDue } from '../app/destroy-key.ts'
import { giveNotice } from '../app/give-notice.ts'
import { expireIfDue } from '../app/import-material.ts'
import { rotateDue } from '../app/rotate-due.ts'
import { rotateIfDue, rotateIfWornOut, SCHEDULER_ACTOR } from '../app/rotate-key.ts'
import type { KeyId } from '../core/ids.ts'
import type { Key } from '../core/key.ts'
import type { EpochMs } from '../core/time.ts'
import type { DuePlace, KeyHome } from '../ports/key-store.ts'
import type { Pressure } from '../ports/pressure.ts'
import { Lane, type TakeBatch, type Taken } from './lane.ts'
import { pause } from './pause.ts'
import { ReplicaSync } from './replica-sync.ts'

/** How many keys that are taken up one by one are asked for at a time. */
const BATCH = 100

/** How often the store is asked for what is due, in milliseconds. */
const TICK_MS = 1000
/** How often notice is given of what is due soon or late, in milliseconds. */
const NOTICE_TICK_MS = 5000
/** By how much more than has passed a clock that goes on is ahead, in milliseconds, to have jumped. */
const JUMP_MS = 60_000
/** By which share the time between two questions varies, so that nodes do not ask all at once. */
const JITTER = 0.2

/** What the scheduler tells of its work. */
export interface SchedulerEvents {
  /** A key was destroyed; fulfilled when the audit log has it. */
  readonly destroyed: (key: Key, at: EpochMs) => Promise<void>
  /** Imported material of a key has expired and is gone; fulfilled when the audit log has it. */
  readonly expired: (key: Key, at: EpochMs) => Promise<void>
  /** Something failed and will be tried again at the next tick. */
  readonly failed: (error: unknown) => void
  /** The clock says an earlier time than before. */
  readonly clockWentBack: (from: EpochMs, to: EpochMs) => void
  /** The clock says a much later time than has passed since it was looked at. */
  readonly clockWentForward: (from: EpochMs, to: EpochMs) => void
}

/**
 * Rotates and destroys keys when they are due. It keeps no list of its own: the store is asked for
 * what is due, and every step is a transaction that looks again. So any number of schedulers may
 * run side by side, and a crash loses nothing.
 *
 * Keys with material in the store go in batches, in step with the requests that come in; keys in
 * tokens one by one beside them, because a token may be slow, or not answer at all.
 */
export class Scheduler {
  readonly #deps: Deps
  readonly #events: SchedulerEvents
  readonly #lanes: readonly Lane[]
  readonly #replicas: ReplicaSync
  readonly #stopping = new AbortController()
  readonly #loops: Promise<void>[] = []
  #latestSeen = 0 as EpochMs
  #lookedAtMs = 0

  constructor(deps: Deps, events: SchedulerEvents, pressure: Pressure) {
    this.#deps = deps
    this.#events = events
    const { signal } = this.#stopping
    this.#replicas = new ReplicaSync(deps, events.failed, signal)
    const lane = (take: TakeBatch) => new Lane(take, pressure, events.failed, signal)
    this.#lanes = [
      lane((keys, after) => this.#rotateBatch(keys, after)),
      lane((keys, after) => this.#destroyBatch(keys, after)),
      lane((keys) => this.#expireBatch(keys)),
      lane((keys, after) => this.#wornOut('store', keys, after)),
    ]
  }

  /** Begins to work by itself. */
  start(): void {
    this.#loops.push(
      this.#repeat(() => this.#workStore(true)),
      this.#repeat(() => this.#workTokens()),
      this.#repeat(() => this.#giveNotice(), NOTICE_TICK_MS),
    )
  }

  /** Stops; fulfilled when nothing is under way any more: a batch that has begun is finished. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await Promise.all(this.#loops)
    await this.#replicas.idle()
  }

  /** Does all that is due now, without regard for anything else. */
  async runDue(): Promise<void> {
    await this.#giveNotice().catch(this.#events.failed)
    await this.#workStore(false)
    await this.#workTokens()
  }

  /** Tells replicas in other regions what they have not heard of, beside everything else. */
  syncSoon(): void {
    this.#replicas.soon()
  }

  get #isStopped(): boolean {
    return this.#stopping.signal.aborted
  }

  /** Does what is due of keys in the store, a batch of each kind in turn. */
  async #workStore(isPaced: boolean): Promise<void> {
    let open = this.#lanes
    for (const lane of open) lane.rewind()
    while (open.length > 0 && !this.#isStopped) {
      this.#lookAtClock(isPaced)
      const unfinished: Lane[] = []
      for (const lane of open) if (await lane.advance(isPaced)) unfinished.push(lane)
      open = unfinished
    }
    this.syncSoon()
  }

  /** @param isPaced Whether time passes by itself: on a virtual clock it is told to jump. */
  #lookAtClock(isPaced: boolean): void {
    const now = this.#deps.clock.now()
    const nowMs = performance.now()
    const passedMs = nowMs - this.#lookedAtMs
    const from = this.#latestSeen
    if (now < from) this.#events.clockWentBack(from, now)
    const isKnown = isPaced && this.#lookedAtMs > 0
    if (isKnown && now - from > passedMs + JUMP_MS) this.#events.clockWentForward(from, now)
    this.#latestSeen = now
    this.#lookedAtMs = nowMs
  }

  async #rotateBatch(keys: number, after: DuePlace | undefined): Promise<Taken> {
    try {
      return await rotateDue(this.#deps, keys, after, this.#events.failed)
    } catch (error) {
      this.#events.failed(error)
      return this.#alone('dueForRotation', 'store', keys, after)
    }
  }

  async #destroyBatch(keys: number, after: DuePlace | undefined): Promise<Taken> {
    const now = this.#deps.clock.now()
    try {
      const batch = await this.#deps.keys.destroyDue(now, keys, after)
      if (batch.done.length === 0) return batch
      await this.#deps.changes.afterCommit()
      await Promise.all(
        batch.done.map((key) => this.#events.destroyed(key, now).catch(this.#events.failed)),
      )
      return batch
    } catch (error) {
      this.#events.failed(error)
      return this.#alone('dueForDeletion', 'store', keys, after)
    }
  }

  async #expireBatch(keys: number): Promise<Taken> {
    const now = this.#deps.clock.now()
    const due = await this.#deps.keys.dueForExpiry(now, keys)
    let expired = 0
    for (const material of due) {
      if (this.#isStopped) break
      await this.#unhindered(async () => {
        const key = await expireIfDue(this.#deps, material)
        if (key === undefined) return
        expired++
        await this.#events.expired(key, now)
      })
    }
    return { claimed: due.length, hasMore: due.length === keys && expired > 0 }
  }

  #giveNotice(): Promise<void> {
    return giveNotice(this.#deps, () => this.#isStopped)
  }

  /** Does what is due of keys in tokens, all of it. */
  async #workTokens(): Promise<void> {
    for (const what of ['dueForRotation', 'dueForDeletion'] as const) {
      let after: DuePlace | undefined
      do {
        after = (await this.#alone(what, 'token', BATCH, after)).next
      } while (after !== undefined && !this.#isStopped)
    }
    let after: DuePlace | undefined
    do {
      after = (await this.#wornOut('token', BATCH, after)).next
    } while (after !== undefined && !this.#isStopped)
  }

  /** Rotates keys that have reached a limit of use, one by one: there are never many. */
  async #wornOut(
    home: KeyHome,
    limit: number,
    after: DuePlace | undefined,
  ): Promise<{ readonly claimed: number; readonly next: DuePlace | undefined }> {
    const reached = await this.#deps.rotationLimits.reached(home, limit, after)
    for (const one of reached) {
      if (this.#isStopped) break
      await this.#unhindered(() => rotateIfWornOut(this.#deps, one))
    }
    return { claimed: reached.length, next: reached.length < limit ? undefined : reached.at(-1) }
  }

  /** Takes up keys one by one: one that fails does not hinder the others. */
  async #alone(
    what: 'dueForRotation' | 'dueForDeletion',
    home: KeyHome,
    limit: number,
    after: DuePlace | undefined,
  ): Promise<{ readonly claimed: number; readonly next: DuePlace | undefined }> {
    const now = this.#deps.clock.now()
    const due = await this.#deps.keys[what](home, now, limit, after)
    const work = what === 'dueForRotation' ? this.#rotateOne : this.#destroyOne
    for (const { keyId } of due) {
      if (this.#isStopped) break
      await this.#unhindered(() => work(keyId))
    }
    return { claimed: due.length, next: due.length < limit ? undefined : due.at(-1) }
  }

  readonly #rotateOne = async (keyId: KeyId): Promise<void> => {
    await rotateIfDue(this.#deps, keyId, 'schedule', SCHEDULER_ACTOR)
  }

  readonly #destroyOne = async (keyId: KeyId): Promise<void> => {
    const key = await destroyIfDue(this.#deps, keyId)
    if (key !== undefined) await this.#events.destroyed(key, this.#deps.clock.now())
  }

  /** Does the work of one key; if it fails, that is told, and the other keys have their turn. */
  async #unhindered(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.#events.failed(error)
    }
    await pause(0, this.#stopping.signal)
  }

  async #repeat(work: () => Promise<void>, tickMs = TICK_MS): Promise<void> {
    while (!this.#isStopped) {
      await pause(0, this.#stopping.signal)
      if (!this.#isStopped) await work().catch(this.#events.failed)
      const factor = 1 + JITTER * (Math.random() - 0.5)
      await pause(tickMs * factor, this.#stopping.signal)
    }
  }
}
