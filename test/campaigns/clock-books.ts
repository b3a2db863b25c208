import type { Reckoning, TimeSpan } from './reckoned-clock.ts'

const DAY_MS = 24 * 60 * 60 * 1000
/** After so long a server has done what is due: it looks each second. */
export const WORK_MS = 2500

/** What becomes of a key once, at a time: it is destroyed, or its material expires. */
export type Ending = 'destruction' | 'expiry'

interface Doom {
  readonly ending: Ending
  readonly dueAt: TimeSpan
}

/** What has to happen to the keys of a server and when, by the reckoning of a campaign alone. */
export class ClockBooks {
  readonly #doomed = new Map<string, Doom>()
  readonly #rotationMs: number
  #rotatesAt: TimeSpan
  readonly done = { rotations: 0, destruction: 0, expiry: 0 }

  /** @param began When the first period of the key that rotates began. */
  constructor(began: TimeSpan, rotationDays: number) {
    this.#rotationMs = rotationDays * DAY_MS
    this.#rotatesAt = later(began, this.#rotationMs)
  }

  /** Keys that wait for their end. */
  get doomed(): readonly string[] {
    return [...this.#doomed.keys()]
  }

  /** How a key ends; it must be one that waits. */
  endingOf(keyId: string): Ending | undefined {
    return this.#doomed.get(keyId)?.ending
  }

  /** A key is to end at a time. */
  doom(keyId: string, ending: Ending, dueAt: TimeSpan): void {
    this.#doomed.set(keyId, { ending, dueAt })
  }

  /** Judges whether a key has ended, after the server had time to work; answers what is wrong. */
  sawKey(keyId: string, hasEnded: boolean, now: Reckoning): string | undefined {
    const doom = this.#doomed.get(keyId)
    if (doom === undefined) return undefined
    const { ending, dueAt } = doom
    if (hasEnded) {
      this.#doomed.delete(keyId)
      this.done[ending]++
      const mayEnd = now.isTrusted && now.latest >= dueAt.earliest
      return mayEnd ? undefined : `a key saw its ${ending} ${early(now, dueAt)}`
    }
    const mustEnd = now.isTrusted && now.earliest - WORK_MS >= dueAt.latest
    return mustEnd ? `a key missed its ${ending}` : undefined
  }

  /** Judges how often the key has rotated; answers what is wrong. */
  sawRotations(count: number, now: Reckoning): string | undefined {
    const known = this.done.rotations
    const mustRotate = now.earliest - WORK_MS >= this.#rotatesAt.latest
    const mayRotate = now.latest >= this.#rotatesAt.earliest
    this.done.rotations = count
    if (count === known) return mustRotate ? 'a rotation is missing' : undefined
    const due = this.#rotatesAt
    // It may have happened at any moment since the clock was set.
    this.#rotatesAt = later({ ...now, earliest: now.earliest - 2 * WORK_MS }, this.#rotationMs)
    if (count !== known + 1) return `${count - known} rotations at once`
    return mayRotate ? undefined : `a rotation ${early(now, due)}`
  }
}

/** A time moved by milliseconds. */
export function later({ earliest, latest }: TimeSpan, byMs: number): TimeSpan {
  return { earliest: earliest + byMs, latest: latest + byMs }
}

function early(now: Reckoning, dueAt: TimeSpan): string {
  const days = ((dueAt.earliest - now.latest) / DAY_MS).toFixed(1)
  return now.isTrusted ? `${days} days early` : `${days} days early, on a clock nobody may believe`
}
