import type { KeyId, VersionNumber } from '../core/ids.ts'
import type { EpochMs } from '../core/time.ts'

/** What an operation does with a version of a key: protects data with it, or opens what it protected. */
export type KeyUse = 'protect' | 'open'

/** How often a version was used. */
export interface VersionUsage {
  readonly keyId: KeyId
  readonly version: VersionNumber
  /** Encryptions, data keys, signatures, MACs, agreed secrets. */
  readonly protectCount: number
  /** Bytes of plaintext that symmetric keys protected. */
  readonly protectBytes: number
  /** Decryptions, verifications. */
  readonly openCount: number
  readonly lastUsedAt: EpochMs
}

/** Fact in a store: since when uses are counted, milliseconds since 1970. */
export const USAGE_COUNTED_SINCE = 'usage-counted-since'

/** How often versions of keys were used, by all threads of all nodes. It goes with the key. */
export interface UsageStore {
  /**
   * Adds to the counts, all or none; those of keys that are gone are passed over. Notes which keys have
   * thereby reached a limit.
   */
  readonly add: (uses: readonly VersionUsage[]) => Promise<void>
  /** The counts of versions of a key from one number to another, both inclusive; used ones only. */
  readonly ofVersions: (
    keyId: KeyId,
    from: VersionNumber,
    to: VersionNumber,
  ) => Promise<readonly VersionUsage[]>
}
