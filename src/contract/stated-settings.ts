import type { RotationSettings, SettingChange } from '../core/rotation-settings.ts'
import type { EpochMs } from '../core/time.ts'
import { isoTime } from './iso-time.ts'

/** Most changes of settings in one statement. */
export const MAX_STATEMENT_CHANGES = 1000

/** What a statement says of the settings by which a key rotates by itself, and of their history. */
export interface SettingsHistory {
  /** Since when every change is known; undefined when that is not. */
  readonly knownSince: EpochMs | undefined
  /** How many changes there were, ever. */
  readonly total: number
  /** Some of them, in order, without a gap. */
  readonly changes: readonly SettingChange[]
}

/** Settings as a statement has them: what is left out is off, or no limit. */
export type StatedSettings = {
  readonly interval_days?: number | undefined
  readonly max_uses?: number | undefined
  readonly max_bytes?: number | undefined
}

/** Settings in the form that is signed. */
export function presentSettings({ interval, maxUses, maxBytes }: RotationSettings): StatedSettings {
  return { interval_days: interval, max_uses: maxUses, max_bytes: maxBytes }
}

/** The history of settings in the form that is signed. */
export function presentHistory({ knownSince, total, changes }: SettingsHistory) {
  return {
    /** Every change since then is known; what was before it nobody knows any more. */
    known_since: isoTime(knownSince),
    /** How many changes there were; the last one has that number. */
    number_of_changes: total,
    /** Where the list begins: beyond 1, older ones were left out. */
    first_change: changes[0]?.number,
    changes: changes.map((change) => ({
      number: change.number,
      at: isoTime(change.at),
      actor: change.actor,
      from: presentSettings(change.before),
      to: presentSettings(change.after),
    })),
  }
}

/** What can be told from a statement of how long a key has rotated by itself. */
export type AutomaticRotation =
  /** It did not when that was stated, or when the key was destroyed. */
  | { readonly kind: 'off' }
  /** The statement does not go so far: older changes were asked for, or it is of format 1. */
  | { readonly kind: 'unknown' }
  /** The changes do not follow from each other, or do not lead to what is stated. */
  | { readonly kind: 'contradiction' }
  | {
      readonly kind: 'on'
      /** Since when, without a break. */
      readonly since: string
      /** The longest interval that it had since then. */
      readonly longestIntervalDays: number
      /** False: it may have been on before, of which the statement says nothing. */
      readonly isBeginning: boolean
    }

/** The parts of a statement that tell how long a key has rotated by itself. */
export interface StatedRotation {
  readonly key: {
    readonly created_at?: string | undefined
    readonly destroyed_at?: string | undefined
  }
  readonly rotation: StatedSettings
  readonly settings?: Partial<ReturnType<typeof presentHistory>> | undefined
}

/**
 * How long the schedule of a key has been on without a break, as far as a statement proves it: each
 * change begins with what the one before it led to, and the last leads to what is stated.
 */
export function automaticRotation({ settings, rotation, key }: StatedRotation): AutomaticRotation {
  if (settings?.changes === undefined) return { kind: 'unknown' }
  const { changes } = settings
  const last = changes.at(-1)
  if ((last?.number ?? 0) !== settings.number_of_changes) return { kind: 'unknown' }
  const isWhole = changes.every((change, index) => {
    const previous = changes[index - 1]
    return (
      previous === undefined ||
      (change.number === previous.number + 1 && isSame(previous.to, change.from))
    )
  })
  // What is left of a destroyed key has no settings but those that the last change led to.
  const isEnd = last === undefined || key.destroyed_at !== undefined || isSame(last.to, rotation)
  if (!isWhole || !isEnd) return { kind: 'contradiction' }
  const current = last?.to ?? rotation
  if (current.interval_days === undefined) return { kind: 'off' }
  let longestIntervalDays = current.interval_days
  for (const { at, from } of changes.toReversed()) {
    const isBeginning = from.interval_days === undefined
    if (isBeginning) return { kind: 'on', since: at, longestIntervalDays, isBeginning }
    longestIntervalDays = Math.max(longestIntervalDays, from.interval_days ?? 0)
  }
  // It was on before the first change that is listed: since then at least, or since all are known.
  const since =
    settings.first_change === 1 || last === undefined ? settings.known_since : changes[0]?.at
  if (since === undefined) return { kind: 'unknown' }
  return { kind: 'on', since, longestIntervalDays, isBeginning: false }
}

function isSame(one: StatedSettings, other: StatedSettings): boolean {
  return (
    one.interval_days === other.interval_days &&
    one.max_uses === other.max_uses &&
    one.max_bytes === other.max_bytes
  )
}
