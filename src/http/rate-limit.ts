import { LRUCache } from 'lru-cache'
import { fault } from '../core/fault.ts'

/** Most principals whose rate is remembered. */
const MAX_PRINCIPALS = 10_000

interface Bucket {
  tokens: number
  filledAtMs: number
}

/**
 * Takes one call from a principal's allowance: a bucket that fills by `perSecond` and holds as much
 * as comes in {@link BURST_SECONDS}. With `perSecond` 0 there is no limit.
 *
 * @returns A function that throws the fault `too-many-requests` when the bucket is empty.
 */
export function makeRateLimit(perSecond: number): (principal: string) => void {
  if (perSecond <= 0) return () => undefined
  const capacity = Math.max(1, perSecond * BURST_SECONDS)
  const buckets = new LRUCache<string, Bucket>({ max: MAX_PRINCIPALS })
  return (principal) => {
    const nowMs = performance.now()
    let bucket = buckets.get(principal)
    if (bucket === undefined) {
      bucket = { tokens: capacity, filledAtMs: nowMs }
      buckets.set(principal, bucket)
    }
    const grown = ((nowMs - bucket.filledAtMs) / 1000) * perSecond
    bucket.tokens = Math.min(capacity, bucket.tokens + grown)
    bucket.filledAtMs = nowMs
    if (bucket.tokens < 1) {
      const retryAfterSeconds = Math.max(1, Math.ceil((1 - bucket.tokens) / perSecond))
      throw fault('too-many-requests', { retryAfterSeconds })
    }
    bucket.tokens -= 1
  }
}

/** How many seconds' worth of calls may come at once. */
const BURST_SECONDS = 2
