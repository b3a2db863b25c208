import type { KeyId, VersionNumber } from '../core/ids.ts'
import type { Retirement } from '../core/version-retirement.ts'

/** Versions that open nothing until they are restored. They go with the key. */
export interface RetiredVersionStore {
  readonly find: (keyId: KeyId, version: VersionNumber) => Promise<Retirement | undefined>
  /** Those of a key from one number to another, both inclusive. */
  readonly ofVersions: (
    keyId: KeyId,
    from: VersionNumber,
    to: VersionNumber,
  ) => Promise<ReadonlyMap<VersionNumber, Retirement>>
  /** Retires a version of a key that is before the primary one; false when it is not, or is retired. */
  readonly retire: (
    keyId: KeyId,
    version: VersionNumber,
    retirement: Retirement,
  ) => Promise<boolean>
  /** Lets a version open again what it protected; false when it was not retired. */
  readonly restore: (keyId: KeyId, version: VersionNumber) => Promise<boolean>
}
