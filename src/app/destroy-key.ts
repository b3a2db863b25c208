import type { KeyId } from '../core/ids.ts'
import type { Key } from '../core/key.ts'
import { isDeletionDue } from '../core/key-state.ts'
import type { Deps } from './deps.ts'

/**
 * Destroys a key whose waiting period is over: the one irreversible act. The store checks state and
 * time once more in its transaction; if somebody cancels meanwhile, nothing happens.
 *
 * @returns The key that was destroyed, or undefined when it was not to be.
 */
export async function destroyIfDue(deps: Deps, keyId: KeyId): Promise<Key | undefined> {
  const now = deps.clock.now()
  const seen = await deps.keys.find(keyId)
  if (seen === undefined || !isDeletionDue(seen.key, now)) return undefined
  if ((await deps.keys.destroy(seen, now)) === 'stale') return undefined
  await deps.changes.catchUp()
  return seen.key
}
