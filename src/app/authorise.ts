import type { Permission } from '../contract/operation.ts'
import type { Caller } from '../core/caller.ts'
import { fault } from '../core/fault.ts'
import type { KeyId } from '../core/ids.ts'
import { isAllowed, type RightsRequest } from '../core/policy.ts'
import type { Deps } from './deps.ts'
import type { RequestContext } from './handler.ts'

/**
 * Lets a request pass if the caller has the permission, for that key if it is about one.
 *
 * @throws {Fault} `operation-forbidden`; `key-use-forbidden` when it may depend on the key
 */
export function authorise(
  deps: Deps,
  caller: Caller,
  permission: Permission,
  keyId: KeyId | undefined,
  context: RequestContext,
): void {
  if (mayUse(deps, caller, permission, keyId, context)) return
  const depends = keyId !== undefined && caller.rights.verdictOf(permission) === 'depends'
  throw fault(depends ? 'key-use-forbidden' : 'operation-forbidden', { permission })
}

/** Whether the caller has the permission, for that key if one is named. */
export function mayUse(
  deps: Deps,
  caller: Caller,
  permission: Permission,
  keyId: KeyId | undefined,
  context: RequestContext,
): boolean {
  const verdict = caller.rights.verdictOf(permission)
  if (verdict !== 'depends') return verdict === 'allow'
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
  return isAllowed(caller.rights, request)
}
