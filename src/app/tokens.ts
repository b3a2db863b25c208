import type { SignInBody } from '../contract/operations/identity.ts'
import type { ReplyFor } from '../contract/operations/index.ts'
import type { Caller } from '../core/caller.ts'
import { fault } from '../core/fault.ts'
import type { EpochMs } from '../core/time.ts'
import { SecretBytes } from '../crypto/secret-bytes.ts'
import type { SignInDesk, SignInMethod, SignInScope, TokenFacts } from '../ports/sign-in-desk.ts'
import { catalogOf } from './catalog.ts'
import type { Deps } from './deps.ts'
import type { Handler, RequestContext } from './handler.ts'
import { mayManageIdentity } from './identity-lookups.ts'

type TokenBody = ReplyFor<'CreateToken'>['token']

export const createToken: Handler<'CreateToken'> = async (deps, _caller, request, context) => {
  const method = methodOf(request.auth)
  const { token, facts } = await deskOf(deps).signIn(method, scopeOf(request.auth), context.source)
  const { id: userId, name: userName, tenantId } = facts.user
  context.signedIn = { userId, userName, tenantId, method: facts.methods.join() }
  return {
    'X-Subject-Token': token,
    token: presentToken(deps, facts, request.nocatalog === true, context),
  }
}

export const showToken: Handler<'ShowToken'> = async (deps, caller, request, context) => {
  const token = request['x-subject-token']
  const facts = await inspectFor(deps, caller, token, context)
  return {
    'X-Subject-Token': token,
    token: presentToken(deps, facts, request.nocatalog === true, context),
  }
}

export const checkToken: Handler<'CheckToken'> = async (deps, caller, request, context) => {
  const token = request['x-subject-token']
  await inspectFor(deps, caller, token, context)
  return { 'X-Subject-Token': token }
}

export const revokeToken: Handler<'RevokeToken'> = async (deps, caller, request, context) => {
  const token = request['x-subject-token']
  await inspectFor(deps, caller, token, context)
  if (!(await deskOf(deps).revoke(token))) throw fault('resource-not-found')
  await deps.changes.afterCommit()
  return {}
}

function deskOf(deps: Deps): SignInDesk {
  if (deps.desk === undefined) throw fault('route-unknown')
  return deps.desk
}

/** One's own tokens, and for an administrator those of the tenant; others do not exist. */
async function inspectFor(
  deps: Deps,
  caller: Caller,
  token: string,
  context: RequestContext,
): Promise<TokenFacts> {
  const facts = await deskOf(deps).inspect(token)
  if (
    facts === undefined ||
    facts.tenant.id !== caller.tenantId ||
    (facts.user.id !== caller.userId && !mayManageIdentity(deps, caller, context))
  ) {
    throw fault('resource-not-found')
  }
  return facts
}

function methodOf(auth: SignInBody): SignInMethod {
  const { methods, password, token, hw_ak_sk: accessKey } = auth.identity
  for (const method of methods) {
    if (method === 'password' && password !== undefined) {
      const { id, name, domain, password: secret } = password.user
      return {
        kind: 'password',
        user: { id, name, tenant: domain },
        password: secretOf(secret),
      }
    }
    if (method === 'token' && token !== undefined) return { kind: 'token', token: token.id }
    if (method === 'hw_ak_sk' && accessKey !== undefined) {
      return {
        kind: 'accessKey',
        accessKeyId: accessKey.access.key,
        secret: secretOf(accessKey.secret.key),
      }
    }
  }
  throw fault('field-invalid', { name: 'auth.identity.methods' })
}

function scopeOf({ scope }: SignInBody): SignInScope {
  if (scope?.project !== undefined) {
    const { id, name, domain } = scope.project
    return { kind: 'project', project: { id, name }, tenant: domain }
  }
  if (scope?.domain !== undefined) return { kind: 'tenant', tenant: scope.domain }
  return { kind: 'default' }
}

function secretOf(text: string): SecretBytes {
  return new SecretBytes(new TextEncoder().encode(text))
}

function presentToken(
  deps: Deps,
  facts: TokenFacts,
  withoutCatalog: boolean,
  context: RequestContext,
): TokenBody {
  const { user, tenant, project, roles } = facts
  const domain = { id: tenant.id, name: tenant.name }
  return {
    expires_at: isoMicroseconds(facts.expiresAt),
    issued_at: isoMicroseconds(facts.issuedAt),
    methods: facts.methods,
    user: { id: user.id, name: user.name, domain },
    project: project && { id: project.id, name: project.name, domain },
    domain: facts.isTenantWide ? domain : undefined,
    roles: roles.map((name) => ({ id: name, name })),
    catalog: withoutCatalog ? undefined : catalogOf(deps, project?.id, context.baseUrl),
  }
}

/** A time as Keystone writes it: ISO 8601 with six digits after the second. */
function isoMicroseconds(time: EpochMs): string {
  return new Date(time).toISOString().replace('Z', '000Z')
}
