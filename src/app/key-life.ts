import {
  cancelDeletion as cancelDeletionOf,
  describeKey,
  disableKey as disable,
  enableKey as enable,
  renameKey,
  scheduleDeletion,
} from '../core/key-state.ts'
import { changeKey } from './change-key.ts'
import type { Handler } from './handler.ts'
import { rotateIfDue } from './rotate-key.ts'

/** A key that fell due while it was disabled rotates before the answer, once. */
export const enableKey: Handler<'EnableKey'> = async (deps, caller, request) => {
  const key = await changeKey(deps, caller, request.key_id, enable)
  await rotateIfDue(deps, key.id, 're-enable', caller.userName)
  return { key_info: { key_id: key.id, key_state: key.state.kind } }
}

export const disableKey: Handler<'DisableKey'> = async (deps, caller, request) => {
  const key = await changeKey(deps, caller, request.key_id, disable)
  return { key_info: { key_id: key.id, key_state: key.state.kind } }
}

export const deleteKey: Handler<'DeleteKey'> = async (deps, caller, request) => {
  const key = await changeKey(deps, caller, request.key_id, (seen) =>
    scheduleDeletion(seen, request.pending_days, deps.clock.now()),
  )
  return { key_id: key.id, key_state: key.state.kind }
}

export const cancelKeyDeletion: Handler<'CancelKeyDeletion'> = async (deps, caller, request) => {
  const key = await changeKey(deps, caller, request.key_id, cancelDeletionOf)
  return { key_id: key.id, key_state: key.state.kind }
}

export const updateKeyAlias: Handler<'UpdateKeyAlias'> = async (deps, caller, request) => {
  const key = await changeKey(deps, caller, request.key_id, (seen) =>
    renameKey(seen, request.key_alias),
  )
  return { key_info: { key_id: key.id, key_alias: key.alias } }
}

export const updateKeyDescription: Handler<'UpdateKeyDescription'> = async (
  deps,
  caller,
  request,
) => {
  const key = await changeKey(deps, caller, request.key_id, (seen) =>
    describeKey(seen, request.key_description),
  )
  return { key_info: { key_id: key.id, key_description: key.description } }
}
