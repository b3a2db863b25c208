import { createSignal } from 'solid-js'
import {
  type Client,
  type CreateTokenRequest,
  createClient,
  KeyturnError,
  type TokenFacts,
} from '../../client/index.ts'
import { hearClock } from '../clock.ts'
import { language } from '../language.ts'
import { ROOT_PATH } from '../root.ts'
import { isTokenRefused } from './failure.ts'

/** Who is signed in, and where. The only secret in it is the token. */
export interface Session {
  readonly token: string
  /** Milliseconds since 1970, by the server's clock. */
  readonly expiresAtMs: number
  readonly userName: string
  readonly domainName: string
  readonly projectId: string
  readonly projectName: string
}

/** How somebody proves who it is. */
export type Proof =
  | {
      readonly kind: 'password'
      readonly userName: string
      readonly password: string
      readonly domainName: string
    }
  | { readonly kind: 'accessKey'; readonly accessKey: string; readonly secretKey: string }
  | { readonly kind: 'token'; readonly token: string; readonly projectId: string }

/** Whether somebody is signed in; `ended` when the token was good and is no more. */
export type SessionState =
  | { readonly kind: 'none' }
  | { readonly kind: 'open'; readonly session: Session }
  | { readonly kind: 'ended'; readonly session: Session }

/** In sessionStorage: it ends with the tab, and no other tab sees it. */
const KEPT_AS = 'keyturn.session'

const [state, setState] = createSignal<SessionState>(keptState())

/** Whether somebody is signed in. */
export { state as sessionState }

/** The session, also one that has just ended: what it showed stays where it was. */
export function session(): Session | undefined {
  const now = state()
  return now.kind === 'none' ? undefined : now.session
}

/** The client of the session. */
export function api(): Client {
  const now = session()
  if (now === undefined) throw new Error('nobody is signed in')
  return clientOf(now)
}

/** The identity is good, but it is not in a project, or does not say in which. */
export class NoProject extends Error {
  override readonly name = 'NoProject'
}

/**
 * Signs in, and keeps the token for this tab; never the password.
 *
 * @throws {KeyturnError} what the server says
 * @throws {NoProject}
 */
export async function signIn(proof: Proof): Promise<void> {
  enter(await sessionFrom(proof))
}

/**
 * Changes to another project, by a token of its own.
 *
 * @throws {KeyturnError}
 */
export async function switchProject(projectId: string): Promise<void> {
  const before = session()
  const token = before?.token
  if (token === undefined) return
  const next = await sessionOf({
    identity: { methods: ['token'], token: { id: token } },
    scope: { project: { id: projectId } },
  })
  enter(next)
  // Forgotten here, and ends by itself where it cannot be revoked.
  await clientOf(next).revokeToken({ 'x-subject-token': token }).catch(ignore)
}

/** Ends the session: the token is revoked, here and on the server. */
export async function signOut(): Promise<void> {
  const now = state()
  leave()
  if (now.kind !== 'open') return
  const { token } = now.session
  await clientOf(now.session).revokeToken({ 'x-subject-token': token }).catch(ignore)
}

/** Looks at the server's clock again. */
export async function lookAtClock(): Promise<void> {
  if (state().kind !== 'open') return
  const { time, clock } = await api().showClock()
  hearClock(Number(time), clock === 'virtual')
}

async function sessionFrom(proof: Proof): Promise<Session> {
  switch (proof.kind) {
    case 'password': {
      const { userName: name, password, domainName } = proof
      const domain = domainName === '' ? {} : { domain: { name: domainName } }
      return sessionOf({
        identity: { methods: ['password'], password: { user: { name, password, ...domain } } },
      })
    }
    case 'accessKey':
      return sessionOf({
        identity: {
          methods: ['hw_ak_sk'],
          hw_ak_sk: { access: { key: proof.accessKey }, secret: { key: proof.secretKey } },
        },
      })
    case 'token':
      return sessionOfToken(proof)
    default:
      throw proof satisfies never
  }
}

/**
 * The session that a token stands for. Where an external identity service issues tokens, this server
 * does not tell what one stands for: the project is what the person says, and the name is not known.
 */
async function sessionOfToken(proof: Proof & { readonly kind: 'token' }): Promise<Session> {
  const { token, projectId } = proof
  const client = clientOf({ token, projectId })
  try {
    const { token: facts } = await client.showToken({ nocatalog: 'true', 'x-subject-token': token })
    return sessionOfFacts(token, facts, projectId)
  } catch (thrown) {
    if (!(thrown instanceof KeyturnError) || thrown.status !== 404) throw thrown
    if (projectId === '') throw new NoProject()
    await client.showClock() // refused, unless the token is good
    const aDayMs = 86_400_000
    return {
      token,
      expiresAtMs: Date.now() + aDayMs,
      userName: '',
      domainName: '',
      projectId,
      projectName: '',
    }
  }
}

async function sessionOf(auth: CreateTokenRequest['auth']): Promise<Session> {
  const client = createClient({
    endpoint: location.origin + ROOT_PATH,
    credentials: { kind: 'none' },
    language: language(),
  })
  const reply = await client.createToken({ nocatalog: 'true', auth })
  return sessionOfFacts(reply['X-Subject-Token'], reply.token, '')
}

async function sessionOfFacts(
  token: string,
  facts: TokenFacts,
  wantedProjectId: string,
): Promise<Session> {
  const project = facts.project
  const projectId = project?.id ?? wantedProjectId
  if (projectId === '') throw new NoProject()
  return {
    token,
    expiresAtMs: Date.parse(facts.expires_at),
    userName: facts.user.name,
    domainName: facts.user.domain.name,
    projectId,
    projectName: project?.name ?? projectId,
  }
}

function enter(next: Session): void {
  setState({ kind: 'open', session: next })
  keep(next)
}

function leave(): void {
  setState({ kind: 'none' })
  keep(undefined)
}

/** The token is good no more: what is on the screen stays, and a dialog asks to sign in again. */
function end(token: string): void {
  const now = state()
  if (now.kind !== 'open' || now.session.token !== token) return
  setState({ kind: 'ended', session: now.session })
  keep(undefined)
}

const clients = new Map<string, Client>()

function clientOf({ token, projectId }: Pick<Session, 'token' | 'projectId'>): Client {
  const spoken = language()
  const name = `${spoken} ${projectId} ${token}`
  const known = clients.get(name)
  if (known !== undefined) return known
  const client = watched(
    createClient({
      endpoint: location.origin + ROOT_PATH,
      projectId,
      credentials: { kind: 'token', token },
      language: spoken,
    }),
    token,
  )
  clients.clear() // one is in use at a time
  clients.set(name, client)
  return client
}

/** `client`, whose refusals of the token end the session. */
function watched(client: Client, token: string): Client {
  return new Proxy(client, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name)
      if (typeof method !== 'function') return method
      return async (...values: readonly unknown[]) => {
        try {
          return await method(...values)
        } catch (thrown) {
          if (isTokenRefused(thrown)) end(token)
          throw thrown
        }
      }
    },
  })
}

function keep(next: Session | undefined): void {
  try {
    if (next === undefined) sessionStorage.removeItem(KEPT_AS)
    else sessionStorage.setItem(KEPT_AS, JSON.stringify(next))
  } catch {
    // storage is closed to us: the session ends when the page is left
  }
}

function keptState(): SessionState {
  try {
    const text = sessionStorage.getItem(KEPT_AS)
    if (text === null) return { kind: 'none' }
    return { kind: 'open', session: JSON.parse(text) as Session } // written by `keep`, in this tab
  } catch {
    return { kind: 'none' }
  }
}

function ignore(): void {}
