import type { Caller } from '../core/caller.ts'
import { fault } from '../core/fault.ts'
import {
  isInForce,
  type KeyPolicy,
  type KeyPolicyDocument,
  parseKeyPolicy,
} from '../core/key-policy.ts'
import { PAGE_OF_POLICIES } from '../core/limits.ts'
import { orderedUuid } from '../crypto/random.ts'
import type { Deps } from './deps.ts'
import { projectOf } from './find-key.ts'
import type { Handler } from './handler.ts'

export const createKeyPolicy: Handler<'CreateKeyPolicy'> = async (deps, caller, request) => {
  parseKeyPolicy(request.policy)
  const now = deps.clock.now()
  const policy: KeyPolicy = {
    id: orderedUuid(),
    projectId: projectOf(caller),
    keyspaceId: request.keyspace_id.toLowerCase(),
    name: request.policy_name,
    document: request.policy,
    description: request.description ?? '',
    createdBy: caller.userName,
    createdAt: now,
    modifiedAt: now,
    accessedAt: now,
  }
  await deps.trust.insertPolicy(policy)
  return { policy_id: policy.id }
}

export const showKeyPolicy: Handler<'ShowKeyPolicy'> = async (deps, caller, request) => {
  const policy = await loadPolicy(deps, caller, request.policy_id)
  return { ...presentPolicy(policy), policy: presentDocument(parseKeyPolicy(policy.document)) }
}

export const listKeyPolicy: Handler<'ListKeyPolicy'> = async (deps, caller, request) => {
  const limit = request.limit ?? PAGE_OF_POLICIES.default
  const found = await deps.trust.pagePolicies({
    projectId: projectOf(caller),
    keyspaceId: request.keyspace_id.toLowerCase(),
    afterId: afterIdOf(request.marker),
    limit: limit + 1,
  })
  const page = found.slice(0, limit)
  return {
    keyspace_policies: page.map((policy) => {
      const document = presentDocument(parseKeyPolicy(policy.document))
      const { validity_period: validityPeriod, allowed_access_point: allowedAccessPoint } = document
      return {
        ...presentPolicy(policy),
        policy: { ...document, validityPeriod, allowedAccessPoint },
      }
    }),
    page_info: pageInfo(page, found.length > limit),
  }
}

export const updateKeyPolicy: Handler<'UpdateKeyPolicy'> = async (deps, caller, request) => {
  const document = parseKeyPolicy(request.policy)
  const seen = await loadPolicy(deps, caller, request.policy_id)
  const policy: KeyPolicy = {
    ...seen,
    document: request.policy,
    description: request.description ?? seen.description,
    modifiedAt: deps.clock.now(),
  }
  if (!(await deps.trust.replacePolicy(policy))) throw fault('resource-not-found')
  return {
    policy_id: policy.id,
    policy: presentDocument(document),
    description: policy.description,
    last_modify_time: policy.modifiedAt,
  }
}

export const deleteKeyPolicy: Handler<'DeleteKeyPolicy'> = async (deps, caller, request) => {
  const { id } = await loadPolicy(deps, caller, request.policy_id)
  if (!(await deps.trust.removePolicy(id))) throw fault('resource-not-found')
  return {}
}

/**
 * The policy of the caller's project.
 *
 * @throws {Fault} `resource-not-found`
 */
export async function loadPolicy(deps: Deps, caller: Caller, id: string): Promise<KeyPolicy> {
  const policy = await deps.trust.findPolicy(id.toLowerCase())
  if (policy === undefined || policy.projectId !== projectOf(caller)) {
    throw fault('resource-not-found')
  }
  return policy
}

/** Id after which a page begins: an empty marker asks for the first. */
export function afterIdOf(marker: string | undefined): string | undefined {
  return marker === undefined || marker === '' ? undefined : marker.toLowerCase()
}

/** What is said of a page whose markers are ids. */
export function pageInfo(page: readonly { readonly id: string }[], isTruncated: boolean) {
  const next = isTruncated ? (page.at(-1)?.id ?? '') : ''
  return { next_marker: next, current_count: page.length }
}

/** Whether a policy holds now. */
export function holdsNow(deps: Deps, document: KeyPolicyDocument): boolean {
  return isInForce(document, deps.clock.now())
}

function presentPolicy(policy: KeyPolicy) {
  return {
    policy_id: policy.id,
    policy_name: policy.name,
    keyspace_id: policy.keyspaceId,
    description: policy.description,
    created_by: policy.createdBy,
    create_time: policy.createdAt,
    last_modify_time: policy.modifiedAt,
    last_access_time: policy.accessedAt,
  }
}

function presentDocument(document: KeyPolicyDocument) {
  const { startTime, endTime } = document
  return {
    version: document.version,
    validity_period: { start_time: startTime, end_time: endTime },
    allowed_access_point: document.accessPoints ?? [],
    allowed_data_security_zone: document.dataSecurityZones ?? [],
  }
}
