import type { ReplyFor } from '../contract/operations/index.ts'
import { fault } from '../core/fault.ts'
import type { TenantId } from '../core/ids.ts'
import { requireEditable } from '../core/key-state.ts'
import { MAX_ALIASES_OF_KEY, MAX_PAGE_ALIASES } from '../core/limits.ts'
import { requireFreeAlias } from '../core/new-key.ts'
import type { Alias } from '../ports/label-store.ts'
import { loadKey, projectOf } from './find-key.ts'
import type { Handler } from './handler.ts'
import { pageOf } from './pages.ts'

const QUOTA = { quota: MAX_ALIASES_OF_KEY }

export const createAlias: Handler<'CreateAlias'> = async (deps, caller, request) => {
  const { key } = await loadKey(deps, caller, request.key_id)
  requireEditable(key)
  const now = deps.clock.now()
  const alias: Alias = {
    alias: requireFreeAlias(request.alias),
    projectId: key.projectId,
    keyId: key.id,
    createdAt: now,
    updatedAt: now,
  }
  const outcome = await deps.labels.insertAlias(alias, MAX_ALIASES_OF_KEY)
  if (outcome === 'key-gone') throw fault('key-not-found', { keyId: key.id })
  if (outcome === 'alias-taken') throw fault('alias-taken')
  if (outcome === 'quota-reached') throw fault('alias-quota-reached', QUOTA)
  return present(alias, deps.region, key.tenantId)
}

export const associateAlias: Handler<'AssociateAlias'> = async (deps, caller, request, context) => {
  context.keyId = request.target_key_id
  const { key } = await loadKey(deps, caller, request.target_key_id)
  requireEditable(key)
  const moved = await deps.labels.moveAlias(
    key.projectId,
    request.alias,
    key.id,
    deps.clock.now(),
    MAX_ALIASES_OF_KEY,
  )
  if (moved === 'key-gone') throw fault('key-not-found', { keyId: key.id })
  if (moved === 'unknown') throw fault('alias-not-found')
  if (moved === 'quota-reached') throw fault('alias-quota-reached', QUOTA)
  return present(moved, deps.region, key.tenantId)
}

export const deleteAlias: Handler<'DeleteAlias'> = async (deps, caller, request) => {
  const { key } = await loadKey(deps, caller, request.key_id)
  requireEditable(key)
  if (request.aliases.length === 0) throw fault('field-invalid', { name: 'aliases' })
  const outcome = await deps.labels.removeAliases(key.id, request.aliases)
  if (outcome === 'key-gone') throw fault('key-not-found', { keyId: key.id })
  if (outcome === 'unknown') throw fault('alias-not-found')
  return {}
}

export const listAliases: Handler<'ListAliases'> = async (deps, caller, request) => {
  const projectId = projectOf(caller)
  if (request.key_id !== undefined) await loadKey(deps, caller, request.key_id)
  const limit = request.limit ?? MAX_PAGE_ALIASES
  const after = request.marker ?? 0
  const found = await deps.labels.pageAliases(projectId, request.key_id, {
    after,
    limit: limit + 1,
  })
  const { page, nextMarker } = pageOf(found, limit)
  return {
    aliases: page.map(({ value }) => present(value, deps.region, caller.tenantId)),
    page_info: { next_marker: nextMarker, current_count: page.length },
  }
}

function present(alias: Alias, region: string, tenantId: TenantId): ReplyFor<'CreateAlias'> {
  return {
    domain_id: tenantId,
    key_id: alias.keyId,
    alias: alias.alias,
    alias_urn: `kms:${region}:${tenantId}:alias:${alias.alias.replace(/^alias\//, '')}`,
    create_time: alias.createdAt,
    update_time: alias.updatedAt,
  }
}
