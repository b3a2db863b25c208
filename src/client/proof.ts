import type { Credentials, Session } from './credentials.ts'
import { type KeyturnError, misconfigured } from './keyturn-error.ts'
import type {
  CreateTokenReply,
  CreateTokenRequest,
  ListAuthProjectsReply,
  ShowTokenReply,
} from './operations/index.ts'
import { headerValue } from './outgoing.ts'
import { unlessAborted } from './sender.ts'
import { type HeldSession, holdSession, sessionOf, signInRequest } from './sign-in.ts'
import { requestSigner } from './sign-request.ts'
import type { OutgoingRequest } from './transport.ts'

/** Proves who calls, and keeps what that takes. */
export interface Proof {
  /** `request` with what proves its sender. */
  readonly prove: (
    operation: string,
    request: OutgoingRequest,
    signal: AbortSignal,
  ) => Promise<OutgoingRequest>
  /** Id of the project that calls are about. */
  readonly projectId: (operation: string, signal: AbortSignal) => Promise<string>
  readonly signIn: (signal: AbortSignal) => Promise<Session>
  /** Revokes the token, if there is one. */
  readonly signOut: (signal: AbortSignal) => Promise<void>
  /** Takes note that a request was refused; whether it is worth sending again with a new proof. */
  readonly isRenewedAfter: (error: KeyturnError, request: OutgoingRequest) => boolean
}

/** What signing in asks of the server; each proves itself as told. */
export interface SignInCalls {
  readonly createToken: (request: CreateTokenRequest) => Promise<CreateTokenReply>
  readonly showToken: (token: string) => Promise<ShowTokenReply>
  readonly revokeToken: (token: string, signal: AbortSignal) => Promise<void>
  readonly listProjects: () => Promise<ListAuthProjectsReply>
}

const TOKEN_HEADER = 'X-Auth-Token'
/** Code of the refusal of a token that was revoked, or that nobody made. */
const TOKEN_INVALID = 'KMS.0302'

/** Proof by `credentials`, for the project of that id or else the one that they name. */
export function proofOf(
  credentials: Credentials,
  projectId: string | undefined,
  calls: SignInCalls,
): Proof {
  const signer =
    credentials.kind === 'accessKey'
      ? requestSigner(
          headerValue('', 'accessKey', credentials.accessKey),
          headerValue('', 'secretKey', credentials.secretKey),
        )
      : undefined
  let held: HeldSession | undefined
  const signingIn = shared(begin)
  const findingProject = shared(soleProject)

  async function begin(): Promise<HeldSession> {
    if (credentials.kind === 'token') {
      const reply = await calls.showToken(credentials.token)
      const { id, name } = reply.token.project ?? { id: undefined, name: undefined }
      const { projectName } = credentials
      const isWanted = projectId === undefined ? (projectName ?? name) === name : id === projectId
      if (isWanted) {
        const session = sessionOf(reply)
        const endsAtMs = session.expiresAt.getTime()
        held = { session, renewAtMs: endsAtMs, endsAtMs }
        return held
      }
    }
    const request = signInRequest(credentials, projectId)
    if (request === undefined) throw misconfigured('CreateToken', 'There are no credentials.')
    held = holdSession(await calls.createToken(request), Date.now())
    return held
  }

  /** A session that will last; one that nears its end serves on when no new one can be had. */
  async function session(signal: AbortSignal): Promise<Session> {
    const now = Date.now()
    if (held !== undefined && now < held.renewAtMs) return held.session
    const old = held
    try {
      return (await unlessAborted(signingIn(), signal)).session
    } catch (error) {
      signal.throwIfAborted()
      if (old !== undefined && held === old && Date.now() < old.endsAtMs) return old.session
      throw error
    }
  }

  async function tokenFor(operation: string, signal: AbortSignal): Promise<string> {
    switch (credentials.kind) {
      case 'token':
        return headerValue(operation, 'token', held?.session.token ?? credentials.token)
      case 'password':
        return (await session(signal)).token
      default:
        throw misconfigured(operation, 'There are no credentials.')
    }
  }

  async function soleProject(): Promise<string> {
    const { projects } = await calls.listProjects()
    const wanted = credentials.kind === 'none' ? undefined : credentials.projectName
    const found = projects.filter(({ name }) => wanted === undefined || name === wanted)
    const [project] = found
    if (project !== undefined && found.length === 1) return project.id
    const why = wanted === undefined ? 'Say which project is meant.' : `No one project ${wanted}.`
    throw misconfigured('ListAuthProjects', why)
  }

  return {
    async prove(operation, request, signal) {
      if (signer !== undefined) return unlessAborted(signer(request, new Date()), signal)
      const token = await tokenFor(operation, signal)
      return { ...request, headers: { ...request.headers, [TOKEN_HEADER]: token } }
    },
    async projectId(operation, signal) {
      if (projectId !== undefined) return projectId
      if (credentials.kind === 'none') throw misconfigured(operation, 'projectId is missing.')
      if (credentials.kind === 'accessKey') return unlessAborted(findingProject.once(), signal)
      const { projectId: found } = await session(signal)
      if (found === undefined) throw misconfigured(operation, 'The token is for no project.')
      return found
    },
    signIn: async (signal) => (await unlessAborted(signingIn(), signal)).session,
    async signOut(signal) {
      const token = held?.session.token ?? (credentials.kind === 'token' ? credentials.token : '')
      held = undefined
      if (token !== '') await calls.revokeToken(token, signal)
    },
    isRenewedAfter({ kind, status, code }, request) {
      const isAboutToken = status === 401 || (status === 403 && code === TOKEN_INVALID)
      if (kind !== 'refused' || credentials.kind !== 'password' || !isAboutToken) return false
      if (held?.session.token === request.headers[TOKEN_HEADER]) held = undefined
      return true
    },
  }
}

interface Shared<T> {
  /** The work under way, or a new beginning of it. */
  (): Promise<T>
  /** The work that succeeded, or is under way, or a new beginning of it. */
  readonly once: () => Promise<T>
}

/** Work that all who want it meanwhile share. */
function shared<T>(work: () => Promise<T>): Shared<T> {
  let pending: Promise<T> | undefined
  let done: Promise<T> | undefined
  const start = () => {
    pending ??= work().finally(() => {
      pending = undefined
    })
    return pending
  }
  const once = () => {
    done ??= start().catch((error) => {
      done = undefined
      throw error
    })
    return done
  }
  return Object.assign(start, { once })
}
