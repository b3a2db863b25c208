import type { IncomingMessage } from 'node:http'
import { Agent, request } from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Credentials, passwordAuth } from '../server.ts'

/** A client of the proxy that keeps its connections. */
export interface ProxyClient {
  /** Calls an operation; rejects when the connection fails. */
  readonly kms: (name: string, body: unknown) => Promise<ClientReply>
  readonly close: () => void
}

/** A reply as the client sees it. */
export interface ClientReply {
  readonly status: number
  readonly text: string
}

/** Signs in through the proxy and keeps up to `connections` open. */
export async function openProxyClient(options: {
  readonly port: number
  readonly ca: Buffer
  readonly connections: number
  readonly credentials: Credentials
}): Promise<ProxyClient> {
  const { port, ca, connections, credentials } = options
  const agent = new Agent({ keepAlive: true, maxSockets: connections, ca, servername: 'keyturn' })
  const send = (path: string, body: unknown, headers: Readonly<Record<string, string>> = {}) =>
    new Promise<{ response: IncomingMessage; text: string }>((resolve, reject) => {
      const bytes = Buffer.from(JSON.stringify(body))
      const sent = {
        ...headers,
        'Content-Type': 'application/json',
        'Content-Length': bytes.length,
      }
      const calling = request(
        { agent, host: '127.0.0.1', port, method: 'POST', path, headers: sent },
        (response) => {
          let text = ''
          response.setEncoding('utf8')
          response.on('data', (chunk: string) => {
            text += chunk
          })
          response.on('error', reject)
          response.on('end', () => resolve({ response, text }))
        },
      )
      calling.on('error', reject)
      calling.end(bytes)
    })
  const { response } = await send('/v3/auth/tokens', { auth: passwordAuth(credentials) })
  const token = response.headers['x-subject-token']
  if (typeof token !== 'string') throw new Error(`signing in: ${response.statusCode}`)
  return {
    async kms(name, body) {
      const path = `/v1.0/${credentials.project_id}/kms/${name}`
      const { response: got, text } = await send(path, body, { 'X-Auth-Token': token })
      return { status: got.statusCode ?? 0, text }
    },
    close: () => agent.destroy(),
  }
}

/** Requests that never end until they are told to. */
export interface ConstantLoad {
  readonly answered: () => number
  /** What went wrong, by status or by connection. */
  readonly failures: readonly string[]
  readonly stop: () => Promise<void>
}

/** How long a line rests between two requests, at most: proxies keep idle connections in between. */
const MAX_REST_MS = 40

/** Sends requests over `lines` connections, encrypting by `keyId` and sometimes making a key. */
export function startLoad(client: ProxyClient, lines: number, keyId: string): ConstantLoad {
  const failures: string[] = []
  let answered = 0
  let isOver = false

  async function one(line: number, round: number): Promise<void> {
    const makesKey = round % 8 === 7
    const name = makesKey ? 'create-key' : 'encrypt-data'
    const body = makesKey
      ? { key_alias: `line-${line}-${round}` }
      : { key_id: keyId, plain_text: 'x' }
    try {
      const { status, text } = await client.kms(name, body)
      if (status === 200) answered++
      else failures.push(`${name}: ${status} ${text}`)
    } catch (error) {
      failures.push(`${name}: ${error instanceof Error ? error.message : 'failed'}`)
    }
  }

  async function endless(line: number): Promise<void> {
    for (let round = 0; !isOver; round++) {
      await one(line, round)
      // Some lines never rest: their connections are busy at every moment.
      if (line % 4 !== 0) await sleep((round * 7) % MAX_REST_MS)
    }
  }

  const running = Array.from({ length: lines }, (_, line) => endless(line))
  return {
    answered: () => answered,
    failures,
    async stop() {
      isOver = true
      await Promise.all(running)
    },
  }
}
