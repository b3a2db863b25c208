import { createHash, createHmac } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeLog } from '../src/server/log.ts'
import { type RunningServer, type ServeOverrides, serve } from '../src/server/serve.ts'
import { readSettings } from '../src/server/settings.ts'

/** A reply as a client sees it. */
export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The JSON body; undefined when there is none. */
  readonly body: Json
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into replies, whatever these are
export type Json = any

/** The first credentials, as the server wrote them. */
export interface Credentials {
  readonly endpoint: string
  readonly region: string
  readonly domain_id: string
  readonly domain_name: string
  readonly project_id: string
  readonly project_name: string
  readonly user_id: string
  readonly user_name: string
  readonly password: string
  readonly access_key: string
  readonly secret_key: string
}

/** A server for tests, in this process, on a real socket and a real file. */
export interface TestServer {
  readonly running: RunningServer
  readonly url: string
  readonly directory: string
  readonly credentials: Credentials
  /** A token of the administrator for its project. */
  readonly token: string
  /** Calls an operation of the KMS API. */
  readonly kms: (name: string, body?: unknown, options?: CallOptions) => Promise<Reply>
  /** Sends any request. */
  readonly send: (method: string, path: string, options?: SendOptions) => Promise<Reply>
  /** Makes an enabled key and answers its id. */
  readonly createKey: (fields?: Readonly<Record<string, unknown>>) => Promise<string>
  readonly stop: () => Promise<void>
}

/** Whom and where to call. */
export interface CallOptions {
  /** Instead of the administrator's; null for none. */
  readonly token?: string | null
  readonly project?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly method?: string
}

/** What to send. */
export interface SendOptions {
  readonly token?: string | null
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

/** What a test may want otherwise. */
export interface TestServerOptions {
  readonly flags?: readonly string[]
  readonly overrides?: ServeOverrides
  /** An existing data folder; it is then kept. */
  readonly directory?: string
}

let aliases = 0

/** Starts a server for a test. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'keyturn-test-')))
  const flags = [
    '--listen',
    '127.0.0.1:0',
    '--data',
    directory,
    '--log-level',
    'silent',
    '--workers',
    '1',
  ]
  const { settings } = readSettings([...flags, ...(options.flags ?? [])], {})
  const running = await serve(settings, makeLog(settings['log-level']), options.overrides)
  const { url } = running
  const credentials: Credentials = await readFile(
    join(directory, 'bootstrap-credentials.json'),
    'utf8',
  ).then(JSON.parse, () => ({}))
  const hasDesk = settings.identity === 'embedded'
  const token = hasDesk ? await signIn(url, passwordAuth(credentials)) : ''

  async function send(method: string, path: string, sending: SendOptions = {}): Promise<Reply> {
    const sentToken = sending.token === undefined ? token : sending.token
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(sentToken === null ? {} : { 'X-Auth-Token': sentToken }),
        ...(sending.body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...sending.headers,
      },
      ...(sending.body === undefined ? {} : { body: sending.body as string }),
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, text, body: parse(text) }
  }

  const kms: TestServer['kms'] = (name, body = {}, calling = {}) => {
    const { project = credentials.project_id, method = 'POST', ...rest } = calling
    const path = `/v1.0/${project}/kms/${name}`
    return send(method, path, {
      ...rest,
      ...(method === 'GET' ? {} : { body: JSON.stringify(body) }),
    })
  }

  return {
    running,
    url,
    directory,
    credentials,
    token,
    kms,
    send,
    async createKey(fields = {}) {
      const { status, body } = await kms('create-key', { key_alias: `key-${++aliases}`, ...fields })
      if (status !== 200) throw new Error(JSON.stringify(body))
      return body.key_info.key_id
    },
    async stop() {
      await running.stop()
      if (options.directory === undefined) await rm(directory, { recursive: true })
    },
  }
}

/** `auth` of a sign-in with the first password. */
export function passwordAuth(credentials: Credentials): Json {
  const { user_id: id, password, project_id: project } = credentials
  return {
    identity: { methods: ['password'], password: { user: { id, password } } },
    scope: { project: { id: project } },
  }
}

/** Signs in and answers the token. */
export async function signIn(url: string, auth: unknown): Promise<string> {
  const response = await fetch(`${url}/v3/auth/tokens`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ auth }),
  })
  const token = response.headers.get('x-subject-token')
  if (token === null) throw new Error(`${response.status} ${await response.text()}`)
  await response.arrayBuffer()
  return token
}

/** Headers of a request signed with an access key in the simplest form. */
export function signedHeaders(
  credentials: Pick<Credentials, 'access_key' | 'secret_key'>,
  method: string,
  path: string,
  body: string,
  at = new Date(),
): Readonly<Record<string, string>> {
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
  const date = at.toISOString().replace(/[-:]|\.\d{3}/g, '')
  const canonical = `${method}\n${path}/\n\nx-sdk-date:${date}\n\nx-sdk-date\n${sha256(body)}`
  const signature = createHmac('sha256', credentials.secret_key)
    .update(`SDK-HMAC-SHA256\n${date}\n${sha256(canonical)}`)
    .digest('hex')
  const access = credentials.access_key
  return {
    'X-Sdk-Date': date,
    Authorization: `SDK-HMAC-SHA256 Access=${access}, SignedHeaders=x-sdk-date, Signature=${signature}`,
  }
}

function parse(text: string): Json {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
