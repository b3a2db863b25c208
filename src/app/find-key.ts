import type { Caller } from '../core/caller.ts'
import { fault } from '../core/fault.ts'
import { type Grant, isGranted } from '../core/grant.ts'
import type { KeyId, ProjectId, VersionNumber } from '../core/ids.ts'
import type { Key } from '../core/key.ts'
import { requireUsable } from '../core/key-state.ts'
import type { StoredKey } from '../ports/key-store.ts'
import { type Admission, forbidden } from './authorise.ts'
import type { Deps } from './deps.ts'
import type { RequestContext } from './handler.ts'
import type { WarmKey } from './key-cache.ts'

/**
 * The project that the caller acts in.
 *
 * @throws {Fault} `token-without-project`
 */
export function projectOf(caller: Caller): ProjectId {
  if (caller.project === undefined) throw fault('token-without-project')
  return caller.project.id
}

/**
 * The key of the caller's own project as the store has it now. A key of another project is as unknown
 * as one that never was.
 *
 * @throws {Fault} `key-not-found`
 */
export async function loadKey(deps: Deps, caller: Caller, keyId: KeyId): Promise<StoredKey> {
  const stored = await deps.keys.find(keyId)
  if (stored === undefined || stored.key.projectId !== projectOf(caller)) {
    throw fault('key-not-found', { keyId })
  }
  return stored
}

/**
 * As {@link loadKey}, but also a key that a grant lets the caller see.
 *
 * @throws {Fault} `key-not-found`, `operation-forbidden`, `key-use-forbidden`, `project-mismatch`
 */
export async function loadSharedKey(
  deps: Deps,
  caller: Caller,
  keyId: KeyId,
  admission: Admission,
  context: RequestContext,
): Promise<StoredKey> {
  const stored = await deps.keys.find(keyId)
  const isIn =
    stored !== undefined &&
    (isOwn(stored.key, caller, admission) ||
      isGrantedBy(await deps.grants.ofKey(keyId), caller, admission))
  if (!isIn) throw unknownOrForbidden(stored?.key, caller, keyId, admission)
  noteOwner(stored.key, caller, context)
  return stored
}

/**
 * A key that may be used now: at once when it is warm and the caller's own, from the cache if that is
 * current.
 *
 * @throws {Fault} `key-not-found`, `operation-forbidden`, `key-use-forbidden`, `project-mismatch`,
 *   `key-disabled`, `key-pending-deletion`, `key-pending-import`
 */
export function useKey(
  deps: Deps,
  caller: Caller,
  keyId: KeyId,
  admission: Admission,
  context: RequestContext,
): WarmKey | Promise<WarmKey> {
  const warm = deps.changes.isCurrent() ? deps.cache.get(keyId) : undefined
  if (warm === undefined || !isOwn(warm.key, caller, admission)) {
    return findUsable(deps, caller, keyId, admission, context)
  }
  requireUsable(warm.key)
  return warm
}

/** As {@link useKey}, for a key that is not warm, or that only a grant lets the caller use. */
async function findUsable(
  deps: Deps,
  caller: Caller,
  keyId: KeyId,
  admission: Admission,
  context: RequestContext,
): Promise<WarmKey> {
  if (!deps.changes.isCurrent()) await deps.changes.requireCurrent()
  const warm = deps.cache.get(keyId) ?? (await warmUp(deps, keyId))
  if (warm === undefined || !isOwn(warm.key, caller, admission)) {
    const grants = warm && (await grantsOf(deps, warm))
    if (warm === undefined || grants === undefined || !isGrantedBy(grants, caller, admission)) {
      throw unknownOrForbidden(warm?.key, caller, keyId, admission)
    }
  }
  noteOwner(warm.key, caller, context)
  requireUsable(warm.key)
  return warm
}

/** Lets the owner of a key see in the audit log what others do with it by a grant. */
function noteOwner(key: Key, caller: Caller, context: RequestContext): void {
  if (key.projectId !== caller.project?.id) context.keyProjectId = key.projectId
}

/** The version that encrypts. */
export function primaryOf(key: Key): VersionNumber {
  if (key.primaryVersion === undefined) throw new Error('a usable key without a version')
  return key.primaryVersion
}

function isOwn(key: Key, caller: Caller, admission: Admission): boolean {
  return admission.isAllowed && key.projectId === caller.project?.id
}

function isGrantedBy(grants: readonly Grant[], caller: Caller, { grant }: Admission): boolean {
  return grant !== undefined && isGranted(grants, caller, grant)
}

/** Who may do this in its project learns that a key is not there; who may not learns only that. */
function unknownOrForbidden(
  key: Key | undefined,
  caller: Caller,
  keyId: KeyId,
  admission: Admission,
) {
  const isStrange = key === undefined || key.projectId !== caller.project?.id
  return admission.isAllowed && isStrange
    ? fault('key-not-found', { keyId })
    : forbidden(caller, admission.permission, keyId)
}

async function grantsOf(deps: Deps, warm: WarmKey): Promise<readonly Grant[]> {
  warm.grants ??= await deps.grants.ofKey(warm.key.id)
  return warm.grants
}

async function warmUp(deps: Deps, keyId: KeyId): Promise<WarmKey | undefined> {
  const ticket = deps.cache.ticket()
  const stored = await deps.keys.find(keyId)
  if (stored === undefined) return undefined
  const warm: WarmKey = { key: stored.key, versions: new Map(), grants: undefined }
  deps.cache.put(warm, ticket)
  return warm
}
