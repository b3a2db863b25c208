import type { AccessKeyId, ProjectId, TenantId, UserId } from '../core/ids.ts'
import type { EpochMs } from '../core/time.ts'

/** A tenant; `domain` on the wire. */
export interface Tenant {
  readonly id: TenantId
  readonly name: string
}

/** A project of a tenant. Clients take its name for the region's. */
export interface Project {
  readonly id: ProjectId
  readonly tenantId: TenantId
  readonly name: string
}

/** Somebody who can sign in. */
export interface User {
  readonly id: UserId
  readonly tenantId: TenantId
  readonly name: string
  /** As `crypto/password` made it; undefined for a user without a password. */
  readonly passwordHash: string | undefined
  readonly enabled: boolean
  readonly defaultProjectId: ProjectId | undefined
  /** Tokens issued before this moment are no longer valid. */
  readonly tokensValidFrom: EpochMs
}

/** An access key; its secret half is stored wrapped. */
export interface StoredAccessKey {
  readonly id: AccessKeyId
  readonly userId: UserId
  readonly wrappedSecret: Uint8Array
  readonly enabled: boolean
  readonly createdAt: EpochMs
}

/** A policy that somebody of the tenant wrote. */
export interface StoredPolicy {
  readonly tenantId: TenantId
  readonly name: string
  /** JSON text that `core/policy-document` accepts. */
  readonly document: string
}

/** A role or policy given to a user, in one project or in all of the tenant. */
export interface Assignment {
  readonly userId: UserId
  /** Undefined: in every project of the tenant. */
  readonly projectId: ProjectId | undefined
  /** Name of a system role or of a policy of the tenant. */
  readonly role: string
}

/** A token that was revoked before its time. */
export interface RevokedToken {
  readonly tokenId: string
  readonly expiresAt: EpochMs
}

/**
 * Tenants, projects, users and what they may. Every write is one transaction that also writes to the
 * change log. Inserts answer false when the id or name is taken; removals when there was nothing.
 */
export interface IdentityStore {
  readonly findTenant: (id: TenantId) => Promise<Tenant | undefined>
  readonly findTenantByName: (name: string) => Promise<Tenant | undefined>
  /** Tenants by name, at most `limit`. */
  readonly listTenants: (limit: number) => Promise<readonly Tenant[]>
  readonly insertTenant: (tenant: Tenant) => Promise<boolean>

  readonly findProject: (id: ProjectId) => Promise<Project | undefined>
  readonly findProjectsByName: (name: string) => Promise<readonly Project[]>
  readonly listProjects: (tenantId: TenantId) => Promise<readonly Project[]>
  readonly insertProject: (project: Project) => Promise<boolean>

  readonly findUser: (id: UserId) => Promise<User | undefined>
  readonly findUserByName: (tenantId: TenantId, name: string) => Promise<User | undefined>
  readonly listUsers: (tenantId: TenantId) => Promise<readonly User[]>
  readonly insertUser: (user: User) => Promise<boolean>
  readonly replaceUser: (user: User) => Promise<boolean>
  /** Removes the user with its access keys and assignments. */
  readonly removeUser: (id: UserId) => Promise<boolean>

  readonly findAccessKey: (id: AccessKeyId) => Promise<StoredAccessKey | undefined>
  readonly listAccessKeys: (userId: UserId) => Promise<readonly StoredAccessKey[]>
  readonly insertAccessKey: (accessKey: StoredAccessKey) => Promise<boolean>
  readonly removeAccessKey: (id: AccessKeyId) => Promise<boolean>

  readonly findPolicy: (tenantId: TenantId, name: string) => Promise<StoredPolicy | undefined>
  readonly listPolicies: (tenantId: TenantId) => Promise<readonly StoredPolicy[]>
  /** Stores the policy, in place of an older one of that name. */
  readonly putPolicy: (policy: StoredPolicy) => Promise<void>
  /** Removes the policy with its assignments. */
  readonly removePolicy: (tenantId: TenantId, name: string) => Promise<boolean>

  readonly listAssignments: (userId: UserId) => Promise<readonly Assignment[]>
  readonly insertAssignment: (assignment: Assignment) => Promise<boolean>
  readonly removeAssignment: (assignment: Assignment) => Promise<boolean>

  readonly revokeToken: (token: RevokedToken) => Promise<void>
  /** Revoked tokens that would still be valid at `now`. */
  readonly listRevokedTokens: (now: EpochMs) => Promise<readonly RevokedToken[]>
  /** Forgets revoked tokens that have expired at `now` anyway; answers how many. */
  readonly forgetRevokedTokens: (now: EpochMs) => Promise<number>
}
