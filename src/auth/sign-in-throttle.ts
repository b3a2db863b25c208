import { addressBlock } from '../core/address-block.ts'
import { fault } from '../core/fault.ts'
import { newTableKey, TABLE_KEY_BYTES, tableHash } from '../crypto/table-hash.ts'

/** Failures that cost nothing: people mistype. */
const FREE_FAILURES = { pair: 5, address: 20 } as const
const FIRST_DELAY_MS = 1000
const MAX_DELAY_MS = 5 * 60 * 1000
/** After so long without a failure all is forgotten. */
const FORGET_MS = 15 * 60 * 1000

/** Places for accounts at addresses, and for addresses. */
const PLACES = 65_536
/** In how many places a name may be; when all are taken, the least of them is forgotten. */
const WAYS = 8
/** A place is one 64-bit word: tag (19) ‖ failures (5) ‖ time of the last one (40, in ms: 34 years). */
const TIME_BITS = 40n
const COUNT_BITS = 5n
const TIME_MASK = (1n << TIME_BITS) - 1n
/** More need not be counted: the wait has reached its limit long before. */
const MAX_COUNT = 31

/** Memory for failed sign-ins, for all threads that count them together: 512 KiB, whoever fails. */
export function newSignInFailures(): SharedArrayBuffer {
  const memory = new SharedArrayBuffer(TABLE_KEY_BYTES + 8 * PLACES)
  newTableKey(new Uint8Array(memory, 0, TABLE_KEY_BYTES))
  return memory
}

interface Name {
  readonly text: string
  readonly free: number
}

interface Failures {
  readonly count: number
  readonly lastMs: number
}

/**
 * Slows down who guesses passwords: each failure beyond the free ones doubles the wait, for an
 * account from one address and, later, for the whole address. An account is never locked for
 * others: who guesses from elsewhere does not keep its owner out. Whichever thread is asked, it knows
 * of what failed at the others.
 */
export class SignInThrottle {
  readonly #nowMs: () => number
  readonly #key: Uint8Array
  readonly #words: BigUint64Array

  /**
   * @param memory As {@link newSignInFailures} made it.
   * @param nowMs A clock that all threads share and that only goes forward.
   */
  constructor(memory: SharedArrayBuffer, nowMs = steadyNowMs) {
    this.#nowMs = nowMs
    this.#key = new Uint8Array(memory, 0, TABLE_KEY_BYTES)
    this.#words = new BigUint64Array(memory, TABLE_KEY_BYTES)
  }

  /** @throws {Fault} `too-many-requests` while somebody has to wait */
  check(account: string, address: string): void {
    const nowMs = this.#nowMs()
    for (const name of namesOf(account, address)) {
      const { first, tag } = this.#placeOf(name)
      const at = this.#find(first, tag, nowMs)
      if (at === undefined) continue
      const { count, lastMs } = failuresIn(Atomics.load(this.#words, at))
      const waitMs = lastMs + delayMs(count, name.free) - nowMs
      if (waitMs > 0) {
        throw fault('too-many-requests', { retryAfterSeconds: Math.ceil(waitMs / 1000) })
      }
    }
  }

  /** Counts a failure. */
  fail(account: string, address: string): void {
    const nowMs = this.#nowMs()
    for (const name of namesOf(account, address)) this.#count(name, nowMs)
  }

  /** Forgets the failures of an account from an address, after a success. */
  succeed(account: string, address: string): void {
    const [pair] = namesOf(account, address)
    const { first, tag } = this.#placeOf(pair)
    const at = this.#find(first, tag, this.#nowMs())
    if (at !== undefined) Atomics.store(this.#words, at, 0n)
  }

  #count(name: Name, nowMs: number): void {
    const { first, tag } = this.#placeOf(name)
    for (;;) {
      const known = this.#find(first, tag, nowMs)
      const at = known ?? this.#leastOf(first, nowMs)
      const word = Atomics.load(this.#words, at)
      const isKnown = known !== undefined && word !== 0n && tagIn(word) === tag
      const count = isKnown ? Math.min(MAX_COUNT, failuresIn(word).count + 1) : 1
      const changed =
        (((tag << COUNT_BITS) | BigInt(count)) << TIME_BITS) | (BigInt(nowMs) & TIME_MASK)
      if (Atomics.compareExchange(this.#words, at, word, changed) === word) return
    }
  }

  #placeOf({ text }: Name): { readonly first: number; readonly tag: bigint } {
    const digest = tableHash(this.#key, text)
    return { first: digest.readUInt32LE(0) % PLACES, tag: BigInt(digest.readUInt32LE(4) >>> 13) }
  }

  /** Where the failures of a name are that still count. */
  #find(first: number, tag: bigint, nowMs: number): number | undefined {
    for (let way = 0; way < WAYS; way++) {
      const at = (first + way) % PLACES
      const word = Atomics.load(this.#words, at)
      if (word !== 0n && tagIn(word) === tag && isRemembered(word, nowMs)) return at
    }
    return undefined
  }

  /** A free place; or else that of who failed least often, of these the longest ago. */
  #leastOf(first: number, nowMs: number): number {
    let least = first
    let leastRank = Number.POSITIVE_INFINITY
    for (let way = 0; way < WAYS; way++) {
      const at = (first + way) % PLACES
      const word = Atomics.load(this.#words, at)
      if (word === 0n || !isRemembered(word, nowMs)) return at
      const { count, lastMs } = failuresIn(word)
      const rank = count * 2 ** Number(TIME_BITS) + lastMs
      if (rank < leastRank) [least, leastRank] = [at, rank]
    }
    return least
  }
}

function tagIn(word: bigint): bigint {
  return word >> (TIME_BITS + COUNT_BITS)
}

function failuresIn(word: bigint): Failures {
  return {
    count: Number(word >> TIME_BITS) & MAX_COUNT,
    lastMs: Number(word & TIME_MASK),
  }
}

function isRemembered(word: bigint, nowMs: number): boolean {
  return nowMs - failuresIn(word).lastMs <= FORGET_MS
}

function delayMs(count: number, free: number): number {
  return count < free ? 0 : Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** (count - free))
}

function namesOf(account: string, address: string): readonly [Name, Name] {
  const block = addressBlock(address)
  return [
    { text: JSON.stringify([account, block]), free: FREE_FAILURES.pair },
    { text: JSON.stringify([block]), free: FREE_FAILURES.address },
  ]
}

function steadyNowMs(): number {
  return Number(process.hrtime.bigint() / 1_000_000n)
}
