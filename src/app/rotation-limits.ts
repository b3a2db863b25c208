import { fault } from '../core/fault.ts'
import { requireRotatable } from '../core/rotation.ts'
import { loadKey } from './find-key.ts'
import type { Handler } from './handler.ts'

/** What this thread has counted is written first, so that who uses a key and then looks sees it. */
export const showRotationLimits: Handler<'ShowRotationLimits'> = async (deps, caller, request) => {
  const { key } = await loadKey(deps, caller, request.key_id)
  const { maxUses, maxBytes } = await deps.rotationLimits.find(key.id)
  const version = key.primaryVersion
  await deps.usage.flush().catch(deps.warn)
  const uses =
    version === undefined
      ? undefined
      : (await deps.usage.ofVersions([{ keyId: key.id, version }])).get(version)
  return {
    max_uses: maxUses,
    max_bytes: maxBytes,
    primary_version: version,
    uses: uses?.protectCount ?? 0,
    bytes: uses?.protectBytes ?? 0,
  }
}

/** A key that is beyond its new limit rotates soon after the answer. */
export const setRotationLimits: Handler<'SetRotationLimits'> = async (deps, caller, request) => {
  const { key } = await loadKey(deps, caller, request.key_id)
  requireRotatable(key)
  const { max_uses: maxUses, max_bytes: maxBytes } = request
  await deps.usage.flush().catch(deps.warn)
  const author = { by: caller.userName, at: deps.clock.now() }
  if (!(await deps.rotationLimits.put(key.id, { maxUses, maxBytes }, author))) {
    throw fault('key-not-found', { keyId: key.id })
  }
  return { max_uses: maxUses, max_bytes: maxBytes }
}
