/** Milliseconds of a day; days are those of UTC, as the server counts them. */
export const DAY_MS = 86_400_000
/** Weeks of the calendar: with 7 days each, what the server counts in one answer. */
const WEEKS = 52
const WEEKS_BEFORE = 26
/** Days of the calendar. */
export const YEAR_DAYS = WEEKS * 7

/** What the server tells of a day that has something on it. */
export interface CountedDay {
  /** Start of the day, milliseconds since 1970 as text. */
  readonly day: string
  readonly due: number
  readonly done: number
  readonly late: number
}

/** A day of the calendar. */
export interface Day {
  readonly startMs: number
  /** Rotations to come; on a day that is over: those that should have come. */
  readonly due: number
  /** Rotations done, the late ones among them. */
  readonly done: number
  readonly late: number
  readonly when: 'past' | 'today' | 'future'
}

/** A bar of the chart: a week or a month, as far as it is in the calendar. */
export interface Bar {
  readonly startMs: number
  /** Start of the day after its last. */
  readonly endMs: number
  /** Done, and in time. */
  readonly inTime: number
  readonly late: number
  /** Past its due time, and not done. */
  readonly overdue: number
  readonly due: number
}

/** How long a bar of the chart is. */
export type Step = 'week' | 'month'

/**
 * First day of a calendar that has today in its middle, a Monday.
 *
 * @param shift Half years to go on, or back when negative.
 */
export function firstDayOf(nowMs: number, shift: number): number {
  const today = Math.floor(nowMs / DAY_MS)
  const monday = today - ((today + 3) % 7) // 1 January 1970 was a Thursday
  return (monday + (shift - 1) * WEEKS_BEFORE * 7) * DAY_MS
}

/** Every day of the calendar, also those on which nothing is. */
export function daysOf(
  firstMs: number,
  counted: readonly CountedDay[],
  nowMs: number,
): readonly Day[] {
  const byStart = new Map(counted.map((day) => [Number(day.day), day]))
  const todayMs = Math.floor(nowMs / DAY_MS) * DAY_MS
  return Array.from({ length: YEAR_DAYS }, (_, n) => {
    const startMs = firstMs + n * DAY_MS
    const { due = 0, done = 0, late = 0 } = byStart.get(startMs) ?? {}
    const when = startMs < todayMs ? 'past' : startMs === todayMs ? 'today' : 'future'
    return { startMs, due, done, late, when }
  })
}

/**
 * How dark a day is, from 0 for nothing to 4 for as much as there is on any. Shades go by the root, so
 * that one day with thousands does not make all others pale.
 */
export function shadeOf(count: number, most: number): 0 | 1 | 2 | 3 | 4 {
  if (count <= 0 || most <= 0) return 0
  const share = Math.sqrt(count / most)
  return share > 0.75 ? 4 : share > 0.5 ? 3 : share > 0.25 ? 2 : 1
}

/**
 * What the colour of a day stands for: on a day that is over what was done, on one to come what is due.
 * Today may have both; while it has one of them, it looks like a day of that kind.
 */
export function faceOf({ when, done, due }: Day): 'done' | 'due' | 'both' {
  if (when === 'today' && done > 0 && due > 0) return 'both'
  return when === 'past' || (when === 'today' && done > 0) ? 'done' : 'due'
}

/** How much a colour stands for; of both kinds, the more. */
export function shownCount(day: Day): number {
  return { done: day.done, due: day.due, both: Math.max(day.done, day.due) }[faceOf(day)]
}

/**
 * In which week, from 0, each month of the calendar has its first day. A month that begins in the last
 * week is left out: its name has no room there.
 */
export function monthsOf(
  days: readonly Day[],
): readonly { readonly week: number; readonly startMs: number }[] {
  return days.flatMap(({ startMs }, n) => {
    const week = Math.floor(n / 7)
    return new Date(startMs).getUTCDate() === 1 && week < WEEKS - 1 ? [{ week, startMs }] : []
  })
}

const NOTHING = { inTime: 0, late: 0, overdue: 0, due: 0 } as const

/** The bars of the chart. */
export function barsOf(days: readonly Day[], step: Step): readonly Bar[] {
  const bars: Bar[] = []
  for (const [n, day] of days.entries()) {
    const isFirst = step === 'week' ? n % 7 === 0 : new Date(day.startMs).getUTCDate() === 1
    const last = bars.at(-1)
    const bar = isFirst || last === undefined ? { ...NOTHING, startMs: day.startMs } : last
    const next = {
      startMs: bar.startMs,
      endMs: day.startMs + DAY_MS,
      inTime: bar.inTime + day.done - day.late,
      late: bar.late + day.late,
      overdue: bar.overdue + (day.when === 'past' ? day.due : 0),
      due: bar.due + (day.when === 'past' ? 0 : day.due),
    }
    if (bar === last) bars[bars.length - 1] = next
    else bars.push(next)
  }
  return bars
}

/** How high a bar is. */
export function heightOf({ inTime, late, overdue, due }: Bar): number {
  return inTime + late + overdue + due
}

/** Where lines go across a chart that reaches to `most`: at round numbers, whole ones, 0 among them. */
export function gridOf(most: number): readonly number[] {
  const rough = Math.max(most, 1) / 4
  const power = 10 ** Math.floor(Math.log10(rough))
  const factor = [1, 2, 2.5, 5, 10].find((one) => one * power >= rough) ?? 10
  const step = Math.max(1, Math.ceil(factor * power))
  const count = Math.max(1, Math.ceil(most / step))
  return Array.from({ length: count + 1 }, (_, n) => n * step)
}

/**
 * Whither a key moves in a calendar whose columns are weeks; undefined for other keys, and at its
 * edges.
 */
export function neighbourOf(place: number, pressed: string): number | undefined {
  const steps: Readonly<Record<string, number>> = {
    ArrowUp: -1,
    ArrowDown: 1,
    ArrowLeft: -7,
    ArrowRight: 7,
    PageUp: -28,
    PageDown: 28,
  }
  const edge = { Home: 0, End: YEAR_DAYS - 1 }[pressed]
  const next = edge ?? place + (steps[pressed] ?? Number.NaN)
  return next >= 0 && next < YEAR_DAYS ? next : undefined
}
