import { fault } from './fault.ts'
import type { VersionNumber } from './ids.ts'
import type { Key } from './key.ts'
import { addDays, type Days, days, type EpochMs } from './time.ts'

/** For how many days a version must not have been used before it may be retired. */
export const UNUSED_DAYS = { min: days(1), max: days(3650), default: days(90) } as const

/** Bounds of the note that says what was re-encrypted, in characters. */
export const RETIREMENT_NOTE = { min: 3, max: 500 } as const

/** A version that opens nothing any more, until it is restored. Its material stays. */
export interface Retirement {
  readonly at: EpochMs
  /** Name of the user who retired it. */
  readonly by: string
  /** What was re-encrypted before, in that user's words. */
  readonly note: string
}

/** What is known of the use of a version. */
export interface WatchedVersion {
  readonly version: VersionNumber
  readonly createdAt: EpochMs
  readonly hasMaterial: boolean
  readonly lastUsedAt: EpochMs | undefined
  readonly retirement: Retirement | undefined
}

/**
 * From when on a version may be retired, if it is not used until then: when it has been watched for
 * so long without a use. Undefined for one that never may: the primary, one that is retired, one
 * without material, one that waits to become primary.
 *
 * @param countedSince Since when uses are counted.
 */
export function retirableFrom(
  key: Key,
  watched: WatchedVersion,
  countedSince: EpochMs,
  unusedDays: Days,
): EpochMs | undefined {
  const { version, createdAt, hasMaterial, lastUsedAt, retirement } = watched
  const isFormer = key.primaryVersion !== undefined && version < key.primaryVersion
  if (!isFormer || !hasMaterial || retirement !== undefined) return undefined
  const quietSince = Math.max(createdAt, countedSince, lastUsedAt ?? 0) as EpochMs
  return addDays(quietSince, unusedDays)
}

/**
 * Refuses to retire a version that may be needed.
 *
 * @throws {Fault} `version-not-retirable`
 */
export function requireRetirable(
  key: Key,
  watched: WatchedVersion,
  countedSince: EpochMs,
  unusedDays: Days,
  now: EpochMs,
): void {
  const from = retirableFrom(key, watched, countedSince, unusedDays)
  if (from === undefined || from > now) {
    throw fault('version-not-retirable', { version: watched.version })
  }
}
