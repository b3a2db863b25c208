import type { KeyId, VersionNumber } from '../core/ids.ts'
import type { RotationLimits } from '../core/rotation-limits.ts'
import type { ChangeAuthor } from '../core/rotation-settings.ts'
import type { DuePlace, KeyHome } from './key-store.ts'

/** A key of which a version has reached a limit; its place is when it did. */
export interface ReachedLimit extends DuePlace {
  readonly version: VersionNumber
}

/**
 * Limits of use of keys, and which of them were reached. That is noted in the transaction that counts
 * the use which reaches it, or that sets the limit. They go with the key.
 */
export interface RotationLimitStore {
  /** The limits of a key; none at all when it has none. */
  readonly find: (keyId: KeyId) => Promise<RotationLimits>
  /**
   * Sets the limits of a key in place of those it had; false, and nothing is done, if the key is gone.
   *
   * @param author To whom the change is put down.
   */
  readonly put: (keyId: KeyId, limits: RotationLimits, author?: ChangeAuthor) => Promise<boolean>
  /**
   * Enabled keys of which a version has reached a limit, the longest ago first, after a place. They
   * may have rotated since.
   */
  readonly reached: (
    home: KeyHome,
    limit: number,
    after?: DuePlace,
  ) => Promise<readonly ReachedLimit[]>
  /** Forgets that a version reached a limit: another one protects now. */
  readonly forget: (keyId: KeyId, version: VersionNumber) => Promise<void>
}
