import type { Deps } from '../app/deps.ts'
import { destroyIfDue } from '../app/destroy-key.ts'
import { expireIfDue } from '../app/import-material.ts'
import { rotateIfDue, SCHEDULER_ACTOR } from '../app/rotate-key.ts'
import { syncReplicas } from '../app/send-replicas.ts'
import type { Key } from '../core/key.ts'
import type { EpochMs } from '../core/time.ts'

/** How many keys are taken up at a time. */
const BATCH = 100

/** How long a region that did not answer is left alone, in milliseconds. */
const AWAY_MS = 3000

/** How often the store is asked for what is due, in milliseconds. */
const TICK_MS = 1000

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
}

/**
 * Rotates and destroys keys when they are due. It keeps no list of its own: the store is asked for
 * what is due, and every step is a transaction that looks again. So any number of schedulers may
 * run side by side, and a crash loses nothing.
 */
export class Scheduler {
  readonly #deps: Deps
  readonly #events: SchedulerEvents
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> = Promise.resolve()
  #syncing: Promise<void> | undefined
  #mustSync = false
  /** Regions that did not answer, and until when they are left alone. */
  readonly #away = new Map<string, number>()
  #isStopped = false
  #latestSeen = 0 as EpochMs

  constructor(deps: Deps, events: SchedulerEvents) {
    this.#deps = deps
    this.#events = events
  }

  /** Begins to work by itself. */
  start(): void {
    this.#plan(0)
  }

  /** Stops; fulfilled when nothing is under way any more. */
  async stop(): Promise<void> {
    this.#isStopped = true
    clearTimeout(this.#timer)
    await this.#running
    await this.#syncing
  }

  /** Does all that is due now. */
  async runDue(): Promise<void> {
    const now = this.#deps.clock.now()
    if (now < this.#latestSeen) this.#events.clockWentBack(this.#latestSeen, now)
    this.#latestSeen = now
    await this.#rotateDue(now)
    await this.#expireDue(now)
    await this.#destroyDue(now)
    this.syncSoon()
  }

  /**
   * Tells replicas in other regions what they have not heard of, beside everything else: a region
   * that does not answer keeps nothing here from its time. Asked again while that is under way, it is
   * done once more afterwards.
   */
  syncSoon(): void {
    if (this.#isStopped) return
    this.#mustSync = true
    this.#syncing ??= this.#syncWhileAsked().finally(() => {
      this.#syncing = undefined
    })
  }

  async #syncWhileAsked(): Promise<void> {
    while (this.#mustSync && !this.#isStopped) {
      this.#mustSync = false
      await nextTurn()
      await this.#syncReplicas().catch(this.#events.failed)
    }
  }

  async #rotateDue(now: EpochMs): Promise<void> {
    for (;;) {
      const due = await this.#deps.keys.dueForRotation(now, BATCH)
      let rotated = 0
      for (const keyId of due) {
        if (this.#isStopped) return
        await this.#unhindered(async () => {
          if (await rotateIfDue(this.#deps, keyId, 'schedule', SCHEDULER_ACTOR)) rotated++
        })
      }
      if (due.length < BATCH || rotated === 0) return
    }
  }

  async #expireDue(now: EpochMs): Promise<void> {
    const due = await this.#deps.keys.dueForExpiry(now, BATCH)
    for (const material of due) {
      if (this.#isStopped) return
      await this.#unhindered(async () => {
        const key = await expireIfDue(this.#deps, material)
        if (key !== undefined) await this.#events.expired(key, now)
      })
    }
  }

  async #syncReplicas(): Promise<void> {
    const nowMs = performance.now()
    for (const [region, untilMs] of this.#away) if (untilMs <= nowMs) this.#away.delete(region)
    const away = new Set(this.#away.keys())
    for (const { keyId, since } of await this.#deps.replicas.pending(BATCH)) {
      if (this.#isStopped) return
      await this.#unhindered(() => syncReplicas(this.#deps, keyId, since, away))
    }
    for (const region of away) {
      if (!this.#away.has(region)) this.#away.set(region, performance.now() + AWAY_MS)
    }
  }

  async #destroyDue(now: EpochMs): Promise<void> {
    for (;;) {
      const due = await this.#deps.keys.dueForDeletion(now, BATCH)
      let destroyed = 0
      for (const keyId of due) {
        if (this.#isStopped) return
        await this.#unhindered(async () => {
          const key = await destroyIfDue(this.#deps, keyId)
          if (key === undefined) return
          destroyed++
          await this.#events.destroyed(key, now)
        })
      }
      if (due.length < BATCH || destroyed === 0) return
    }
  }

  /** Does the work of one key; if it fails, that is told, and the other keys have their turn. */
  async #unhindered(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.#events.failed(error)
    }
    await nextTurn()
  }

  #plan(delayMs: number): void {
    this.#timer = setTimeout(() => {
      this.#running = this.runDue()
        .catch(this.#events.failed)
        .finally(() => {
          if (!this.#isStopped) this.#plan(TICK_MS)
        })
    }, delayMs)
    this.#timer.unref()
  }
}

/** Lets requests be served between two keys. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
