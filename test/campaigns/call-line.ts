import { Agent, request as httpRequest } from 'node:http'
import { Agent as TlsAgent, request as tlsRequest } from 'node:https'
import type { Json } from '../server.ts'

/** An answer, or that there was none, with when it was asked for and when it came. */
export interface Answer {
  /** By `performance.now()`: just before the request was handed to the socket. */
  readonly sentAtMs: number
  readonly doneAtMs: number
  /** 0 when there was no answer. */
  readonly status: number
  /** The vendor's code of a refusal; empty otherwise. */
  readonly code: string
  readonly body: Json
  /** What the node calls the request; undefined when there was no answer. */
  readonly requestId: string | undefined
  /** Why there was no answer: `hang` when it did not come in time. */
  readonly failure: string | undefined
}

/** What is asked for. */
export interface CallRequest {
  readonly path: string
  readonly token: string
  /** [POST] */
  readonly method?: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** A connection that stays open, for one request at a time. */
export interface CallLine {
  readonly call: (request: CallRequest) => Promise<Answer>
  readonly close: () => void
}

/** How long an answer may take before it counts as none. */
export const PATIENCE_MS = 15_000

/**
 * Opens a line to a node; a connection that breaks is opened anew by the next call.
 *
 * @param ca Certificates to trust (PEM), for a node that speaks TLS.
 * @param isKept False for a new connection, with a whole handshake, for each call.
 */
export function openLine(url: string, ca?: Buffer, isKept = true): CallLine {
  const { hostname, port, protocol } = new URL(url)
  const isTls = protocol === 'https:'
  const keep = { keepAlive: isKept, maxSockets: 1 }
  const agent = isTls
    ? new TlsAgent({
        ...keep,
        ...(ca === undefined ? {} : { ca }),
        ...(isKept ? {} : { maxCachedSessions: 0 }),
      })
    : new Agent(keep)
  const send = isTls ? tlsRequest : httpRequest
  return {
    close: () => agent.destroy(),
    call: ({ path, token, method = 'POST', body, headers: more }) =>
      new Promise((resolve) => {
        const text = body === undefined ? '' : JSON.stringify(body)
        const headers = {
          'X-Auth-Token': token,
          ...(text === '' ? {} : { 'Content-Type': 'application/json' }),
          'Content-Length': Buffer.byteLength(text),
          ...more,
        }
        const sentAtMs = performance.now()
        const end = (status: number, answer: Json, failure?: string, requestId?: string) =>
          resolve({
            sentAtMs,
            doneAtMs: performance.now(),
            status,
            code: answer?.error?.error_code ?? '',
            body: answer,
            requestId,
            failure,
          })
        const request = send({ agent, hostname, port, method, path, headers }, (response) => {
          let answer = ''
          response.setEncoding('utf8')
          response.on('data', (chunk) => {
            answer += chunk
          })
          response.on('end', () => {
            const id = response.headers['x-request-id']
            end(response.statusCode ?? 0, parse(answer), undefined, id?.toString())
          })
          response.on('error', () => end(0, undefined, 'broken off'))
        })
        const timer = setTimeout(() => {
          end(0, undefined, 'hang')
          request.destroy()
        }, PATIENCE_MS)
        request.on('close', () => clearTimeout(timer))
        request.on('error', (error) => end(0, undefined, error.message))
        request.end(text)
      }),
  }
}

function parse(text: string): Json {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
