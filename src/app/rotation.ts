import { fault } from '../core/fault.ts'
import { MAX_PAGE_EVENTS } from '../core/limits.ts'
import {
  changeRotationInterval,
  disableRotation,
  enableRotation,
  requireRotatable,
  rotationInterval,
} from '../core/rotation.ts'
import type { StoredKeyVersion } from '../ports/key-store.ts'
import { changeKey } from './change-key.ts'
import { loadKey, projectOf } from './find-key.ts'
import type { Handler } from './handler.ts'
import { refuseMissing } from './missing-version.ts'
import { presentRotation } from './present-rotation.ts'
import { rotateIfDue, rotateNow, waitingFor } from './rotate-key.ts'

/** `state` of material that encrypts now. */
const MATERIAL_IN_USE = 2
/** `state` of material that was imported and waits for a rotation. */
const MATERIAL_WAITING = 0

export const enableKeyRotation: Handler<'EnableKeyRotation'> = async (deps, caller, request) => {
  await changeKey(deps, caller, request.key_id, (key) => enableRotation(key, deps.clock.now()))
  return {}
}

export const disableKeyRotation: Handler<'DisableKeyRotation'> = async (deps, caller, request) => {
  await changeKey(deps, caller, request.key_id, disableRotation)
  return {}
}

/** A key whose due time has thereby moved into the past rotates before the answer. */
export const updateKeyRotationInterval: Handler<'UpdateKeyRotationInterval'> = async (
  deps,
  caller,
  request,
) => {
  const key = await changeKey(deps, caller, request.key_id, (seen) =>
    changeRotationInterval(seen, request.rotation_interval),
  )
  await rotateIfDue(deps, key.id, 'schedule', caller.userName)
  return {}
}

export const rotateOnDemand: Handler<'RotateOnDemand'> = async (deps, caller, request, context) => {
  const { key } = await loadKey(deps, caller, request.key_id)
  requireRotatable(key, (await waitingFor(deps, key)) !== undefined)
  context.keyVersion = await rotateNow(deps, key.id, caller.userName)
  return { key_id: key.id }
}

export const showKeyRotationStatus: Handler<'ShowKeyRotationStatus'> = async (
  deps,
  caller,
  request,
) => {
  const { key } = await loadKey(deps, caller, request.key_id)
  const primary =
    key.primaryVersion === undefined
      ? undefined
      : ((await deps.keys.findVersion(key.id, key.primaryVersion)) ??
        (await refuseMissing(deps, key.id, key.primaryVersion)))
  const waiting = await waitingFor(deps, key)
  return {
    key_rotation_enabled: key.schedule.kind === 'on',
    rotation_interval: rotationInterval(key),
    last_rotation_time: key.lastRotationAt,
    number_of_rotations: key.rotationCount,
    key_materials:
      primary === undefined
        ? []
        : [
            presentMaterial(primary, MATERIAL_IN_USE),
            ...(waiting === undefined ? [] : [presentMaterial(waiting, MATERIAL_WAITING)]),
          ],
  }
}

function presentMaterial(version: StoredKeyVersion, state: number) {
  return {
    material_id: version.materialId,
    charge_id: '',
    create_time: version.createdAt,
    expiration_time: version.expiresAt ?? ('none' as const),
    state,
  }
}

export const listRotationEvents: Handler<'ListRotationEvents'> = async (deps, caller, request) => {
  const projectId = projectOf(caller)
  const limit = request.limit ?? MAX_PAGE_EVENTS
  const after = request.marker ?? 0
  const found = await deps.keys.rotationEvents(projectId, request.key_id, {
    after,
    limit: limit + 1,
  })
  if (found.length === 0) await requireKnown()
  const page = found.slice(0, limit)
  const last = page.at(-1)
  return {
    events: page.map(presentRotation),
    next_marker: found.length > limit && last !== undefined ? last.toVersion : 'end',
  }

  /** A key that never rotated has no events, but is known; one that has some may be destroyed. */
  async function requireKnown(): Promise<void> {
    const older = await deps.keys.rotationEvents(projectId, request.key_id, { after: 0, limit: 1 })
    if (older.length > 0) return
    const stored = await deps.keys.find(request.key_id)
    if (stored?.key.projectId !== projectId) throw fault('key-not-found', { keyId: request.key_id })
  }
}
