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
  readonly count: number
  readonly blockedUntilMs: number
}

/**
 * Slows down who guesses passwords: each failure beyond the free ones doubles the wait, for an
 * account from one address and, later, for the whole address. An account is never locked for
 * others: who guesses from elsewhere does not keep its owner out.
 */
export class SignInThrottle {
  readonly #nowMs: () => number
  readonly #failures: LRUCache<string, Failures>

  /** @param nowMs A clock that only goes forward. */
  constructor(nowMs = () => performance.now()) {
    this.#nowMs = nowMs
    this.#failures = new LRUCache({
      max: MAX_REMEMBERED,
      ttl: FORGET_MS,
      ttlResolution: 0,
      perf: { now: nowMs },
    })
  }

  /** @throws {Fault} `too-many-requests` while somebody has to wait */
  check(account: string, address: string): void {
    const nowMs = this.#nowMs()
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
      this.#failures.set(key, { count, blockedUntilMs: this.#nowMs() + delayMs })
    }
  }

  /** Forgets the failures of an account from an address, after a success. */
  succeed(account: string, address: string): void {
    for (const { key } of keysOf(account, address).slice(0, 1)) this.#failures.delete(key)
  }
}

function keysOf(account: string, address: string) {
  const place = placeOf(address)
  return [
    { key: JSON.stringify([account, place]), free: FREE_FAILURES.pair },
    { key: JSON.stringify([place]), free: FREE_FAILURES.address },
  ] as const
}

/** The address, or for IPv6 its first 64 bits: who has one of these addresses has all of them. */
function placeOf(address: string): string {
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1]
  if (mapped !== undefined) return mapped
  if (!address.includes(':')) return address
  const [head = '', tail] = address.split('::')
  const before = head.split(':').filter((group) => group !== '')
  const after = (tail ?? '').split(':').filter((group) => group !== '')
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length)
  return [...before, ...Array<string>(zeros).fill('0'), ...after].slice(0, 4).join(':')
}
