import type { ProjectId } from '../core/ids.ts'
import { NO_RIGHTS, type Rights, rightsOf, type Statement } from '../core/policy.ts'
import { parsePolicyDocument } from '../core/policy-document.ts'
import { parseSystemRole, SYSTEM_ROLES } from '../core/system-roles.ts'
import type { IdentityStore, User } from '../ports/identity-store.ts'

/** Roles of a user in a scope, and what they allow. */
export interface ScopedRights {
  readonly roles: readonly string[]
  readonly rights: Rights
}

/**
 * What a user may do in a project: by roles given there and by those given in all of the tenant; or,
 * without a project, by the latter alone.
 */
export async function rightsOfUser(
  store: IdentityStore,
  user: User,
  projectId: ProjectId | undefined,
): Promise<ScopedRights> {
  const roles: string[] = []
  for (const assignment of await store.listAssignments(user.id)) {
    const holds = assignment.projectId === undefined || assignment.projectId === projectId
    if (holds && !roles.includes(assignment.role)) roles.push(assignment.role)
  }
  const statements: Statement[] = []
  for (const role of roles) statements.push(...(await statementsOf(store, user, role)))
  return { roles, rights: statements.length === 0 ? NO_RIGHTS : rightsOf(statements) }
}

async function statementsOf(
  store: IdentityStore,
  user: User,
  role: string,
): Promise<readonly Statement[]> {
  const system = parseSystemRole(role)
  if (system !== undefined) return SYSTEM_ROLES[system].statements
  const policy = await store.findPolicy(user.tenantId, role)
  if (policy === undefined) return []
  const parsed = parsePolicyDocument(JSON.parse(policy.document))
  if ('problem' in parsed) throw new Error(`stored policy ${role}: ${parsed.problem}`)
  return parsed.statements
}
