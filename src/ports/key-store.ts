import type { DestroyedKey } from '../core/destroyed-key.ts'
import type { KeyId, MaterialId, ProjectId, VersionNumber } from '../core/ids.ts'
import type { Key, KeyOrigin, KeyState } from '../core/key.ts'
import type { KeySpec } from '../core/key-specs.ts'
import type { RotationEvent, RotationStanding } from '../core/rotation.ts'
import type { ChangeAuthor } from '../core/rotation-settings.ts'
import type { Tag } from '../core/tag.ts'
import type { EpochMs } from '../core/time.ts'
import type { OutgoingEvent } from './event-outbox.ts'
import type { PageRequest } from './page.ts'

/** A key as a store has it. */
export interface StoredKey {
  readonly key: Key
  /** Grows with every write; a write names the one it saw. */
  readonly revision: number
  /** The key's place in its project, 1, 2, 3 … in order of creation, never used twice. */
  readonly number: number
}

/** One version of a key with its material, wrapped under the root key. */
export interface StoredKeyVersion {
  readonly keyId: KeyId
  readonly version: VersionNumber
  readonly materialId: MaterialId
  readonly origin: KeyOrigin
  /**
   * As `crypto/wrapped-record` made it; opens only for this key, version, project, spec, origin.
   * Empty while imported material is deleted or expired.
   */
  readonly wrappedMaterial: Uint8Array
  readonly createdAt: EpochMs
  /** SHA-256 of imported material, wrapped, by which it is known again when it was deleted. */
  readonly wrappedDigest?: Uint8Array | undefined
  /** When imported material goes. */
  readonly expiresAt?: EpochMs | undefined
}

/** A version whose imported material has expired. */
export interface ExpiredMaterial {
  readonly keyId: KeyId
  readonly version: VersionNumber
}

/** Which keys of a project a list shows; what is left out restricts nothing. */
export interface KeyFilter {
  readonly state?: KeyState['kind']
  readonly spec?: KeySpec
  readonly enterpriseProjectId?: string
}

/** A place in the order in which keys fall due: by time, then by id. */
export interface DuePlace {
  readonly dueAt: EpochMs
  readonly keyId: KeyId
}

/** Where keys live that are asked for: their material in the store, or in tokens. */
export type KeyHome = 'store' | 'token'

/** What was done with a batch of keys that were due. */
export interface DueBatch<T> {
  /** The longest due first. */
  readonly done: readonly T[]
  /** How many keys were taken up, whether or not something was done with them. */
  readonly claimed: number
  /** After which place the next batch begins; undefined when there was no full batch left. */
  readonly next: DuePlace | undefined
}

/** A rotation that is decided, with the material of the new version. */
export interface RotationStep {
  readonly key: Key
  readonly version: StoredKeyVersion
  readonly event: RotationEvent
  /** What is told to others of it; undefined when nobody wants to know. */
  readonly outgoing?: OutgoingEvent | undefined
}

/** How many keys of a kind there are. There may be more than one of the same spec and state. */
export interface KeyTally {
  readonly spec: KeySpec
  readonly state: KeyState['kind']
  readonly isDefault: boolean
  readonly rotation: RotationStanding
  /** Whether they have rotated, ever. */
  readonly hasRotated: boolean
  readonly keys: number
}

/** Why a key was not stored. */
export type InsertOutcome = 'inserted' | 'alias-taken' | 'quota-reached'
/** Why a key was not changed; `stale` means that another writer came first: read again. */
export type ReplaceOutcome = 'replaced' | 'alias-taken' | 'stale'

/**
 * Keys, their versions and the events of their rotations. Every write is one transaction that also
 * writes to the change log; when its promise is fulfilled the write is durable.
 */
