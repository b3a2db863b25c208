import { DAY_MS } from '../../src/core/time.ts'

/** What happened to a key besides rotations, by the server's clock. */
export interface Fate {
  /** Greatest time that was seen when it was disabled, and when it was enabled again. */
  disabledAt?: number
  enabledAt?: number
  /** Greatest time that was seen when its deletion was asked for, and when it is to be destroyed. */
  condemnedAt?: number
  deleteAt?: number
}

/** What a simulated key is judged by. */
export interface SimulatedKey {
  readonly id: string
  readonly intervalDays: number
  readonly startAt: number
  readonly fate: Fate
  readonly events: readonly SimulatedEvent[]
}

/** A rotation that is on record. */
export interface SimulatedEvent {
  readonly fromVersion: number
  readonly toVersion: number
  readonly cause: string
  readonly at: number
  readonly dueAt: number
}

/** A time in which the server was down while time passed. */
export interface Outage {
  readonly from: number
  readonly to: number
}

/**
 * What is wrong with the rotations of a key that was lived with until `endAt`: each must be of the
 * version before, due an interval after the one before, and done at that moment, or at the first
 * after an outage, or when the key was enabled again. None may be missing.
 */
export function wrongWith(
  key: SimulatedKey,
  outages: readonly Outage[],
  endAt: number,
): readonly string[] {
  const wrong: string[] = []
  const intervalMs = key.intervalDays * DAY_MS
  const { disabledAt, enabledAt, condemnedAt } = key.fate
  let periodStart = key.startAt
  for (const [index, event] of key.events.entries()) {
    const { at, dueAt, cause } = event
    const label = `${key.id}: rotation ${index + 1} at ${new Date(at).toISOString()}`
    if (event.fromVersion !== index + 1 || event.toVersion !== index + 2) {
      wrong.push(`${label} is from ${event.fromVersion} to ${event.toVersion}`)
    }
    if (dueAt !== periodStart + intervalMs) wrong.push(`${label} was due at another time`)
    const isAfterOutage = outages.some(({ from, to }) => dueAt > from && dueAt <= to && at === to)
    const isReEnabled = cause === 're-enable' && at === enabledAt && dueAt <= at
    if (!(cause === 'schedule' && (at === dueAt || isAfterOutage)) && !isReEnabled) {
      wrong.push(`${label}, due at ${new Date(dueAt).toISOString()}, by ${cause}`)
    }
    if (disabledAt !== undefined && at > disabledAt && at < (enabledAt ?? Infinity)) {
      wrong.push(`${label} while it was disabled`)
    }
    if (condemnedAt !== undefined && at > condemnedAt) wrong.push(`${label} after it was condemned`)
    periodStart = at
  }
  const mayRest = condemnedAt !== undefined || (disabledAt !== undefined && enabledAt === undefined)
  if (periodStart + intervalMs <= endAt && !mayRest) {
    wrong.push(`${key.id}: after ${key.events.length} rotations one is missing`)
  }
  return wrong
}

/** How often a key rotates by `endAt` that nothing ever kept from it. */
export function undisturbedRotations(
  { startAt, intervalDays }: SimulatedKey,
  endAt: number,
): number {
  return Math.floor((endAt - startAt) / (intervalDays * DAY_MS))
}

/** Keys that were destroyed, and what they are judged by. */
export interface Destructions {
  readonly fates: ReadonlyMap<string, Fate>
  /** When each was destroyed. */
  readonly destroyed: ReadonlyMap<string, number>
  readonly outages: readonly Outage[]
  /** Times in which the clock was not believed. */
  readonly doubts: readonly Outage[]
  readonly endAt: number
}

/**
 * What is wrong with the destruction of keys: each that was asked for comes when its waiting period is
 * over, or at the first moment after an outage; while the clock is not believed none comes, and those that
 * waited come when it is believed again. No other comes.
 */
export function wrongDestructions(all: Destructions): readonly string[] {
  const { fates, destroyed, outages, doubts, endAt } = all
  const wrong: string[] = []
  for (const [id, { deleteAt }] of fates) {
    const at = destroyed.get(id)
    if (deleteAt === undefined || at === undefined) {
      if (deleteAt !== undefined && deleteAt <= endAt) wrong.push(`${id}: not destroyed`)
      continue
    }
    const isLate = [...outages, ...doubts].some(({ from, to }) => deleteAt > from && at === to)
    if (at < deleteAt || (at !== deleteAt && !isLate)) {
      wrong.push(`${id}: destroyed at another time`)
    }
    if (doubts.some(({ from, to }) => at > from && at < to)) {
      wrong.push(`${id}: destroyed while the clock was not believed`)
    }
  }
  for (const id of destroyed.keys()) {
    if (fates.get(id)?.deleteAt === undefined) {
      wrong.push(`${id}: destroyed, and nobody asked for it`)
    }
  }
  return wrong
}
