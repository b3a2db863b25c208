import type { Caller } from '../core/caller.ts'
import { fault } from '../core/fault.ts'
import type { KeyId } from '../core/ids.ts'
import type { Key } from '../core/key.ts'
import type { Deps } from './deps.ts'
import { loadKey } from './find-key.ts'
import { unlessStale } from './unless-stale.ts'

/**
 * Changes a key by a step of the core. If another writer comes first, the key is read again and the
 * step asked again, so that the step always saw the key it changes.
 *
 * @throws {Fault} `key-not-found`, `alias-taken`, and what `step` throws
 */
export async function changeKey(
  deps: Deps,
  caller: Caller,
  keyId: KeyId,
  step: (key: Key) => Key,
): Promise<Key> {
  return unlessStale(`changing key ${keyId}`, async () => {
    const seen = await loadKey(deps, caller, keyId)
    const changed = step(seen.key)
    const author = { by: caller.userName, at: deps.clock.now() }
    const outcome = await deps.keys.replace(seen, changed, author)
    if (outcome === 'alias-taken') throw fault('alias-taken')
    if (outcome === 'stale') return outcome
    await deps.changes.afterCommit()
    return changed
  })
}
