import type { AccessKeyId, ProjectId, TenantId, UserId } from './ids.ts'
import type { Rights } from './policy.ts'
import type { EpochMs } from './time.ts'

/** By what a caller proved who it is. */
export type Credential =
  | { readonly kind: 'token'; readonly tokenId: string; readonly expiresAt: EpochMs }
  | { readonly kind: 'signature'; readonly accessKeyId: AccessKeyId }

/** A project as a credential is scoped to it. */
export interface ProjectScope {
  readonly id: ProjectId
  readonly name: string
}

/** Who calls, and what it may do in the project of the request. */
export interface Caller {
  readonly userId: UserId
  readonly userName: string
  readonly tenantId: TenantId
  readonly tenantName: string
  /** The project that the credential is for; undefined for a tenant-wide or unscoped one. */
  readonly project: ProjectScope | undefined
  readonly rights: Rights
  /**
   * The project in the path, when the credential is not for it: there nothing but a grant on the very
   * key lets the caller do anything.
   */
  readonly guestIn?: ProjectId
  readonly credential: Credential
}
