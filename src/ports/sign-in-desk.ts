import type { EpochMs } from '../core/time.ts'
import type { SecretBytes } from '../crypto/secret-bytes.ts'
import type { Project, Tenant, User } from './identity-store.ts'

/** A thing that a caller names by id, or by name. */
export interface Reference {
  readonly id?: string | undefined
  readonly name?: string | undefined
}

/** By what somebody wants to sign in. */
export type SignInMethod =
  | {
      readonly kind: 'password'
      readonly user: Reference & { readonly tenant?: Reference | undefined }
      readonly password: SecretBytes
    }
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'accessKey'; readonly accessKeyId: string; readonly secret: SecretBytes }

/** What a token shall be for. */
export type SignInScope =
  | {
      readonly kind: 'project'
      readonly project: Reference
      readonly tenant: Reference | undefined
    }
  | { readonly kind: 'tenant'; readonly tenant: Reference }
  /** The user's default project, if it has one. */
  | { readonly kind: 'default' }

/** What a token stands for. */
export interface TokenFacts {
  readonly tokenId: string
  readonly methods: readonly string[]
  readonly issuedAt: EpochMs
  readonly expiresAt: EpochMs
  readonly user: User
  readonly tenant: Tenant
  readonly project: Project | undefined
  /** Whether it is for all of the tenant rather than for a project. */
  readonly isTenantWide: boolean
  /** Names of the system roles and policies that hold in its scope. */
  readonly roles: readonly string[]
}

/** Issues tokens, tells what they stand for, revokes them. */
export interface SignInDesk {
  /**
   * @param source Address that the request came from.
   * @throws {Fault} `sign-in-failed`, `too-many-requests`
   */
  readonly signIn: (
    method: SignInMethod,
    scope: SignInScope,
    source: string,
  ) => Promise<{ readonly token: string; readonly facts: TokenFacts }>
  /** What a token stands for; undefined when it is not valid (any more). */
  readonly inspect: (token: string) => Promise<TokenFacts | undefined>
  /** Ends a token everywhere; false when it was not valid. */
  readonly revoke: (token: string) => Promise<boolean>
}