export interface KeyStore {
  readonly find: (keyId: KeyId) => Promise<StoredKey | undefined>
  /** What is left of a key that was destroyed. */
  readonly findDestroyed: (keyId: KeyId) => Promise<DestroyedKey | undefined>
  readonly findVersion: (
    keyId: KeyId,
    version: VersionNumber,
  ) => Promise<StoredKeyVersion | undefined>
  /** The key that was made or renamed with this alias. */
  readonly findByAlias: (projectId: ProjectId, alias: string) => Promise<StoredKey | undefined>
  /** Versions of a key in order of their numbers. */
  readonly versionsOf: (keyId: KeyId, page: PageRequest) => Promise<readonly StoredKeyVersion[]>
  /**
   * Stores a new key with its versions and tags.
   *
   * @param versions None while its owner has yet to import material; more than one for a replica.
   * @param quota How many keys the project may have, default keys not counted.
   * @param author Here and below: to whom a change of rotation settings is put down.
   */
  readonly insert: (
    key: Key,
    versions: readonly StoredKeyVersion[],
    quota: number,
    tags?: readonly Tag[],
    author?: ChangeAuthor,
  ) => Promise<InsertOutcome>
  /** Stores what a replica hears of its primary: the key as it is now, and versions it lacked. */
  readonly putReplicated: (
    seen: StoredKey,
    key: Key,
    versions: readonly StoredKeyVersion[],
    author?: ChangeAuthor,
  ) => Promise<'stored' | 'stale'>
  /** Stores `key` if the record is still at `seen.revision`. The primary version cannot change. */
  readonly replace: (seen: StoredKey, key: Key, author?: ChangeAuthor) => Promise<ReplaceOutcome>
  /** Stores a rotation whole, key, version, event and what is told of it, if the record is still at `seen.revision`. */
  readonly rotate: (
    seen: StoredKey,
    key: Key,
    version: StoredKeyVersion,
    event: RotationEvent,
    outgoing?: OutgoingEvent,
  ) => Promise<'rotated' | 'stale'>
  /**
   * Destroys material, versions and the key itself. Rotation events stay, and the id is kept so that
   * it is never used again. Does nothing unless the record is still at `seen.revision`, waits for
   * deletion, and its time has come at `now`.
   */
  readonly destroy: (seen: StoredKey, now: EpochMs) => Promise<'destroyed' | 'stale'>
  /** Versions of a key whose material was imported, newest first, at most `limit`. */
  readonly importedVersions: (keyId: KeyId, limit: number) => Promise<readonly StoredKeyVersion[]>
  /** Stores imported material, of a new version or of one that had lost it, with the key. */
  readonly putImported: (
    seen: StoredKey,
    key: Key,
    version: StoredKeyVersion,
  ) => Promise<'stored' | 'stale'>
  /** Material that was imported for the next rotation. */
  readonly findWaiting: (keyId: KeyId) => Promise<StoredKeyVersion | undefined>
  /** Stores material for the next rotation, in place of what waited. */
  readonly putWaiting: (seen: StoredKey, version: StoredKeyVersion) => Promise<'stored' | 'stale'>
  /** Deletes the material of all versions, and what waits; the versions stay known. */
  readonly deleteMaterial: (seen: StoredKey, key: Key) => Promise<'deleted' | 'stale'>
  /** Deletes the material of one version, with the key as it is then. */
  readonly expireMaterial: (
    seen: StoredKey,
    key: Key,
    version: VersionNumber,
  ) => Promise<'deleted' | 'stale'>
  /** Versions whose imported material has expired at `now`, the longest expired first. */
  readonly dueForExpiry: (now: EpochMs, limit: number) => Promise<readonly ExpiredMaterial[]>
  readonly page: (
    projectId: ProjectId,
    filter: KeyFilter,
    page: PageRequest,
  ) => Promise<readonly StoredKey[]>
  /** Counts of the keys of a project, or of all; costs the same however many keys there are. */
  readonly tallies: (projectId: ProjectId | undefined) => Promise<readonly KeyTally[]>
  /** Keys whose automatic rotation is due at `now`, the longest due first, after a place. */
  readonly dueForRotation: (
    home: KeyHome,
    now: EpochMs,
    limit: number,
    after?: DuePlace,
  ) => Promise<readonly DuePlace[]>
  /** Keys whose destruction is due at `now`, the longest due first, after a place. */
  readonly dueForDeletion: (
    home: KeyHome,
    now: EpochMs,
    limit: number,
    after?: DuePlace,
  ) => Promise<readonly DuePlace[]>
  /**
   * Rotates up to `limit` keys with material in the store that are due at `now`, all in one
   * transaction. Keys that another node has in hand are passed over.
   *
   * @param step Decides about a key as it is then, at once; undefined leaves it as it is. It may be
   *   called again for the same key when the transaction has to be tried again.
   */
  readonly rotateDue: (
    now: EpochMs,
    limit: number,
    step: (stored: StoredKey) => RotationStep | undefined,
    after?: DuePlace,
  ) => Promise<DueBatch<RotationEvent>>
  /**
   * Destroys up to `limit` keys with material in the store whose waiting period is over at `now`, as
   * {@link KeyStore.destroy} does, all in one transaction; answers the keys.
   */
  readonly destroyDue: (now: EpochMs, limit: number, after?: DuePlace) => Promise<DueBatch<Key>>
  /** When the next rotation, destruction or expiry is due: the first of all, or later than `after`. */
  readonly nextDueAt: (after?: EpochMs) => Promise<EpochMs | undefined>
  /** How many rotations were due before `time` and are not done; stops counting at `limit`. */
  readonly overdueRotations: (time: EpochMs, limit: number) => Promise<number>
  /** Events of one key in order of their new versions, also after the key was destroyed. */
  readonly rotationEvents: (
    projectId: ProjectId,
    keyId: KeyId,
    page: PageRequest,
  ) => Promise<readonly RotationEvent[]>
}
