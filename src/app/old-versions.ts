import { fault } from '../core/fault.ts'
import { requireOwned, requireUsable } from '../core/key-state.ts'
import { requireRetirable, UNUSED_DAYS } from '../core/version-retirement.ts'
import { loadKey } from './find-key.ts'
import type { Handler } from './handler.ts'
import { unlessStale } from './unless-stale.ts'
import { watchedVersion } from './watched-version.ts'

/** What this thread has counted is written first; what others count is up to ten seconds behind. */
export const retireKeyVersion: Handler<'RetireKeyVersion'> = async (
  deps,
  caller,
  request,
  context,
) => {
  const { version, re_encrypted: note, unused_days: unusedDays = UNUSED_DAYS.default } = request
  return unlessStale(`retiring a version of key ${request.key_id}`, async () => {
    const seen = await loadKey(deps, caller, request.key_id)
    const { key } = seen
    requireOwned(key)
    requireUsable(key)
    await deps.usage.flush()
    const stored = await deps.keys.findVersion(key.id, version)
    if (stored === undefined) throw fault('version-not-retirable', { version })
    const usage = await deps.usage.ofVersions([{ keyId: key.id, version }])
    const retired = await deps.retired.find(key.id, version)
    const watched = watchedVersion(stored, usage.get(version), retired)
    const at = deps.clock.now()
    requireRetirable(key, watched, deps.usage.countedSince, unusedDays, at)
    const by = caller.userName
    const change = { version, actor: by, at, note }
    const { outgoing, tell } = deps.announcements.ofVersion('key.version_retired', key, change)
    const outcome = await deps.retired.retire(seen, version, { at, by, note }, outgoing)
    if (outcome === 'stale') return outcome
    if (outcome === 'not-retirable') throw fault('version-not-retirable', { version })
    await deps.changes.afterCommit()
    tell()
    context.keyVersion = version
    return { key_id: key.id, version, retired_time: at }
  })
}

export const restoreKeyVersion: Handler<'RestoreKeyVersion'> = async (
  deps,
  caller,
  request,
  context,
) => {
  const { key } = await loadKey(deps, caller, request.key_id)
  requireOwned(key)
  const { version } = request
  const at = deps.clock.now()
  const change = { version, actor: caller.userName, at, note: undefined }
  const { outgoing, tell } = deps.announcements.ofVersion('key.version_restored', key, change)
  if (!(await deps.retired.restore(key.id, version, outgoing))) {
    throw fault('version-not-retired', { version })
  }
  await deps.changes.afterCommit()
  tell()
  context.keyVersion = version
  return { key_id: key.id, version }
}
