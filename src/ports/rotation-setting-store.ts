import type { KeyId } from '../core/ids.ts'
import type { SettingChange } from '../core/rotation-settings.ts'
import type { EpochMs } from '../core/time.ts'
import type { PageRequest } from './page.ts'

/**
 * Changes of rotation settings, written in the transaction of the change itself by the stores of keys
 * and of limits. They stay when the key is destroyed.
 */
export interface RotationSettingStore {
  /** Changes of a key in order of their numbers. */
  readonly changes: (keyId: KeyId, page: PageRequest) => Promise<readonly SettingChange[]>
  /** The newest change of a key. */
  readonly last: (keyId: KeyId) => Promise<SettingChange | undefined>
  /** Since when changes are kept, in a store that is older than that; undefined: always. */
  readonly keptSince: () => Promise<EpochMs | undefined>
}
