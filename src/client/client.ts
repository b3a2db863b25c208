import type { CallOptions, CallRow } from './call.ts'
import type { Credentials, Session } from './credentials.ts'
import { KeyturnError, misconfigured } from './keyturn-error.ts'
import { CALLS } from './operations/call-table.ts'
import type {
  CreateTokenReply,
  ListAuthProjectsReply,
  Operations,
  ShowTokenReply,
} from './operations/index.ts'
import { type Members, outgoing } from './outgoing.ts'
import { type Proof, proofOf } from './proof.ts'
import { type CallTime, send, withinTime } from './sender.ts'
import type { OutgoingRequest, Transport } from './transport.ts'

/** Where the server is, who calls, and how. */
export interface ClientOptions {
  /** URL of the server, as `https://kms.example`. */
  readonly endpoint: string
  /** URL of the identity service, where that is another one; with or without `/v3` at its end. */
  readonly identityEndpoint?: string | undefined
  /** Id of the project; without it the project of the credentials. */
  readonly projectId?: string | undefined
  readonly credentials: Credentials
  /** How long a call may take, with all repetitions; 30 seconds without it. */
  readonly timeoutMs?: number | undefined
  /** How often a request is sent again at most; 4 without it. */
  readonly retries?: number | undefined
  /** The language of the server's messages; without it the server decides. */
  readonly language?: 'en' | 'zh' | undefined
  /** What sends requests; without it the `fetch` of the platform. */
  readonly fetch?: Transport | undefined
}

/** A client of Keyturn: a method for each operation, and signing in and out. */
export interface Client extends Operations {
  /**
   * Signs in now, and tells for whom. Calls do so by themselves when they must: this is for those who
   * want to know at once whether the credentials are good, or need the token. With an access key the
   * secret is sent to the server for it; with a token for another project a token for the wanted one
   * is got.
   */
  readonly signIn: (options?: CallOptions) => Promise<Session>
  /** Revokes the token that the client has, if it has one. */
  readonly signOut: (options?: CallOptions) => Promise<void>
}

const DEFAULT_TIMEOUT_MS = 30_000
const DEFAULT_RETRIES = 4

/**
 * A client. Nothing is sent before the first call.
 *
 * @throws {KeyturnError} `misconfigured` for an endpoint or credentials that cannot be right
 */
export function createClient(options: ClientOptions): Client {
  const { credentials, projectId, language, timeoutMs = DEFAULT_TIMEOUT_MS } = options
  const endpoint = endpointOf(options.endpoint)
  const identityEndpoint = endpointOf(options.identityEndpoint ?? endpoint).replace(/\/v3$/, '')
  const sender = {
    // Called each time anew, so that a `fetch` which is wrapped later is wrapped here too.
    transport: options.fetch ?? ((url, request) => fetch(url, request)),
    timeoutMs,
    retries: options.retries ?? DEFAULT_RETRIES,
  }

  function run(
    name: keyof Operations,
    members: Members,
    time: CallTime,
    prepare: (request: (projectId: string) => OutgoingRequest) => Promise<OutgoingRequest>,
  ): Promise<Members> {
    const row: CallRow = CALLS[name]
    const operation = operationOf(name)
    const place = row.path.startsWith('/v3') ? identityEndpoint : endpoint
    const request = (project: string) =>
      outgoing(operation, row, members, { endpoint: place, projectId: project, language })
    return send(sender, operation, row, () => prepare(request), time)
  }

  /** A call that proves itself with `token`, or with nothing. */
  function callWith(
    token: string | undefined,
    name: keyof Operations,
    members: Members,
    calling: CallOptions = {},
  ): Promise<Members> {
    return withinTime(operationOf(name), calling, timeoutMs, (time) =>
      run(name, members, time, async (request) => {
        const bare = request('')
        if (token === undefined) return bare
        return { ...bare, headers: { ...bare.headers, 'X-Auth-Token': token } }
      }),
    )
  }

  const proof: Proof = proofOf(credentials, projectId, {
    // The table says what the server answers: each `as` is the reply type of the operation named.
    createToken: async (request) =>
      (await callWith(undefined, 'createToken', { ...request })) as unknown as CreateTokenReply,
    async showToken(token) {
      const asked = { 'x-subject-token': token, nocatalog: 'true' }
      return (await callWith(token, 'showToken', asked)) as unknown as ShowTokenReply
    },
    async revokeToken(token, signal) {
      await callWith(token, 'revokeToken', { 'x-subject-token': token }, { signal })
    },
    listProjects: async () =>
      (await call('listAuthProjects', {}, {})) as unknown as ListAuthProjectsReply,
  })

  async function call(
    name: keyof Operations,
    members: Members,
    calling: CallOptions,
  ): Promise<Members> {
    const row: CallRow = CALLS[name]
    if (row.open === true) return callWith(undefined, name, members, calling)
    const operation = operationOf(name)
    const isAboutProject = row.path.includes('{project_id}')
    return withinTime(operation, calling, timeoutMs, async (time) => {
      let sent: OutgoingRequest | undefined
      const attempt = () =>
        run(name, members, time, async (request) => {
          const { signal } = time
          const project = isAboutProject ? await proof.projectId(operation, signal) : ''
          sent = await proof.prove(operation, request(project), signal)
          return sent
        })
      try {
        return await attempt()
      } catch (error) {
        if (!(error instanceof KeyturnError) || error.operation !== operation) throw error
        if (sent === undefined || !proof.isRenewedAfter(error, sent)) throw error
        return attempt()
      }
    })
  }

  const methods = Object.fromEntries(
    (Object.keys(CALLS) as (keyof Operations)[]).map((name) => [
      name,
      (members: Members = {}, calling: CallOptions = {}) => call(name, members, calling),
    ]),
  )
  return {
    ...(methods as unknown as Operations), // the table has a row for each method, and no other
    signIn: (calling = {}) =>
      withinTime('CreateToken', calling, timeoutMs, ({ signal }) => proof.signIn(signal)),
    async signOut(calling = {}) {
      try {
        await withinTime('RevokeToken', calling, timeoutMs, ({ signal }) => proof.signOut(signal))
      } catch (error) {
        // A token that is no more needs no revoking.
        if (!(error instanceof KeyturnError && [401, 403, 404].includes(error.status))) throw error
      }
    },
  }
}

function operationOf(name: keyof Operations): string {
  return name.charAt(0).toUpperCase() + name.slice(1)
}

function endpointOf(text: string): string {
  if (!/^https?:\/\/[^/?#]/.test(text) || !URL.canParse(text) || /[?#]/.test(text)) {
    throw misconfigured('', 'The endpoint must be a URL, as https://kms.example.')
  }
  const { username, password } = new URL(text)
  if (username !== '' || password !== '') {
    throw misconfigured('', 'The endpoint must bear no user and no password.')
  }
  return text.replace(/\/+$/, '')
}
