import type { KeyRow, RotationEvent } from '../../client/index.ts'
import { LATE_AFTER_MS } from '../../core/rotation.ts'
import { rotationStanding } from './key-facts.ts'

/** A version, and the time in which it protected; times are milliseconds since 1970. */
export interface Period {
  readonly version: number
  readonly fromMs: number
  readonly toMs: number
  readonly isPrimary: boolean
}

/** A rotation as the picture has it. */
export interface Turn {
  readonly version: number
  readonly doneMs: number
  /** Undefined: it was on demand, while no rotation was due by any schedule. */
  readonly dueMs: number | undefined
  readonly kind: 'onTime' | 'late' | 'early'
  readonly event: RotationEvent
}

/** What the picture shows. */
export interface Timeline {
  readonly fromMs: number
  readonly toMs: number
  readonly nowMs: number
  readonly periods: readonly Period[]
  readonly turns: readonly Turn[]
  /** When the key rotates next; undefined when it does not. */
  readonly nextMs: number | undefined
}

/** Marks that are further apart than this are never in the same month. */
const LONGEST_MONTH_MS = 31 * 86_400_000

/** A little room after the last thing in the picture, as a share of it. */
const MARGIN = 0.03

/** The picture of a key's versions over time, from its rotations in order of time. */
export function timelineOf(row: KeyRow, events: readonly RotationEvent[], nowMs: number): Timeline {
  const standing = rotationStanding(row)
  const nextMs = standing.kind === 'on' ? standing.nextMs : undefined
  const [first] = events
  const isWhole = first === undefined || first.from_version === 1
  // Where earlier rotations are left out, the picture begins with the first that is there.
  const begin = isWhole
    ? [
        {
          version: first?.from_version ?? row.primary_version ?? 1,
          fromMs: Number(row.creation_date),
        },
      ]
    : []
  const starts = [
    ...begin,
    ...events.map((event) => ({ version: event.to_version, fromMs: Number(event.time) })),
  ]
  const periods = starts.map(({ version, fromMs }, at): Period => {
    const end = starts[at + 1]?.fromMs
    return { version, fromMs, toMs: end ?? Math.max(nowMs, fromMs), isPrimary: end === undefined }
  })
  const fromMs = periods[0]?.fromMs ?? nowMs
  const lastMs = Math.max(nowMs, nextMs ?? 0)
  return {
    fromMs,
    toMs: lastMs + Math.max(1, lastMs - fromMs) * MARGIN,
    nowMs,
    periods: row.primary_version === undefined ? [] : periods,
    turns: events.map(turnOf),
    nextMs,
  }
}

/** Where the axis of `timeline` has names, and whether they name days: months would repeat themselves. */
export function ticksOf(
  { fromMs, toMs }: Pick<Timeline, 'fromMs' | 'toMs'>,
  count: number,
): { readonly timesMs: readonly number[]; readonly step: 'day' | 'month' } {
  const stepMs = Math.max(1, toMs - fromMs) / count
  return {
    timesMs: Array.from({ length: count }, (_, n) => fromMs + stepMs * (n + 0.5)),
    step: stepMs > LONGEST_MONTH_MS ? 'month' : 'day',
  }
}

/** A rotation, with what it was: on time, late, or before it was due. */
export function turnOf(event: RotationEvent): Turn {
  const dueMs = event.due_time === undefined ? undefined : Number(event.due_time)
  const doneMs = Number(event.time)
  return { version: event.to_version, doneMs, dueMs, kind: kindOf(event, doneMs, dueMs), event }
}

function kindOf({ late_ms: lateMs }: RotationEvent, doneMs: number, dueMs: number | undefined) {
  if (lateMs > LATE_AFTER_MS) return 'late'
  return dueMs === undefined || doneMs < dueMs ? 'early' : 'onTime'
}
