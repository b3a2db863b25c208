/** The step up to which a clock is believed, as a server has it without flags, in milliseconds. */
const LIMIT_MS = 24 * 60 * 60 * 1000
/** What lies between a call and its answer, and what the false clock rounds, in milliseconds. */
const SLACK_MS = 2000
/** A server forgives so much of each millisecond: a thirtieth of the limit in a day. */
const FORGIVEN = 1 / 30

/** A time that is known within bounds, in milliseconds since 1970. */
export interface TimeSpan {
  readonly earliest: number
  readonly latest: number
}

/** What a server must think of the time. */
export interface Reckoning extends TimeSpan {
  readonly isTrusted: boolean
}

/**
 * What a server should believe, reckoned without asking it: from a clock that nobody has set, what
 * its own was set to, what an operator confirmed, and when it was started.
 */
export class ReckonedClock {
  readonly #limitMs: number
  readonly #steadyNow: () => number
  readonly #beganAt: number
  /** By how much the believed time is ahead of the right one, within bounds. */
  #ahead = { least: 0, most: 0 }
  #lie: { readonly aheadMs: number } | { readonly frozenAt: number } = { aheadMs: 0 }
  /** The newest time that the store can have been told, and that it has surely been told. */
  #noted: TimeSpan

  constructor(steadyNow = steadyTime, limitMs = LIMIT_MS) {
    this.#steadyNow = steadyNow
    this.#limitMs = limitMs
    this.#beganAt = steadyNow()
    this.#noted = { earliest: this.#beganAt, latest: this.#beganAt }
  }

  /** By how much what is believed is ahead of the right time, in milliseconds. */
  get believedAheadMs(): number {
    return (this.#ahead.least + this.#ahead.most) / 2
  }

  /** The clock of the system was set to be so far ahead of the right time. */
  set(aheadMs: number): void {
    this.#noteLatest()
    this.#lie = { aheadMs }
  }

  /** The clock of the system stands still. */
  freeze(frozenAt: number): void {
    this.#noteLatest()
    this.#lie = { frozenAt }
  }

  /** An operator has said that the clock is right. */
  confirm(): void {
    const system = this.#system()
    this.#believe(system)
    this.#noted = { earliest: system, latest: system }
  }

  /** The server is killed: what it knew besides the store is gone. */
  kill(): void {
    this.#noteLatest()
  }

  /** Another node has told the store of a time, or may have. */
  othersNoted(time: number): void {
    this.#noted = { ...this.#noted, latest: Math.max(this.#noted.latest, time) }
  }

  /** It was started, between a moment by the steady clock and now. */
  started(sinceMs: number): void {
    const system = this.#system()
    const known = (this.#noted.earliest + this.#noted.latest) / 2
    if (Math.abs(system - known) <= this.#limitMs) {
      this.#believe(system)
      this.#noted = { earliest: system, latest: Math.max(system, this.#noted.latest) }
      return
    }
    this.#ahead = {
      least: this.#noted.earliest - this.#steadyNow(),
      most: this.#noted.latest - sinceMs,
    }
  }

  /** What a server must say now, and whether it must believe its clock. */
  now(): Reckoning {
    const right = this.#steadyNow()
    const slackMs = SLACK_MS + (right - this.#beganAt) * FORGIVEN
    const system = this.#system()
    const isTrusted = Math.abs(system - right - this.believedAheadMs) <= this.#limitMs
    const { least, most } = this.#ahead
    return {
      isTrusted,
      earliest: (isTrusted ? system : right + least) - slackMs,
      latest: (isTrusted ? system : right + most) + slackMs,
    }
  }

  /** The server said a time that may be: bounds that a start has left are closer from now on. */
  heard(time: number): void {
    if (this.now().isTrusted) return
    const aheadMs = time - this.#steadyNow()
    this.#ahead = { least: aheadMs, most: aheadMs }
  }

  #believe(system: number): void {
    const aheadMs = system - this.#steadyNow()
    this.#ahead = { least: aheadMs, most: aheadMs }
  }

  #system(): number {
    return 'frozenAt' in this.#lie ? this.#lie.frozenAt : this.#steadyNow() + this.#lie.aheadMs
  }

  #noteLatest(): void {
    const { isTrusted, latest } = this.now()
    if (!isTrusted) return
    this.#noted = { ...this.#noted, latest: Math.max(this.#noted.latest, latest) }
  }
}

/** The time by a clock that began right and that nobody can set. */
export function steadyTime(): number {
  return performance.timeOrigin + performance.now()
}
