import { baseAgainst, baseOf, forgiveSteps, judgeClock } from '../core/clock-trust.ts'
import type { EpochMs } from '../core/time.ts'
import { type GuardedClock, systemClock } from '../ports/clock.ts'
import type { Storage } from '../ports/storage.ts'

/** Fact in the store: the newest time that a server has believed. */
const NEWEST = 'clock-newest'

const BASE_AT = 0
const DIFFERS_AT = 1

/** Memory for what the threads of a server think of its clock. */
export function newClockMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(8 * 2)
}

/** What a guarded clock goes by. */
export interface GuardedClockParts {
  /** As {@link newClockMemory} made it. */
  readonly memory: SharedArrayBuffer
  readonly limitMs: number
  readonly storage: Pick<Storage, 'meta' | 'databaseTime'>
  readonly systemNow?: () => EpochMs
  /** Milliseconds of a clock that all threads share, that nobody can set. */
  readonly steadyNowMs?: () => number
}

/**
 * The clock of the machine, guarded. One thread has to call `compare` once before anybody asks what
 * time it is.
 */
export function guardedClock(parts: GuardedClockParts): GuardedClock {
  const { limitMs, storage, systemNow = systemClock.now, steadyNowMs = steadyTimeMs } = parts
  const words = new BigInt64Array(parts.memory)
  const read = () => ({ system: systemNow(), steadyMs: steadyNowMs() })
  const base = () => Number(Atomics.load(words, BASE_AT))
  const setBase = (baseMs: number) => Atomics.store(words, BASE_AT, BigInt(Math.round(baseMs)))
  const judge = () => judgeClock(read(), base(), limitMs)
  const put = (time: EpochMs) => storage.meta.put(NEWEST, String(time))

  async function newest(): Promise<EpochMs | undefined> {
    const text = await storage.meta.get(NEWEST)
    return text === undefined ? undefined : (Number(text) as EpochMs)
  }

  let unforgivenMs = 0
  return {
    limitMs,
    now: () => judge().time,
    judge,
    doubt() {
      if (!judge().isTrusted) return 'step'
      return Atomics.load(words, DIFFERS_AT) === 0n ? undefined : 'database'
    },
    async confirm() {
      const reading = read()
      setBase(baseOf(reading))
      await put(reading.system)
    },
    forgive(elapsedMs) {
      const { aheadMs, isTrusted } = judge()
      unforgivenMs += elapsedMs
      const changed = forgiveSteps(base(), aheadMs, unforgivenMs, limitMs)
      // Less than a millisecond is kept for later.
      if (!isTrusted || Math.abs(changed - base()) < 1) return
      setBase(changed)
      unforgivenMs = 0
    },
    async compare() {
      const known = await newest()
      const isFirst = Atomics.load(words, BASE_AT) === 0n
      if (isFirst) setBase(baseAgainst(read(), known, limitMs))
      else if (known !== undefined && known > judge().time + limitMs) {
        setBase(known - steadyNowMs())
      }
      const theirs = await storage.databaseTime?.()
      const differs = theirs !== undefined && Math.abs(theirs - judge().time) > limitMs
      Atomics.store(words, DIFFERS_AT, differs ? 1n : 0n)
    },
    async note() {
      const { time, isTrusted } = judge()
      if (isTrusted && time > ((await newest()) ?? 0)) await put(time)
    },
  }
}

function steadyTimeMs(): number {
  return Number(process.hrtime.bigint() / 1_000_000n)
}
