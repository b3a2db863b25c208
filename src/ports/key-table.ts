import type { KeyId, ProjectId, VersionNumber } from '../core/ids.ts'
import type { KeyState } from '../core/key.ts'
import type { KeySpec } from '../core/key-specs.ts'
import type { RotationEvent } from '../core/rotation.ts'
import type { EpochMs } from '../core/time.ts'
import type { StoredKey, StoredKeyVersion } from './key-store.ts'

/** Which keys of a project a search finds; what is left out restricts nothing. */
export interface KeySearch {
  readonly state?: KeyState['kind']
  readonly spec?: KeySpec
  /** What the alias begins with; letters count as they are. */
  readonly aliasPrefix?: string
  /** A tag of that name, with whatever value when none is given. */
  readonly tag?: { readonly name: string; readonly value?: string }
  /** `overdue`: past their due time at `now`; `never`: on or off, and never rotated. */
  readonly rotation?: 'on' | 'off' | 'overdue' | 'never'
  readonly sort: KeySort
  readonly order: 'asc' | 'desc'
}

/**
 * By what keys are sorted; of the same time, by their ids. Those that have no such time come last, in
 * order of creation, and in reverse order reversed among themselves.
 */
export type KeySort = 'created' | 'alias' | 'nextRotation' | 'lastRotation'

/** A place in the order of a search: after this key, which has this alias or time. */
export interface SearchPlace {
  /** Null: among those that have none, or with keys in order of creation. */
  readonly value: string | number | null
  readonly number: number
  readonly id: KeyId
}

/** A page of what a search finds. */
export interface FoundKeys {
  readonly keys: readonly StoredKey[]
  /** Where the next page begins, after a page that may be short; undefined at the end. */
  readonly next: SearchPlace | undefined
  /** How many keys the search finds in all; undefined when to count them would take long. */
  readonly total: number | undefined
}

/** A place among the rotations of a project. */
export interface EventPlace {
  readonly at: EpochMs
  readonly keyId: KeyId
  readonly toVersion: VersionNumber
}

/** Which rotations of a project are listed. */
export interface EventRange {
  /** Inclusive. */
  readonly from?: EpochMs
  /** Exclusive. */
  readonly to?: EpochMs
}

/** How many rotations there are on a day. */
export interface RotationDay {
  /** When it begins, UTC. */
  readonly day: EpochMs
  /** To come on that day. */
  readonly due: number
  /** Done on that day. */
  readonly done: number
  /** Those of them that were late. */
  readonly late: number
}

/** The keys of a project as people look at them: as a table, and as a calendar. */
export interface KeyTable {
  /**
   * A page of a search.
   *
   * @param now By which keys are overdue.
   */
  readonly search: (
    projectId: ProjectId,
    search: KeySearch,
    page: { readonly after?: SearchPlace | undefined; readonly limit: number },
    now: EpochMs,
  ) => Promise<FoundKeys>
  /** Versions of a key, the newest first, below `before`; 0 for all. */
  readonly newestVersions: (
    keyId: KeyId,
    page: { readonly before: number; readonly limit: number },
  ) => Promise<readonly StoredKeyVersion[]>
  /** Rotations of all keys of a project, the newest first, also of those that were destroyed. */
  readonly newestEvents: (
    projectId: ProjectId,
    range: EventRange,
    page: { readonly before?: EventPlace | undefined; readonly limit: number },
  ) => Promise<readonly RotationEvent[]>
  /** Days that have rotations, in order, from one (inclusive) to another (exclusive). */
  readonly rotationDays: (
    projectId: ProjectId,
    from: EpochMs,
    to: EpochMs,
  ) => Promise<readonly RotationDay[]>
  /**
   * How many rotations of a project are due before `time` and not done. Of the day of `time` no more
   * than `limit` are counted.
   */
  readonly overdueRotations: (projectId: ProjectId, time: EpochMs, limit: number) => Promise<number>
}
