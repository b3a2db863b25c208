import type { Caller } from '../core/caller.ts'
import { fault } from '../core/fault.ts'
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
  /** Whether a grant may let somebody in whose credential is not for that project. */
  readonly mayBeGuest?: boolean
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
  /** Forgets everything, and learns anew what has to be known before a request. */
  readonly forgetAll: () => Promise<void>
  /** Whether everything that is needed to say so can be had; undefined means yes. */
  readonly problem: () => string | undefined
  /** How many revoked tokens are known here, for metrics. */
  readonly revokedTokens: () => number
}

/** Where a caller wants to act. */
export type Place = Pick<IncomingCredentials, 'projectId' | 'mayBeGuest'>

const guests = new WeakMap<Caller, Map<ProjectId, Caller>>()

/**
 * The caller in the project of the path: its own, or where it is a guest.
 *
 * @throws {Fault} `token-without-project`, `project-mismatch`
 */
export function inPlace(caller: Caller, { projectId, mayBeGuest }: Place): Caller {
  if (projectId === undefined || caller.project?.id === projectId) return caller
  if (!mayBeGuest) {
    throw fault(caller.project === undefined ? 'token-without-project' : 'project-mismatch')
  }
  const known = guests.get(caller) ?? new Map<ProjectId, Caller>()
  guests.set(caller, known)
  let guest = known.get(projectId)
  if (guest === undefined) {
    guest = { ...caller, guestIn: projectId }
    if (known.size < MAX_GUESTS) known.set(projectId, guest)
  }
  return guest
}

/** Most projects in which a caller is remembered as a guest. */
const MAX_GUESTS = 16
