import type { Key } from '../core/key.ts'
import { deletionAt } from '../core/key-state.ts'
import { type RotationHindrance, rehearseRotations, rotationHindrance } from '../core/rehearsal.ts'
import { DAY_MS, type EpochMs } from '../core/time.ts'

/** Into what the time of a rehearsal is cut; years, quarters and months are those of UTC. */
export const PERIODS = ['month', 'quarter', 'year'] as const

/** One of {@link PERIODS}. */
export type Period = (typeof PERIODS)[number]

/** What is rehearsed. */
export interface RehearsalOptions {
  readonly from: EpochMs
  readonly until: EpochMs
  readonly period: Period
  /** How many keys are told one by one; all are counted. */
  readonly listedKeys: number
}

/** What one key will do. */
export interface KeyPlan {
  readonly keyId: string
  readonly alias: string
  /** Days; undefined while rotation is off. */
  readonly intervalDays: number | undefined
  readonly rotations: number
  readonly firstAt: EpochMs | undefined
  readonly lastAt: EpochMs | undefined
  /** Why it does not rotate. */
  readonly hindrance: RotationHindrance | undefined
  /** When it is destroyed, or its imported material goes, if that is within the time. */
  readonly endsAt: EpochMs | undefined
}

/** What will happen. */
export interface RehearsalPlan {
  readonly from: EpochMs
  readonly until: EpochMs
  readonly keys: number
  readonly rotatingKeys: number
  readonly rotations: number
  /** Rotations that are overdue at the start and happen at once. */
  readonly overdue: number
  readonly busiestDay: { readonly day: EpochMs; readonly rotations: number } | undefined
  /** Every period from the first to the last, also those in which nothing happens. */
  readonly periods: readonly { readonly name: string; readonly rotations: number }[]
  readonly hindrances: Readonly<Partial<Record<RotationHindrance, number>>>
  /** Keys that are destroyed within the time. */
  readonly destroyed: number
  /** Keys whose imported material goes within the time. */
  readonly expiring: number
  readonly listed: readonly KeyPlan[]
}

/** Adds up what keys will do; {@link PlanMaker.add} is called once for each. */
export interface PlanMaker {
  readonly add: (key: Key) => void
  readonly plan: () => RehearsalPlan
}

/** Begins a rehearsal. Memory grows with days and listed keys, not with keys. */
export function makePlan(options: RehearsalOptions): PlanMaker {
  const { from, until, period, listedKeys } = options
  const byDay = new Map<number, number>()
  const hindrances: Partial<Record<RotationHindrance, number>> = {}
  const listed: KeyPlan[] = []
  let [keys, rotatingKeys, rotations, overdue, destroyed, expiring] = [0, 0, 0, 0, 0, 0]

  return {
    add(key) {
      keys++
      const hindrance = rotationHindrance(key)
      if (hindrance !== undefined) hindrances[hindrance] = (hindrances[hindrance] ?? 0) + 1
      let [count, firstAt, lastAt]: [number, EpochMs | undefined, EpochMs | undefined] = [
        0,
        undefined,
        undefined,
      ]
      for (const { at, dueAt } of rehearseRotations(key, from, until)) {
        count++
        if (dueAt !== undefined && dueAt < from) overdue++
        firstAt ??= at
        lastAt = at
        const day = Math.floor(at / DAY_MS)
        byDay.set(day, (byDay.get(day) ?? 0) + 1)
      }
      rotations += count
      if (hindrance === undefined) rotatingKeys++
      const isWithin = (at: EpochMs | undefined) => at !== undefined && at <= until
      const deleteAt = deletionAt(key)
      if (isWithin(deleteAt)) destroyed++
      else if (isWithin(key.materialExpiresAt)) expiring++
      if (listed.length >= listedKeys) return
      listed.push({
        keyId: key.id,
        alias: key.alias,
        intervalDays: key.schedule.kind === 'on' ? key.schedule.interval : undefined,
        rotations: count,
        firstAt,
        lastAt,
        hindrance,
        endsAt: [deleteAt, key.materialExpiresAt].find(isWithin),
      })
    },
    plan() {
      const periods = new Map(periodsOf(from, until, period).map((name) => [name, 0]))
      let busiestDay: RehearsalPlan['busiestDay']
      for (const [day, count] of [...byDay].sort(([a], [b]) => a - b)) {
        const start = (day * DAY_MS) as EpochMs
        const name = nameOf(start, period)
        periods.set(name, (periods.get(name) ?? 0) + count)
        if (count > (busiestDay?.rotations ?? 0)) busiestDay = { day: start, rotations: count }
      }
      return {
        from,
        until,
        keys,
        rotatingKeys,
        rotations,
        overdue,
        busiestDay,
        periods: [...periods].map(([name, count]) => ({ name, rotations: count })),
        hindrances,
        destroyed,
        expiring,
        listed,
      }
    },
  }
}

/** The moment `years` calendar years later, in UTC; of 29 February the 1 March. */
export function yearsAfter(from: EpochMs, years: number): EpochMs {
  const date = new Date(from)
  date.setUTCFullYear(date.getUTCFullYear() + years)
  return date.getTime() as EpochMs
}

function periodsOf(from: EpochMs, until: EpochMs, period: Period): readonly string[] {
  const names: string[] = []
  const date = new Date(from)
  date.setUTCDate(1)
  date.setUTCHours(0, 0, 0, 0)
  for (; date.getTime() <= until; date.setUTCMonth(date.getUTCMonth() + 1)) {
    const name = nameOf(date.getTime() as EpochMs, period)
    if (names.at(-1) !== name) names.push(name)
  }
  return names
}

/** `2026`, `2026-Q4`, `2026-11`. */
function nameOf(time: EpochMs, period: Period): string {
  const date = new Date(time)
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()]
  switch (period) {
    case 'year':
      return String(year)
    case 'quarter':
      return `${year}-Q${Math.floor(month / 3) + 1}`
    case 'month':
      return `${year}-${String(month + 1).padStart(2, '0')}`
    default:
      throw period satisfies never
  }
}
