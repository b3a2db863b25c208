import type { Deps } from '../app/deps.ts'
import { syncReplicas } from '../app/send-replicas.ts'
import { pause } from './pause.ts'

/** How many keys are taken up at a time. */
const BATCH = 100

/** How long a region that did not answer is left alone, in milliseconds. */
const AWAY_MS = 3000

/**
 * Tells replicas in other regions what they have not heard of, beside everything else: a region that
 * does not answer keeps nothing here from its time.
 */
export class ReplicaSync {
  readonly #deps: Deps
  readonly #failed: (error: unknown) => void
  readonly #stopping: AbortSignal
  #syncing: Promise<void> | undefined
  #mustSync = false
  /** Regions that did not answer, and until when they are left alone. */
  readonly #away = new Map<string, number>()

  constructor(deps: Deps, failed: (error: unknown) => void, stopping: AbortSignal) {
    this.#deps = deps
    this.#failed = failed
    this.#stopping = stopping
  }

  /** Does it soon. Asked again while it is under way, it is done once more afterwards. */
  soon(): void {
    if (this.#stopping.aborted) return
    this.#mustSync = true
    this.#syncing ??= this.#syncWhileAsked().finally(() => {
      this.#syncing = undefined
    })
  }

  /** Fulfilled when nothing is under way. */
  async idle(): Promise<void> {
    await this.#syncing
  }

  async #syncWhileAsked(): Promise<void> {
    while (this.#mustSync && !this.#stopping.aborted) {
      this.#mustSync = false
      await pause(0, this.#stopping)
      await this.#sync().catch(this.#failed)
    }
  }

  async #sync(): Promise<void> {
    const nowMs = performance.now()
    for (const [region, untilMs] of this.#away) if (untilMs <= nowMs) this.#away.delete(region)
    const away = new Set(this.#away.keys())
    for (const { keyId, since } of await this.#deps.replicas.pending(BATCH)) {
      if (this.#stopping.aborted) return
      await syncReplicas(this.#deps, keyId, since, away).catch(this.#failed)
      await pause(0, this.#stopping)
    }
    for (const region of away) {
      if (!this.#away.has(region)) this.#away.set(region, performance.now() + AWAY_MS)
    }
  }
}
