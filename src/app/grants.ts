import type { ReplyFor } from '../contract/operations/index.ts'
import type { Caller } from '../core/caller.ts'
import { fault } from '../core/fault.ts'
import { type Grant, grantsFor, mayRetire, requireGrantable } from '../core/grant.ts'
import type { KeyId } from '../core/ids.ts'
import { requireOwned, requireUsable } from '../core/key-state.ts'
import { MAX_PAGE_GRANTS } from '../core/limits.ts'
import { randomHex } from '../crypto/random.ts'
import type { Numbered } from '../ports/page.ts'
import { mayUse } from './authorise.ts'
import type { Deps } from './deps.ts'
import { loadKey, loadSharedKey } from './find-key.ts'
import type { Handler, RequestContext } from './handler.ts'
import { pageOf } from './pages.ts'
import { unlessStale } from './unless-stale.ts'

/** Bytes of a grant's id: 64 hexadecimal digits. */
const GRANT_ID_BYTES = 32

/** The owner grants what it likes; a grantee with `create-grant` no more than it has. */
export const createGrant: Handler<'CreateGrant'> = async (deps, caller, request, context) => {
  const { admission } = context
  return unlessStale(`granting a right on key ${request.key_id}`, async () => {
    const seen = await loadSharedKey(deps, caller, request.key_id, admission, context)
    const { key } = seen
    requireOwned(key)
    requireUsable(key)
    const isOwner = admission.isAllowed && key.projectId === caller.project?.id
    const own = isOwner ? undefined : grantsFor(await deps.grants.ofKey(key.id), caller)
    const grant: Grant = {
      id: randomHex(GRANT_ID_BYTES),
      keyId: key.id,
      projectId: key.projectId,
      name: request.name,
      grantee: request.grantee_principal,
      granteeKind: request.grantee_principal_type ?? 'user',
      operations: requireGrantable(request.operations, own),
      retiring: request.retiring_principal,
      issuing: caller.userId,
      createdAt: deps.clock.now(),
    }
    const { grantQuota: quota } = deps
    const outcome = await deps.grants.insert(seen, grant, { perKey: quota, perGrantee: quota })
    if (outcome === 'stale') return outcome
    if (outcome === 'key-gone') throw fault('key-not-found', { keyId: key.id })
    if (outcome === 'key-quota-reached') throw fault('grant-key-quota-reached', { quota })
    if (outcome === 'grantee-quota-reached') throw fault('grant-grantee-quota-reached', { quota })
    await deps.changes.afterCommit()
    return { grant_id: grant.id }
  })
}

/** Taking a grant back works in every state of the key: it can only make things safer. */
export const cancelGrant: Handler<'CancelGrant'> = async (deps, caller, request) => {
  await loadKey(deps, caller, request.key_id)
  const grant = await loadGrant(deps, request)
  await remove(deps, grant)
  return {}
}

export const cancelSelfGrant: Handler<'CancelSelfGrant'> = async (
  deps,
  caller,
  request,
  context,
) => {
  const grant = await deps.grants.find(request.grant_id.toLowerCase())
  const mayRetireIt = grant !== undefined && mayRetire(grant, caller)
  if (!mayRetireIt && !mayOwn(deps, caller, request.key_id, context)) {
    throw fault('grant-not-found') // nor does a stranger learn that it is there
  }
  if (!mayRetireIt) await loadKey(deps, caller, request.key_id)
  const retired = await loadGrant(deps, request)
  if (retired.projectId !== caller.project?.id) context.keyProjectId = retired.projectId
  await remove(deps, retired)
  return {}
}

export const listGrants: Handler<'ListGrants'> = async (deps, caller, request) => {
  const { key } = await loadKey(deps, caller, request.key_id)
  const limit = request.limit ?? MAX_PAGE_GRANTS
  const found = await deps.grants.pageOfKey(key.id, {
    after: request.marker ?? 0,
    limit: limit + 1,
  })
  return presentPage(found, limit, await deps.grants.countOfKey(key.id))
}

export const listRetirableGrants: Handler<'ListRetirableGrants'> = async (
  deps,
  caller,
  request,
) => {
  const principals = [caller.userId, caller.tenantId]
  const limit = request.limit ?? MAX_PAGE_GRANTS
  const found = await deps.grants.pageRetirable(principals, {
    after: request.marker ?? 0,
    limit: limit + 1,
  })
  return presentPage(found, limit, await deps.grants.countRetirable(principals))
}

function mayOwn(deps: Deps, caller: Caller, keyId: KeyId, context: RequestContext): boolean {
  return mayUse(deps, caller, 'kms:grant:retire', keyId, context)
}

async function loadGrant(
  deps: Deps,
  { grant_id, key_id }: { readonly grant_id: string; readonly key_id: KeyId },
): Promise<Grant> {
  const grant = await deps.grants.find(grant_id.toLowerCase())
  if (grant === undefined) throw fault('grant-not-found')
  if (grant.keyId !== key_id) throw fault('grant-key-mismatch')
  return grant
}

async function remove(deps: Deps, grant: Grant): Promise<void> {
  if (!(await deps.grants.remove(grant))) throw fault('grant-not-found')
  await deps.changes.afterCommit()
}

function presentPage(
  found: readonly Numbered<Grant>[],
  limit: number,
  total: number,
): ReplyFor<'ListGrants'> {
  const { page, isTruncated, nextMarker } = pageOf(found, limit)
  return {
    grants: page.map(({ value: grant }) => ({
      key_id: grant.keyId,
      grant_id: grant.id,
      grantee_principal: grant.grantee,
      grantee_principal_type: grant.granteeKind,
      operations: grant.operations,
      issuing_principal: grant.issuing,
      creation_date: grant.createdAt,
      name: grant.name ?? '',
      retiring_principal: grant.retiring ?? '',
    })),
    next_marker: nextMarker,
    truncated: isTruncated,
    total,
  }
}
