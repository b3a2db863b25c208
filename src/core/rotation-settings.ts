import type { KeyId, ProjectId } from './ids.ts'
import type { Key } from './key.ts'
import type { RotationLimits } from './rotation-limits.ts'
import type { Days, EpochMs } from './time.ts'

/** By what a key rotates by itself. */
export interface RotationSettings extends RotationLimits {
  /** How often by its schedule; undefined while that is off. */
  readonly interval: Days | undefined
}

/** Who changed something, and when. */
export interface ChangeAuthor {
  /** Name of a user, or what of this program did it. */
  readonly by: string
  readonly at: EpochMs
}

/**
 * A change of the rotation settings of a key, kept for ever. Each has what was there before it, so
 * that one that is missing shows.
 */
export interface SettingChange {
  readonly keyId: KeyId
  readonly projectId: ProjectId
  /** 1, 2, 3 … of the key, without a gap. */
  readonly number: number
  readonly at: EpochMs
  /** Who changed it; undefined when that is not known. */
  readonly actor: string | undefined
  readonly before: RotationSettings
  readonly after: RotationSettings
}

/** What every key begins with. */
export const NO_SETTINGS: RotationSettings = { interval: undefined }

/** The settings of a key that has these limits. */
export function settingsOf({ schedule }: Key, { maxUses, maxBytes }: RotationLimits) {
  const interval = schedule.kind === 'on' ? schedule.interval : undefined
  return { interval, maxUses, maxBytes }
}

/** Whether two settings are the same. */
export function isSameSettings(one: RotationSettings, other: RotationSettings): boolean {
  return (
    one.interval === other.interval &&
    one.maxUses === other.maxUses &&
    one.maxBytes === other.maxBytes
  )
}

/**
 * When a change is said to have been: never before the one before it, if the clock has jumped back
 * meanwhile.
 */
export function changeTime(at: EpochMs, previous: EpochMs | undefined): EpochMs {
  return Math.max(at, previous ?? 0) as EpochMs
}
