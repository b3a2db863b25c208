import type { Caller } from '../core/caller.ts'
import type { ProjectId } from '../core/ids.ts'
import type { Change } from '../ports/change-feed.ts'
import type { SignedRequest } from './canonical-request.ts'

/** What a request brings to say who sent it. */
export interface IncomingCredentials {
  /** `X-Auth-Token`. It counts before a signature, as at the real gateway. */
  readonly token: string | undefined
  /** The request as its `Authorization` header vouches for it; undefined without that header. */
  readonly signed: SignedRequest | undefined
  /** The project in the path; undefined where there is none. */
  readonly projectId: ProjectId | undefined
}

/** Says who a caller is. */
export interface Authenticator {
  /**
   * The caller, at once when it is known already.
   *
   * @throws {Fault} `credentials-missing`, `token-…`, `signature-invalid`,
   *   `authorization-malformed`, `project-mismatch`; `upstream-…` when somebody else has to say
   */
  readonly authenticate: (credentials: IncomingCredentials) => Caller | Promise<Caller>
  /** Forgets what `change` touches. */
  readonly applyChange: (change: Change) => void
  /** Whether everything that is needed to say so can be had; undefined means yes. */
  readonly problem: () => string | undefined
}
