import type { Permission, Right } from '../contract/operation.ts'
import type { Caller } from '../core/caller.ts'
import { fault } from '../core/fault.ts'
import type { GrantOperation } from '../core/grant.ts'
import type { KeyId } from '../core/ids.ts'
import { judge, type RightsRequest, type Verdict } from '../core/policy.ts'
import type { Deps } from './deps.ts'
import type { RequestContext } from './handler.ts'

/** What was found out of a right before the key was looked at. */
export interface Admission {
  readonly permission: Permission
  /** What a grant on the key must have when the policies do not allow it. */
  readonly grant: GrantOperation | undefined
  /** Whether the caller's policies allow it for keys of its own project. */
  readonly isAllowed: boolean
}

/**
 * Lets a request pass if the caller's policies allow it, for that key if it is about one. Where they
 * say nothing, and a grant on the key could, it passes too: who then finds the key looks for one.
 *
 * @throws {Fault} `operation-forbidden`; `key-use-forbidden` when it may depend on the key
 */
export function authorise(
  deps: Deps,
  caller: Caller,
  { permission, grant }: Right,
  keyId: KeyId | undefined,
  context: RequestContext,
): Admission {
  const verdict = judgeCaller(deps, caller, permission, keyId, context)
  const isAllowed = verdict === 'allow' && caller.guestIn === undefined
  const mayBeGranted = verdict !== 'deny' && grant !== undefined && keyId !== undefined
  if (!isAllowed && !mayBeGranted) throw forbidden(caller, permission, keyId)
  return { permission, grant, isAllowed }
}

/** Where nothing was asked: no key may be used by this. */
export const NOT_ASKED: Admission = {
  permission: 'kms:nothing:asked',
  grant: undefined,
  isAllowed: false,
}

/** Whether the caller's policies allow it, for that key if one is named. */
export function mayUse(
  deps: Deps,
  caller: Caller,
  permission: Permission,
  keyId: KeyId | undefined,
  context: RequestContext,
): boolean {
  const isOwn = caller.guestIn === undefined
  return isOwn && judgeCaller(deps, caller, permission, keyId, context) === 'allow'
}

/** The refusal of somebody who may not do this. */
export function forbidden(caller: Caller, permission: Permission, keyId: KeyId | undefined) {
  if (caller.guestIn !== undefined) return fault('project-mismatch')
  const depends = keyId !== undefined && caller.rights.verdictOf(permission) === 'depends'
  return fault(depends ? 'key-use-forbidden' : 'operation-forbidden', { permission })
}

function judgeCaller(
  deps: Deps,
  caller: Caller,
  permission: Permission,
  keyId: KeyId | undefined,
  context: RequestContext,
): Exclude<Verdict, 'depends'> {
  const verdict = caller.rights.verdictOf(permission)
  if (verdict !== 'depends') return verdict
  const request: RightsRequest = {
    action: permission,
    resource:
      keyId === undefined ? undefined : `kms:${deps.region}:${caller.tenantId}:KeyId:${keyId}`,
    facts: {
      'g:UserId': caller.userId,
      'g:UserName': caller.userName,
      'g:DomainName': caller.tenantName,
      'g:SourceIp': context.source,
      'g:SecureTransport': String(context.secure),
      ...(caller.project === undefined ? {} : { 'g:ProjectName': caller.project.name }),
    },
    now: deps.clock.now(),
  }
  return judge(caller.rights, request)
}
