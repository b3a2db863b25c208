import type { KeyId, VersionNumber } from '../core/ids.ts'
import type { Retirement } from '../core/version-retirement.ts'
import type { OutgoingEvent } from './event-outbox.ts'
import type { StoredKey } from './key-store.ts'

/**
 * Versions that open nothing until they are restored. They go with the key. What goes out about a
 * change is stored with it, or not at all.
 */
export interface RetiredVersionStore {
  readonly find: (keyId: KeyId, version: VersionNumber) => Promise<Retirement | undefined>
  /** Those of a key from one number to another, both inclusive. */
  readonly ofVersions: (
    keyId: KeyId,
    from: VersionNumber,
    to: VersionNumber,
  ) => Promise<ReadonlyMap<VersionNumber, Retirement>>
  /**
   * Retires a version of the key that was seen. `not-retirable`: it is not before the primary one, or is
   * retired; `stale`: somebody changed the key since it was seen, or it is gone.
   */
  readonly retire: (
    seen: StoredKey,
    version: VersionNumber,
    retirement: Retirement,
    outgoing?: OutgoingEvent | undefined,
  ) => Promise<'retired' | 'not-retirable' | 'stale'>
  /** Lets a version open again what it protected; false when it was not retired. */
  readonly restore: (
    keyId: KeyId,
    version: VersionNumber,
    outgoing?: OutgoingEvent | undefined,
  ) => Promise<boolean>
}
