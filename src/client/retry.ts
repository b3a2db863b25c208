import type { KeyturnError } from './keyturn-error.ts'
import { wasNothingSent } from './transport.ts'

/** Longest pause before the first repetition; it doubles with each. */
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 5_000

/** An answer that came instead of the one that was wanted, or none at all. */
export interface Failure {
  readonly error: KeyturnError
  /** Value of the header `Retry-After`, if there was one. */
  readonly retryAfter: string | null
}

/**
 * Whether the request may be sent again. What is not repeatable may be only when it certainly changed
 * nothing: it was never sent, or the server said that it was too busy to begin.
 */
export function mayRepeat({ kind, status, cause }: KeyturnError, isRepeatable: boolean): boolean {
  if (kind === 'network') return isRepeatable || wasNothingSent(cause)
  if (kind !== 'refused') return false
  if (status === 429 || status === 503) return true
  return isRepeatable && (status === 502 || status === 504)
}

/**
 * How long to wait before the repetition that follows the failure number `failures`, counted from 1:
 * a random part of a time that doubles ("full jitter"), and no less than the server asked for.
 */
export function pauseMs(failures: number, retryAfter: string | null, nowMs: number): number {
  const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1))
  return askedMs(retryAfter, nowMs) + Math.random() * longest
}

/** `Retry-After` in milliseconds: seconds, or a date. Source: RFC 9110 §10.2.3. */
function askedMs(retryAfter: string | null, nowMs: number): number {
  if (retryAfter === null) return 0
  if (/^\d+$/.test(retryAfter)) return Number(retryAfter) * 1000
  const date = Date.parse(retryAfter)
  return Number.isNaN(date) ? 0 : Math.max(0, date - nowMs)
}

/** Waits, unless `signal` ends it: then it rejects with the signal's reason. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted()
    const onAbort = () => {
      clearTimeout(timer)
      reject(signal.reason)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort)
      resolve()
    }, ms)
    signal.addEventListener('abort', onAbort, { once: true })
  })
}
