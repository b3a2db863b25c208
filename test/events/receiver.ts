import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Json } from '../server.ts'

/** An event as it arrived. */
export interface Arrived {
  readonly id: string
  readonly type: string
  readonly timestamp: string
  readonly data: Json
  readonly path: string
}

/** How a receiver answers the next event. */
export type Answer = number | 'never' | { readonly status: number; readonly location: string }

/** A receiver of webhooks that believes nothing: it checks every signature by itself. */
export interface Receiver {
  readonly url: string
  /** What was answered with 2xx, in the order of arrival, with duplicates. */
  readonly arrived: Arrived[]
  /** Ids of all attempts, taken or not. */
  readonly attempts: string[]
  /** What was wrong with attempts. */
  readonly problems: string[]
  /** Decides about each attempt; 204 by default. */
  answer: (event: Arrived) => Answer
  /** Fulfilled when so many different events have arrived. */
  readonly until: (count: number) => Promise<void>
  readonly stop: () => Promise<void>
}

/** A new secret, as a file has it. */
export function aSecret(fill: number): string {
  return `whsec_${Buffer.alloc(32, fill).toString('base64')}`
}

/** Starts a receiver that knows these secrets; one signature by each must be there. */
export async function startReceiver(
  secrets: readonly string[],
  tls?: { readonly cert: string; readonly key: string },
  port = 0,
): Promise<Receiver> {
  const waiting: (() => void)[] = []
  const arrived: Arrived[] = []
  const attempts: string[] = []
  const problems: string[] = []
  const take = async (request: IncomingMessage) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks).toString('utf8')
    const problem = problemOf(request, body, secrets)
    if (problem !== undefined) problems.push(problem)
    const { type, timestamp, data } = JSON.parse(body)
    const id = String(request.headers['webhook-id'])
    return { id, type, timestamp, data, path: request.url ?? '' }
  }
  const handle = async (
    request: IncomingMessage,
    response: { writeHead: (status: number, headers?: Json) => { end: () => void } },
  ) => {
    const event = await take(request)
    attempts.push(event.id)
    const answer = receiver.answer(event)
    if (answer === 'never') return
    if (typeof answer === 'object') {
      response.writeHead(answer.status, { location: answer.location }).end()
      return
    }
    if (answer >= 200 && answer < 300) arrived.push(event)
    response.writeHead(answer).end()
    for (const wake of waiting) wake()
  }
  const server: Server = tls
    ? (createTlsServer(tls, (request, response) => void handle(request, response)) as Server)
    : createServer((request, response) => void handle(request, response))
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const address = server.address() as AddressInfo
  const receiver: Receiver = {
    url: `${tls ? 'https://localhost' : 'http://127.0.0.1'}:${address.port}/hook?a=b`,
    arrived,
    attempts,
    problems,
    answer: () => 204,
    until: (count) =>
      new Promise((resolve) => {
        const look = () => {
          if (new Set(arrived.map(({ id }) => id)).size >= count) resolve()
        }
        waiting.push(look)
        look()
      }),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return receiver
}

function problemOf(
  { method, headers }: IncomingMessage,
  body: string,
  secrets: readonly string[],
): string | undefined {
  const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signature } = headers
  if (method !== 'POST') return `method ${method}`
  if (headers['content-type'] !== 'application/json') return 'content type'
  if (typeof id !== 'string' || id.includes('.')) return `id ${id}`
  if (Math.abs(Number(at) - Date.now() / 1000) > 60) return `timestamp ${at}`
  const given = String(signature).split(' ')
  if (given.length !== secrets.length) return `${given.length} signatures`
  for (const secret of secrets) {
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
    const expected = createHmac('sha256', key).update(`${id}.${at}.${body}`).digest()
    const isGood = given.some((one) => {
      const bytes = Buffer.from(one.replace(/^v1,/, ''), 'base64')
      return bytes.length === expected.length && timingSafeEqual(bytes, expected)
    })
    if (!isGood) return 'signature'
  }
  return undefined
}
