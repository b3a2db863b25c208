import { KeyturnError } from './keyturn-error.ts'

/** A request on its way out. */
export interface TransportRequest {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly signal: AbortSignal
  readonly redirect: 'error'
  readonly credentials: 'omit'
  readonly cache: 'no-store'
  readonly referrerPolicy: 'no-referrer'
}

/** An answer on its way in. */
export interface TransportReply {
  readonly status: number
  readonly headers: { readonly get: (name: string) => string | null }
  readonly text: () => Promise<string>
}

/** What sends requests: the `fetch` of browsers and Node.js is one. */
export type Transport = (url: string, request: TransportRequest) => Promise<TransportReply>

/** A request, ready to be sent. */
export interface OutgoingRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

/** An answer with all of its body. */
export interface IncomingReply {
  readonly status: number
  readonly headers: TransportReply['headers']
  readonly text: string
}

/**
 * Sends a request and reads its answer to the end.
 *
 * @throws {KeyturnError} `network`; the reason of `signal` when that ended it
 */
export async function exchange(
  transport: Transport,
  operation: string,
  { method, url, headers, body }: OutgoingRequest,
  signal: AbortSignal,
): Promise<IncomingReply> {
  try {
    const reply = await transport(url, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
      signal,
      redirect: 'error',
      credentials: 'omit',
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
    })
    return { status: reply.status, headers: reply.headers, text: await reply.text() }
  } catch (cause) {
    signal.throwIfAborted()
    throw new KeyturnError('The server cannot be reached.', { kind: 'network', operation }, cause)
  }
}

/** Codes of errors that come before the first byte of a request was sent. */
const BEFORE_SENDING: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

/** Whether nothing of the request can have reached the server. Browsers do not tell: then it may have. */
export function wasNothingSent(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('code' in at && BEFORE_SENDING.has(at.code)) return true
    // Several addresses were tried, and each failed.
    if (at instanceof AggregateError) return at.errors.length > 0 && at.errors.every(wasNothingSent)
  }
  return false
}
