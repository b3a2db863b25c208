/** Name or id of a user. */
export type UserReference =
  | { readonly userName: string; readonly userId?: undefined }
  | { readonly userId: string; readonly userName?: undefined }

/** What narrows a sign-in to a project; without either, the user's own project. */
export interface Scope {
  /** Name of the project, unless `projectId` of the client says which. */
  readonly projectName?: string | undefined
  /** Name of the domain of the user, and of the project. */
  readonly domainName?: string | undefined
  /** Instead of its name. */
  readonly domainId?: string | undefined
}

/** Who calls. */
export type Credentials =
  /** A token that was got elsewhere. */
  | ({ readonly kind: 'token'; readonly token: string } & Scope)
  /** A user and its password: the client gets a token with them, and a new one when that ends. */
  | ({ readonly kind: 'password'; readonly password: string } & UserReference & Scope)
  /** An access key: each request is signed, and the secret never leaves the client. */
  | ({ readonly kind: 'accessKey'; readonly accessKey: string; readonly secretKey: string } & Scope)
  /** Nobody: only what anybody may call. */
  | { readonly kind: 'none' }

/** Somebody who signed in. */
export interface Session {
  readonly token: string
  /** When the token ends. */
  readonly expiresAt: Date
  readonly userId: string
  readonly userName: string
  readonly domainId: string
  readonly domainName: string
  /** Left out of a token that is for no project. */
  readonly projectId?: string
  readonly projectName?: string
  /** Names of roles. */
  readonly roles: readonly string[]
}
