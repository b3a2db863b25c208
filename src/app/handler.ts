import type { OPERATIONS, OperationId, ReplyFor, RequestFor } from '../contract/operations/index.ts'
import type { Caller } from '../core/caller.ts'
import type { KeyId, ProjectId, TenantId, UserId, VersionNumber } from '../core/ids.ts'
import type { Admission } from './authorise.ts'
import type { Deps } from './deps.ts'

/** What a handler knows of a request besides its fields; it notes there what the audit should say. */
export interface RequestContext {
  readonly requestId: string
  /** Address that the request came from. */
  readonly source: string
  /** Scheme, host and port by which clients reach this server, without a slash at the end. */
  readonly baseUrl: string
  /** Whether the request came over TLS. */
  readonly secure: boolean
  /** The key that the request turned out to be about. */
  keyId: KeyId | undefined
  /** The project of that key, where a grant let somebody of another project come by it. */
  keyProjectId: ProjectId | undefined
  /** The version that was used. */
  keyVersion: VersionNumber | undefined
  /** How many bytes of plaintext that version protected. */
  protectedBytes: number
  /** Another version that was opened on the way, when what it protected is protected anew. */
  reopened: OpenedKey | undefined
  /**
   * What was found out of the caller's right, where the row of the operation names one that is asked
   * before the handler runs.
   */
  admission: Admission
  /** Who just signed in: the request itself bore no credentials yet. */
  signedIn: SignedIn | undefined
}

/** A key by which something was opened that another key protects now. */
export interface OpenedKey {
  readonly keyId: KeyId
  readonly version: VersionNumber
  /** Where it is the key of another project. */
  readonly projectId: ProjectId | undefined
}

/** Somebody who signed in. */
export interface SignedIn {
  readonly userId: UserId
  readonly userName: string
  readonly tenantId: TenantId
  /** By which method. */
  readonly method: string
}

type CallerOf<Id extends OperationId> = (typeof OPERATIONS)[Id]['access'] extends {
  readonly kind: 'anyone'
}
  ? Caller | undefined
  : Caller

/** Does what operation `Id` promises. */
export type Handler<Id extends OperationId> = (
  deps: Deps,
  caller: CallerOf<Id>,
  request: RequestFor<Id>,
  context: RequestContext,
) => Promise<ReplyFor<Id>> | ReplyFor<Id>

/** One handler for each operation: a row without one does not compile. */
export type Handlers = { readonly [Id in OperationId]: Handler<Id> }
