import { language, locale } from './language.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000

/** Dates, numbers and spans of time in the language of now. Times are milliseconds since 1970. */
export const format = {
  /** A day: "12 Mar 2026". */
  date: (timeMs: number) =>
    new Intl.DateTimeFormat(locale(), { dateStyle: 'medium' }).format(timeMs),
  /** A day and the time on it, to the second. */
  dateTime: (timeMs: number) =>
    new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeStyle: 'medium' }).format(timeMs),
  /** A day of a year that is plain: "12 Mar". */
  day: (timeMs: number) =>
    new Intl.DateTimeFormat(locale(), { day: 'numeric', month: 'short' }).format(timeMs),
  /** A month: "Mar 2026". */
  month: (timeMs: number) =>
    new Intl.DateTimeFormat(locale(), { month: 'short', year: 'numeric' }).format(timeMs),
  /** A count, grouped in thousands. */
  number: (value: number) => new Intl.NumberFormat(locale()).format(value),
  /** A share from 0 to 1. */
  percent: (share: number) =>
    new Intl.NumberFormat(locale(), { style: 'percent', maximumFractionDigits: 1 }).format(share),
  /** When something is or was, seen from `nowMs`: "in 12 days", "2 hours ago". */
  relative: (timeMs: number, nowMs: number) => {
    const { value, unit } = inUnits(timeMs - nowMs)
    return new Intl.RelativeTimeFormat(locale(), { numeric: 'auto' }).format(value, unit)
  },
  /** A span of time in its largest unit: "3 hours"; below a second in milliseconds. */
  span: (spanMs: number) => {
    const { value, unit } = inUnits(spanMs, 'millisecond')
    const unitDisplay = language() === 'zh' ? 'short' : 'long'
    return new Intl.NumberFormat(locale(), {
      style: 'unit',
      unit,
      unitDisplay,
      maximumFractionDigits: 1,
    }).format(value)
  },
}

/** A span of time in the largest unit in which it is at least one. */
function inUnits<Smallest extends 'second' | 'millisecond' = 'second'>(
  spanMs: number,
  smallest?: Smallest,
): { value: number; unit: 'day' | 'hour' | 'minute' | 'second' | Smallest } {
  const span = Math.abs(spanMs)
  if (span >= DAY_MS) return { value: Math.round(spanMs / DAY_MS), unit: 'day' }
  if (span >= HOUR_MS) return { value: Math.round(spanMs / HOUR_MS), unit: 'hour' }
  if (span >= MINUTE_MS) return { value: Math.round(spanMs / MINUTE_MS), unit: 'minute' }
  if (span >= 1000 || smallest === undefined || smallest === 'second') {
    return { value: Math.round(spanMs / 1000), unit: 'second' }
  }
  return { value: Math.round(spanMs), unit: smallest }
}
