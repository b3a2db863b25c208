import type { KeyId, ProjectId } from '../core/ids.ts'
import type { Tag } from '../core/tag.ts'
import type { EpochMs } from '../core/time.ts'
import type { StoredKey } from './key-store.ts'
import type { Numbered, PageRequest } from './page.ts'

/** One more name of a key. */
export interface Alias {
  readonly alias: string
  readonly projectId: ProjectId
  readonly keyId: KeyId
  readonly createdAt: EpochMs
  readonly updatedAt: EpochMs
}

/** What came of removing aliases: `unknown` when one of them is not the key's. */
export type AliasRemoval = 'removed' | 'unknown' | 'key-gone'

/** A tag that keys shall have: any of the values, or whatever value when there is none. */
export interface TagFilter {
  readonly name: string
  readonly values: readonly string[]
}

/** Keys that a list by tags shows. */
export interface TaggedKeysFilter {
  /** All of them must hold. */
  readonly tags: readonly TagFilter[]
  /** What the alias of the key must contain. */
  readonly nameContains: string | undefined
}

/** Aliases and tags of keys: what people find keys by. */
export interface LabelStore {
  /**
   * Stores an alias; it may not be another one's, nor the name that a key was made with. `key-gone`,
   * here and below: the key was destroyed meanwhile.
   */
  readonly insertAlias: (
    alias: Alias,
    quota: number,
  ) => Promise<'inserted' | 'alias-taken' | 'quota-reached' | 'key-gone'>
  /** Lets an alias stand for another key. */
  readonly moveAlias: (
    projectId: ProjectId,
    alias: string,
    to: KeyId,
    at: EpochMs,
    quota: number,
  ) => Promise<Alias | 'unknown' | 'quota-reached' | 'key-gone'>
  /** Removes all of the aliases, or none when one is not the key's. */
  readonly removeAliases: (keyId: KeyId, aliases: readonly string[]) => Promise<AliasRemoval>
  readonly pageAliases: (
    projectId: ProjectId,
    keyId: KeyId | undefined,
    page: PageRequest,
  ) => Promise<readonly Numbered<Alias>[]>

  /**
   * Replaces the tags of a key by what `step` makes of them; what it throws changes nothing. False
   * when the key is gone.
   */
  readonly changeTags: (
    stored: StoredKey,
    step: (present: readonly Tag[]) => readonly Tag[],
  ) => Promise<boolean>
  readonly tagsOf: (keyId: KeyId) => Promise<readonly Tag[]>
  /** Every name of the project's tags with its values, at most `limit` pairs. */
  readonly tagsOfProject: (projectId: ProjectId, limit: number) => Promise<readonly Tag[]>
  /** Keys that have certain tags, in order of their numbers. */
  readonly pageTagged: (
    projectId: ProjectId,
    filter: TaggedKeysFilter,
    page: PageRequest,
  ) => Promise<readonly StoredKey[]>
  /** The numbers alone of what {@link pageTagged} has, for whoever passes over many. */
  readonly numbersTagged: (
    projectId: ProjectId,
    filter: TaggedKeysFilter,
    page: PageRequest,
  ) => Promise<readonly number[]>
  readonly countTagged: (projectId: ProjectId, filter: TaggedKeysFilter) => Promise<number>
}
