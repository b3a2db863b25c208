import { MAX_PAGE_KEYS } from '../core/limits.ts'
import type { KeyFilter, KeyTally } from '../ports/key-store.ts'
import { authorise, mayUse } from './authorise.ts'
import { loadSharedKey, projectOf } from './find-key.ts'
import type { Handler } from './handler.ts'
import { presentKey } from './present-key.ts'

const PERMISSION = 'kms:cmk:list'

/** Without `key_spec` a list has keys of this one only, as the documents say. */
const DEFAULT_SPEC = 'AES_256'

export const listKeys: Handler<'ListKeys'> = async (deps, caller, request, context) => {
  const dependsOnKey = caller.rights.verdictOf(PERMISSION) === 'depends'
  if (!dependsOnKey) authorise(deps, caller, { permission: PERMISSION }, undefined, context)
  const projectId = projectOf(caller)
  const state = request.key_state
  if (state === 'none') {
    return { keys: [], key_details: [], next_marker: 'end', truncated: false, total: 0 }
  }
  const spec = request.key_spec ?? DEFAULT_SPEC
  const filter: KeyFilter = {
    ...(state === undefined ? {} : { state }),
    ...(spec === 'ALL' ? {} : { spec }),
    ...(request.enterprise_project_id === undefined
      ? {}
      : { enterpriseProjectId: request.enterprise_project_id }),
  }
  const limit = Math.min(request.limit ?? MAX_PAGE_KEYS, MAX_PAGE_KEYS)
  const after = request.marker ?? 0
  const found = await deps.keys.page(projectId, filter, { after, limit: limit + 1 })
  const truncated = found.length > limit
  const page = found.slice(0, limit)
  const last = page.at(-1)
  const seen = dependsOnKey
    ? page.filter(({ key }) => mayUse(deps, caller, PERMISSION, key.id, context))
    : page
  return {
    keys: seen.map(({ key }) => key.id),
    key_details: seen.map(({ key }) => presentKey(key, deps.region)),
    next_marker: truncated && last !== undefined ? last.number : 'end',
    truncated,
    total: countOf(await deps.keys.tallies(projectId), filter),
  }
}

export const listKeyDetail: Handler<'ListKeyDetail'> = async (deps, caller, request, context) => {
  const { key } = await loadSharedKey(deps, caller, request.key_id, context.admission, context)
  return { key_info: presentKey(key, deps.region) }
}

export const showUserInstances: Handler<'ShowUserInstances'> = async (deps, caller) => {
  return { instance_num: countOwn(await deps.keys.tallies(projectOf(caller))) }
}

export const showUserQuotas: Handler<'ShowUserQuotas'> = async (deps, caller) => {
  const used = countOwn(await deps.keys.tallies(projectOf(caller)))
  return {
    quotas: {
      resources: [
        { type: 'CMK', used, quota: deps.keyQuota },
        { type: 'grant_per_CMK', used: 0, quota: deps.grantQuota },
      ],
    },
  }
}

function countOf(tallies: readonly KeyTally[], filter: KeyFilter): number {
  return tallies
    .filter(({ spec }) => filter.spec === undefined || spec === filter.spec)
    .filter(({ state }) => filter.state === undefined || state === filter.state)
    .reduce((sum, { keys }) => sum + keys, 0)
}

function countOwn(tallies: readonly KeyTally[]): number {
  return tallies.filter(({ isDefault }) => !isDefault).reduce((sum, { keys }) => sum + keys, 0)
}
