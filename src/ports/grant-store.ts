import type { Grant } from '../core/grant.ts'
import type { KeyId } from '../core/ids.ts'
import type { StoredKey } from './key-store.ts'
import type { Numbered, PageRequest } from './page.ts'

/** How many grants there may be. */
export interface GrantQuota {
  readonly perKey: number
  readonly perGrantee: number
}

/** Grants. A write is one transaction that also logs a change of the key. */
export interface GrantStore {
  /**
   * Stores a grant on the key that was seen. `stale`: somebody changed that key since; `key-gone`: it was
   * destroyed.
   */
  readonly insert: (
    seen: StoredKey,
    grant: Grant,
    quota: GrantQuota,
  ) => Promise<'inserted' | 'key-quota-reached' | 'grantee-quota-reached' | 'stale' | 'key-gone'>
  readonly find: (grantId: string) => Promise<Grant | undefined>
  /** Removes a grant; false when it is not there (any more). */
  readonly remove: (grant: Grant) => Promise<boolean>
  /** All grants of a key: no more than its quota. */
  readonly ofKey: (keyId: KeyId) => Promise<readonly Grant[]>
  readonly pageOfKey: (keyId: KeyId, page: PageRequest) => Promise<readonly Numbered<Grant>[]>
  readonly countOfKey: (keyId: KeyId) => Promise<number>
  /** Grants that one of these principals may retire. */
  readonly pageRetirable: (
    principals: readonly string[],
    page: PageRequest,
  ) => Promise<readonly Numbered<Grant>[]>
  readonly countRetirable: (principals: readonly string[]) => Promise<number>
}
