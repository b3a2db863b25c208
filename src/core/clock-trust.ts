import { DAY_MS, type EpochMs } from './time.ts'

/** In how many days steps of a clock that add up to the limit are forgiven. */
const FORGIVEN_IN_DAYS = 30

/** What two clocks say at one moment. */
export interface ClockReading {
  /** The clock of the system: it may be set, and may lie. */
  readonly system: EpochMs
  /** Milliseconds since some moment; nobody can set it, and it never goes back. */
  readonly steadyMs: number
}

/** What is thought of the clock of the system. */
export interface ClockJudgement {
  /** The time that keys go by. */
  readonly time: EpochMs
  readonly system: EpochMs
  /** By how much the clock of the system is ahead of what has passed; negative when it is behind. */
  readonly aheadMs: number
  readonly isTrusted: boolean
}

/**
 * Judges the clock of the system. Once it has moved by more than the limit it is not believed: time
 * then goes on as the steady clock has it, from the last moment that was trusted, so that nothing falls
 * due that should not, and what is due in truth still does.
 *
 * @param baseMs The trusted time at the moment from which the steady clock counts.
 */
export function judgeClock(
  { system, steadyMs }: ClockReading,
  baseMs: number,
  limitMs: number,
): ClockJudgement {
  const aheadMs = system - (baseMs + steadyMs)
  const isTrusted = Math.abs(aheadMs) <= limitMs
  return { time: isTrusted ? system : ((system - aheadMs) as EpochMs), system, aheadMs, isTrusted }
}

/** The base with which the clock of the system is right as it is. */
export function baseOf({ system, steadyMs }: ClockReading): number {
  return system - steadyMs
}

/**
 * The base with which to begin, or to go on when others have seen a later time: the clock of the system
 * is believed if it differs from the newest time that is known by no more than the limit.
 *
 * @param newest The newest trusted time that anybody has noted; undefined when nobody has.
 */
export function baseAgainst(
  reading: ClockReading,
  newest: EpochMs | undefined,
  limitMs: number,
): number {
  const isNear = newest === undefined || Math.abs(reading.system - newest) <= limitMs
  return isNear ? baseOf(reading) : newest - reading.steadyMs
}

/**
 * The base after some time: small steps are forgiven slowly, so that many of them within days are
 * noticed like one large one, and the corrections of a year are not.
 */
export function forgiveSteps(
  baseMs: number,
  aheadMs: number,
  elapsedMs: number,
  limitMs: number,
): number {
  const mostMs = (elapsedMs * limitMs) / (FORGIVEN_IN_DAYS * DAY_MS)
  return baseMs + Math.sign(aheadMs) * Math.min(Math.abs(aheadMs), mostMs)
}
