import type { KeyId } from '../core/ids.ts'
import type { Key } from '../core/key.ts'
import { isDeletionDue } from '../core/key-state.ts'
import type { StoredKeyVersion } from '../ports/key-store.ts'
import type { Deps } from './deps.ts'
import { isInside } from './keystores.ts'
import { discardVersion } from './make-version.ts'

const PAGE = 1000

/**
 * Destroys a key whose waiting period is over: the one irreversible act. The store checks state and
 * time once more in its transaction; if somebody cancels meanwhile, nothing happens. What is in a
 * token goes after that; a token that cannot be reached keeps what nobody can use any more.
 *
 * @returns The key that was destroyed, or undefined when it was not to be.
 */
export async function destroyIfDue(deps: Deps, keyId: KeyId): Promise<Key | undefined> {
  const now = deps.clock.now()
  const seen = await deps.keys.find(keyId)
  if (seen === undefined || !isDeletionDue(seen.key, now)) return undefined
  const inside = isInside(seen.key) ? await versionsOf(deps, keyId) : []
  if ((await deps.keys.destroy(seen, now)) === 'stale') return undefined
  await deps.changes.afterCommit()
  for (const version of inside) {
    await discardVersion(deps, seen.key, version).catch((error) => deps.warn(error))
  }
  return seen.key
}

async function versionsOf(deps: Deps, keyId: KeyId): Promise<readonly StoredKeyVersion[]> {
  const all: StoredKeyVersion[] = []
  for (;;) {
    const after = all.at(-1)?.version ?? 0
    const page = await deps.keys.versionsOf(keyId, { after, limit: PAGE })
    all.push(...page)
    if (page.length < PAGE) return all
  }
}
