import { Agent as HttpAgent, request as requestHttp } from 'node:http'
import { Agent as HttpsAgent, request as requestHttps } from 'node:https'
import { DAY_MS } from '../core/time.ts'

/** Most of an answer that is read: only its status counts. */
const MAX_ANSWER_BYTES = 64 * 1024
/** A receiver that wants to be left alone for longer is asked after this all the same. */
const MAX_RETRY_AFTER_MS = DAY_MS

/** What became of an attempt to deliver. */
export type PostOutcome =
  | { readonly kind: 'delivered' }
  /** The receiver wants no more events, ever. */
  | { readonly kind: 'gone' }
  | {
      readonly kind: 'failed'
      /** Without what the receiver said. */
      readonly reason: string
      /** When the receiver wants to be asked again, in milliseconds from now. */
      readonly retryAfterMs: number | undefined
    }

/** Sends a body with headers. Never throws. */
export type PostEvent = (
  headers: Readonly<Record<string, string>>,
  body: string,
  signal: AbortSignal,
) => Promise<PostOutcome>

/** Where events are sent. */
export interface ReceiverOptions {
  readonly url: string
  /** Certificates (PEM) that vouch for the receiver; undefined: those of the system. */
  readonly ca: string | undefined
  /** Most connections at a time. */
  readonly maxConnections: number
  /** How long the receiver may take to answer. */
  readonly timeoutMs: number
}

/** Sends events to one receiver, over connections that stay open. */
export function makePost(options: ReceiverOptions): PostEvent {
  const { ca, maxConnections, timeoutMs } = options
  const url = new URL(options.url)
  const keep = { keepAlive: true, maxSockets: maxConnections }
  const isTls = url.protocol === 'https:'
  const agent = isTls
    ? new HttpsAgent({ ...keep, minVersion: 'TLSv1.2', ...(ca === undefined ? {} : { ca }) })
    : new HttpAgent(keep)
  const send = isTls ? requestHttps : requestHttp
  return (headers, body, stopped) =>
    new Promise((resolve) => {
      const signal = AbortSignal.any([stopped, AbortSignal.timeout(timeoutMs)])
      const failed = (error: unknown) => resolve(failure(reasonOf(error, stopped, signal)))
      const request = send(url, {
        method: 'POST',
        agent,
        signal,
        headers: {
          ...headers,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          'user-agent': 'Keyturn',
        },
      })
      request.on('error', failed)
      request.on('upgrade', ({ statusCode = 0 }, socket) => {
        socket.destroy()
        resolve(outcomeOf(statusCode, undefined))
      })
      request.on('response', (response) => {
        let readBytes = 0
        response.on('error', failed)
        response.on('data', (chunk: Buffer) => {
          readBytes += chunk.length
          // A receiver that goes on talking has answered all the same.
          if (readBytes > MAX_ANSWER_BYTES) response.destroy()
        })
        response.on('close', () =>
          resolve(outcomeOf(response.statusCode ?? 0, response.headers['retry-after'])),
        )
      })
      request.end(body)
    })
}

/**
 * What a status means. A redirect is followed to nowhere: it would lead a signed event to whom the
 * operator has not named.
 *
 * Source: Standard Webhooks, "Deliverability and reliability".
 */
export function outcomeOf(status: number, retryAfter: string | undefined): PostOutcome {
  if (status >= 200 && status < 300) return { kind: 'delivered' }
  if (status === 410) return { kind: 'gone' }
  const seconds = retryAfter !== undefined && /^\d+$/.test(retryAfter) ? Number(retryAfter) : 0
  const waitMs = Math.min(seconds * 1000, MAX_RETRY_AFTER_MS)
  return failure(`HTTP ${status}`, waitMs > 0 ? waitMs : undefined)
}

function failure(reason: string, retryAfterMs?: number): PostOutcome {
  return { kind: 'failed', reason, retryAfterMs }
}

function reasonOf(error: unknown, stopped: AbortSignal, signal: AbortSignal): string {
  if (stopped.aborted) return 'stopped'
  if (signal.aborted) return 'timed out'
  if (!(error instanceof Error)) return 'failed'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message
}
