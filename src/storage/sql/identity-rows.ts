import type { Insertable, Selectable } from 'kysely'
import type { AccessKeyId, ProjectId, TenantId, UserId } from '../../core/ids.ts'
import type { EpochMs } from '../../core/time.ts'
import type {
  Assignment,
  Project,
  StoredAccessKey,
  StoredPolicy,
  Tenant,
  User,
} from '../../ports/identity-store.ts'
import type { Database } from './schema.ts'

/** `project_id` of an assignment that holds in every project. */
const EVERY_PROJECT = ''

/** A tenant from its row. */
export function toTenant(row: Selectable<Database['tenants']>): Tenant {
  return { id: row.id as TenantId, name: row.name }
}

/** A project from its row. */
export function toProject(row: Selectable<Database['projects']>): Project {
  return { id: row.id as ProjectId, tenantId: row.tenant_id as TenantId, name: row.name }
}

/** A user from its row. */
export function toUser(row: Selectable<Database['users']>): User {
  return {
    id: row.id as UserId,
    tenantId: row.tenant_id as TenantId,
    name: row.name,
    passwordHash: row.password_hash ?? undefined,
    enabled: row.enabled === 1,
    defaultProjectId: (row.default_project_id ?? undefined) as ProjectId | undefined,
    tokensValidFrom: row.tokens_valid_from as EpochMs,
  }
}

/** The row of a user. */
export function userColumns(user: User): Insertable<Database['users']> {
  return {
    id: user.id,
    tenant_id: user.tenantId,
    name: user.name,
    password_hash: user.passwordHash ?? null,
    enabled: user.enabled ? 1 : 0,
    default_project_id: user.defaultProjectId ?? null,
    tokens_valid_from: user.tokensValidFrom,
  }
}

/** An access key from its row. */
export function toAccessKey(row: Selectable<Database['access_keys']>): StoredAccessKey {
  return {
    id: row.id as AccessKeyId,
    userId: row.user_id as UserId,
    wrappedSecret: row.wrapped_secret,
    enabled: row.enabled === 1,
    createdAt: row.created_at as EpochMs,
  }
}

/** A policy from its row. */
export function toPolicy(row: Selectable<Database['policies']>): StoredPolicy {
  return { tenantId: row.tenant_id as TenantId, name: row.name, document: row.document }
}

/** An assignment from its row. */
export function toAssignment(row: Selectable<Database['assignments']>): Assignment {
  return {
    userId: row.user_id as UserId,
    projectId: row.project_id === EVERY_PROJECT ? undefined : (row.project_id as ProjectId),
    role: row.role,
  }
}

/** The row of an assignment. */
export function assignmentColumns(assignment: Assignment): Insertable<Database['assignments']> {
  return {
    user_id: assignment.userId,
    project_id: assignment.projectId ?? EVERY_PROJECT,
    role: assignment.role,
  }
}
