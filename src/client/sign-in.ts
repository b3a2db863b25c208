import type { Credentials, Scope, Session } from './credentials.ts'
import type { CreateTokenReply, CreateTokenRequest } from './operations/index.ts'

/** A session, and until when to go by it, in milliseconds of this machine's clock. */
export interface HeldSession {
  readonly session: Session
  /** From then on a new one is got, if it can be. */
  readonly renewAtMs: number
  readonly endsAtMs: number
}

/** Longest time before its end at which a session is renewed. */
const LONGEST_RENEWAL_MS = 5 * 60 * 1000
/** The part of its life before whose end a session is renewed. */
const RENEWAL_PART = 0.1

type Identity = CreateTokenRequest['auth']['identity']

/** The request that signs in with these credentials; undefined where there is nothing to sign in with. */
export function signInRequest(
  credentials: Credentials,
  projectId: string | undefined,
): CreateTokenRequest | undefined {
  if (credentials.kind === 'none') return undefined
  const scope = scopeOf(credentials, projectId)
  return {
    nocatalog: 'true',
    auth: { identity: identityOf(credentials), ...(scope === undefined ? {} : { scope }) },
  }
}

function identityOf(credentials: Exclude<Credentials, { readonly kind: 'none' }>): Identity {
  switch (credentials.kind) {
    case 'password': {
      const { userId, userName, password } = credentials
      const domain = domainOf(credentials)
      const user =
        userId === undefined
          ? { name: userName, password, ...(domain === undefined ? {} : { domain }) }
          : { id: userId, password }
      return { methods: ['password'], password: { user } }
    }
    case 'accessKey': {
      const { accessKey, secretKey } = credentials
      return {
        methods: ['hw_ak_sk'],
        hw_ak_sk: { access: { key: accessKey }, secret: { key: secretKey } },
      }
    }
    case 'token':
      return { methods: ['token'], token: { id: credentials.token } }
    default:
      throw credentials satisfies never
  }
}

function scopeOf(scope: Scope, projectId: string | undefined): CreateTokenRequest['auth']['scope'] {
  if (projectId !== undefined) return { project: { id: projectId } }
  if (scope.projectName === undefined) return undefined
  const domain = domainOf(scope)
  return { project: { name: scope.projectName, ...(domain === undefined ? {} : { domain }) } }
}

function domainOf({ domainId, domainName }: Scope) {
  if (domainId !== undefined) return { id: domainId }
  return domainName === undefined ? undefined : { name: domainName }
}

/** What an answer to a sign-in, or to the question what a token stands for, says. */
export function sessionOf(reply: CreateTokenReply): Session {
  const { expires_at: end, user, project, roles } = reply.token
  return {
    token: reply['X-Subject-Token'],
    expiresAt: new Date(end),
    userId: user.id,
    userName: user.name,
    domainId: user.domain.id,
    domainName: user.domain.name,
    ...(project === undefined ? {} : { projectId: project.id, projectName: project.name }),
    roles: roles.map(({ name }) => name),
  }
}

/** A session that was just begun. Its length is told by the server's clock, its end by ours. */
export function holdSession(reply: CreateTokenReply, nowMs: number): HeldSession {
  const { expires_at: end, issued_at: begin } = reply.token
  const lifeMs = Date.parse(end) - Date.parse(begin)
  const endsAtMs = nowMs + lifeMs
  const renewAtMs = endsAtMs - Math.min(LONGEST_RENEWAL_MS, lifeMs * RENEWAL_PART)
  return { session: sessionOf(reply), renewAtMs, endsAtMs }
}
