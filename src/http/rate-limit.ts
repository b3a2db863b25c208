import { fault } from '../core/fault.ts'

/** How many seconds' worth of calls may come at once. */
const BURST_SECONDS = 2
/** Places for principals; who has not called lately needs none. */
const PLACES = 65_536
/** In how many places a principal may be: with all of them taken by busy others, it shares the last. */
const WAYS = 8
/** A place is one 64-bit word: tag (12 bits) ‖ time (52 bits, in units of 100 ns: 14 years). */
const TIME_BITS = 52n
const TIME_MASK = (1n << TIME_BITS) - 1n
const UNITS_PER_SECOND = 10_000_000n
const NANOSECONDS_PER_UNIT = 100n

/** Memory for the allowances of all principals, for all threads that limit rates together. */
export function newAllowances(): SharedArrayBuffer {
  return new SharedArrayBuffer(8 * PLACES)
}

/**
 * Takes one call from a principal's allowance: it fills by `perSecond` and holds as much as comes in
 * {@link BURST_SECONDS}, whichever thread is called. With `perSecond` 0 there is no limit. Kept as the
 * time at which the allowance will be whole again (the virtual scheduling algorithm, ITU-T I.371).
 *
 * @param allowances As {@link newAllowances} made it.
 * @param now Nanoseconds of a clock that all threads share and that never goes back.
 * @returns A function that throws the fault `too-many-requests` when the allowance is used up.
 */
export function makeRateLimit(
  perSecond: number,
  allowances: SharedArrayBuffer,
  now: () => bigint = process.hrtime.bigint,
): (principal: string) => void {
  if (perSecond <= 0) return () => undefined
  const words = new BigUint64Array(allowances)
  const step = UNITS_PER_SECOND / BigInt(perSecond)
  const burst = BigInt(BURST_SECONDS) * UNITS_PER_SECOND
  return (principal) => {
    const time = (now() / NANOSECONDS_PER_UNIT) & TIME_MASK
    const hash = hashOf(principal)
    const tag = BigInt(hash >>> 20)
    for (;;) {
      const at = findPlace(words, hash, tag, time)
      const word = Atomics.load(words, at)
      const wholeAt = word & TIME_MASK
      const next = (wholeAt > time ? wholeAt : time) + step
      if (next - time > burst) {
        const waitSeconds = Number(next - time - burst) / Number(UNITS_PER_SECOND)
        throw fault('too-many-requests', { retryAfterSeconds: Math.max(1, Math.ceil(waitSeconds)) })
      }
      const changed = (tag << TIME_BITS) | (next & TIME_MASK)
      if (Atomics.compareExchange(words, at, word, changed) === word) return
    }
  }
}

/** The place of a principal, or one whose owner has its whole allowance and so needs none. */
function findPlace(words: BigUint64Array, hash: number, tag: bigint, time: bigint): number {
  const first = hash % PLACES
  let free: number | undefined
  for (let way = 0; way < WAYS; way++) {
    const at = (first + way) % PLACES
    const word = Atomics.load(words, at)
    if (word >> TIME_BITS === tag) return at
    if (free === undefined && (word & TIME_MASK) <= time) free = at
  }
  return free ?? (first + WAYS - 1) % PLACES
}

/** 32 bits that spread names well. Source: FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  }
  return hash >>> 0
}
