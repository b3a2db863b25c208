import { LRUCache } from 'lru-cache'
import { fault } from '../core/fault.ts'

/** Failures that cost nothing: people mistype. */
const FREE_FAILURES = { pair: 5, address: 20 } as const
const FIRST_DELAY_MS = 1000
const MAX_DELAY_MS = 5 * 60 * 1000
/** After so long without a failure all is forgotten. */
const FORGET_MS = 15 * 60 * 1000
const MAX_REMEMBERED = 50_000

interface Failures {
  count: number
  blockedUntilMs: number
}

/**
 * Slows down who guesses passwords: each failure beyond the free ones doubles the wait, for an
 * account from one address and, later, for the whole address. An account is never locked for
 * others: who guesses from elsewhere does not keep its owner out.
 */
export class SignInThrottle {
  readonly #failures = new LRUCache<string, Failures>({
    max: MAX_REMEMBERED,
    ttl: FORGET_MS,
    ttlResolution: 1000,
  })

  /** @throws {Fault} `too-many-requests` while somebody has to wait */
  check(account: string, address: string): void {
    const nowMs = performance.now()
    for (const { key } of keysOf(account, address)) {
      const blockedUntilMs = this.#failures.get(key)?.blockedUntilMs ?? 0
      if (blockedUntilMs > nowMs) {
        const retryAfterSeconds = Math.ceil((blockedUntilMs - nowMs) / 1000)
        throw fault('too-many-requests', { retryAfterSeconds })
      }
    }
  }

  /** Counts a failure. */
  fail(account: string, address: string): void {
    for (const { key, free } of keysOf(account, address)) {
      const count = (this.#failures.get(key)?.count ?? 0) + 1
      const delayMs =
        count < free ? 0 : Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(count - free, 20))
      this.#failures.set(key, { count, blockedUntilMs: performance.now() + delayMs })
    }
  }

  /** Forgets the failures of an account from an address, after a success. */
  succeed(account: string, address: string): void {
    for (const { key } of keysOf(account, address).slice(0, 1)) this.#failures.delete(key)
  }
}

function keysOf(account: string, address: string) {
  return [
    { key: JSON.stringify([account, address]), free: FREE_FAILURES.pair },
    { key: JSON.stringify([address]), free: FREE_FAILURES.address },
  ] as const
}
