// Made from the table in src/contract/operations/ by npm run docs; not edited by hand.
import type { Call, OptionalCall } from '../call.ts'
import type { CatalogEntry, Project, TokenFacts, User } from './shapes.ts'

/**
 * What `checkToken` takes.
 */
export interface CheckTokenRequest {
  readonly 'x-subject-token': string
}

/**
 * What `checkToken` answers.
 */
export interface CheckTokenReply {
  readonly 'X-Subject-Token': string
}

/**
 * What `createToken` takes.
 */
export interface CreateTokenRequest {
  readonly nocatalog?: string | undefined
  readonly auth: {
    readonly identity: {
      readonly methods: readonly string[]
      readonly password?: {
        readonly user: {
          readonly id?: string
          readonly name?: string
          readonly domain?: {
            readonly id?: string
            readonly name?: string
          }
          readonly password: string
        }
      }
      readonly token?: {
        readonly id: string
      }
      readonly hw_ak_sk?: {
        readonly access: {
          readonly key: string
        }
        readonly secret: {
          readonly key: string
        }
      }
    }
    readonly scope?: {
      readonly project?: {
        readonly id?: string
        readonly name?: string
        readonly domain?: {
          readonly id?: string
          readonly name?: string
        }
      }
      readonly domain?: {
        readonly id?: string
        readonly name?: string
      }
    }
  }
}

/**
 * What `createToken` answers.
 */
export interface CreateTokenReply {
  readonly 'X-Subject-Token': string
  readonly token: TokenFacts
}

/**
 * What `listAuthDomains` takes.
 */
export interface ListAuthDomainsRequest {
  readonly name?: string | undefined
}

/**
 * What `listAuthDomains` answers.
 */
export interface ListAuthDomainsReply {
  readonly domains: readonly {
    readonly id: string
    readonly name: string
    readonly description: string
    readonly enabled: boolean
    readonly links: {
      readonly self: string
    }
  }[]
  readonly links: {
    readonly self: string
  }
}

/**
 * What `listAuthProjects` answers.
 */
export interface ListAuthProjectsReply {
  readonly projects: readonly Project[]
  readonly links: {
    readonly self: string
  }
}

/**
 * What `listProjects` takes.
 */
export interface ListProjectsRequest {
  readonly name?: string | undefined
}

/**
 * What `listProjects` answers.
 */
export interface ListProjectsReply {
  readonly projects: readonly Project[]
  readonly links: {
    readonly self: string
  }
}

/**
 * What `listRegions` answers.
 */
export interface ListRegionsReply {
  readonly regions: readonly {
    readonly id: string
    readonly type: string
    readonly description: string
    readonly links: {
      readonly self: string
    }
  }[]
  readonly links: {
    readonly self: string
  }
}

/**
 * What `listUsers` takes.
 */
export interface ListUsersRequest {
  readonly name?: string | undefined
}

/**
 * What `listUsers` answers.
 */
export interface ListUsersReply {
  readonly users: readonly User[]
  readonly links: {
    readonly self: string
  }
}

/**
 * What `revokeToken` takes.
 */
export interface RevokeTokenRequest {
  readonly 'x-subject-token': string
}

/**
 * What `showCatalog` takes.
 */
export interface ShowCatalogRequest {
  readonly 'x-project-id'?: string | undefined
}

/**
 * What `showCatalog` answers.
 */
export interface ShowCatalogReply {
  readonly catalog: readonly CatalogEntry[]
  readonly links: {
    readonly self: string
  }
}

/**
 * What `showIdentityVersion` answers.
 */
export interface ShowIdentityVersionReply {
  readonly version: {
    readonly id: string
    readonly status: string
    readonly updated: string
    readonly links: readonly {
      readonly rel: string
      readonly href: string
    }[]
  }
}

/**
 * What `showProject` takes.
 */
export interface ShowProjectRequest {
  readonly id: string
}

/**
 * What `showProject` answers.
 */
export interface ShowProjectReply {
  readonly project: Project
}

/**
 * What `showToken` takes.
 */
export interface ShowTokenRequest {
  readonly nocatalog?: string | undefined
  readonly 'x-subject-token': string
}

/**
 * What `showToken` answers.
 */
export interface ShowTokenReply {
  readonly 'X-Subject-Token': string
  readonly token: TokenFacts
}

/**
 * What `showUser` takes.
 */
export interface ShowUserRequest {
  readonly id: string
}

/**
 * What `showUser` answers.
 */
export interface ShowUserReply {
  readonly user: User
}

/** Operations on: Signing in. */
export interface SignInOperations {
  /**
   * Tell whether a token is valid.
   *
   * Refused with:
   * - 404 APIGW.0101: There is no such resource.
   */
  readonly checkToken: Call<CheckTokenRequest, CheckTokenReply>
  /**
   * Sign in.
   *
   * Refused with:
   * - 401 APIGW.0301: The credentials or the scope are not valid.
   * - 429 APIGW.0308: Too many requests. Try again in {retryAfterSeconds} s.
   */
  readonly createToken: Call<CreateTokenRequest, CreateTokenReply>
  /**
   * List the domains that a token could be scoped to.
   */
  readonly listAuthDomains: OptionalCall<ListAuthDomainsRequest, ListAuthDomainsReply>
  /**
   * List the projects that a token could be scoped to.
   */
  readonly listAuthProjects: OptionalCall<Readonly<Record<never, never>>, ListAuthProjectsReply>
  /**
   * List the projects one may use, by name if one is given.
   */
  readonly listProjects: OptionalCall<ListProjectsRequest, ListProjectsReply>
  /**
   * List regions.
   */
  readonly listRegions: OptionalCall<Readonly<Record<never, never>>, ListRegionsReply>
  /**
   * List users: oneself, or for an administrator those of the domain.
   */
  readonly listUsers: OptionalCall<ListUsersRequest, ListUsersReply>
  /**
   * Revoke a token.
   *
   * Refused with:
   * - 404 APIGW.0101: There is no such resource.
   */
  readonly revokeToken: Call<RevokeTokenRequest, Readonly<Record<never, never>>>
  /**
   * List services and where they are.
   */
  readonly showCatalog: OptionalCall<ShowCatalogRequest, ShowCatalogReply>
  /**
   * Tell the version of the identity API.
   */
  readonly showIdentityVersion: OptionalCall<Readonly<Record<never, never>>, ShowIdentityVersionReply>
  /**
   * Tell about one project.
   *
   * Refused with:
   * - 404 APIGW.0101: There is no such resource.
   */
  readonly showProject: Call<ShowProjectRequest, ShowProjectReply>
  /**
   * Tell what a token stands for.
   *
   * Refused with:
   * - 404 APIGW.0101: There is no such resource.
   */
  readonly showToken: Call<ShowTokenRequest, ShowTokenReply>
  /**
   * Tell about one user.
   *
   * Refused with:
   * - 404 APIGW.0101: There is no such resource.
   */
  readonly showUser: Call<ShowUserRequest, ShowUserReply>
}
