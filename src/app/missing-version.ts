import { fault } from '../core/fault.ts'
import type { KeyId, VersionNumber } from '../core/ids.ts'
import { DamagedRow } from '../ports/row-guard.ts'
import type { Deps } from './deps.ts'

/**
 * Says why a version is not there that its key has: the key was destroyed since it was read, or the row of the
 * version is gone, or not found any more. What is told of the key without it would be wrong.
 *
 * @throws {Fault} `key-not-found`
 * @throws {DamagedRow}
 */
export async function refuseMissing(
  deps: Deps,
  keyId: KeyId,
  version: VersionNumber,
): Promise<never> {
  if ((await deps.keys.find(keyId)) === undefined) throw fault('key-not-found', { keyId })
  throw new DamagedRow({ table: 'key_versions', keyId, version })
}
