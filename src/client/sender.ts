import type { CallOptions, CallRow } from './call.ts'
import { KeyturnError, refusal } from './keyturn-error.ts'
import { incoming, type Members, unintelligible } from './outgoing.ts'
import { mayRepeat, pause, pauseMs } from './retry.ts'
import { exchange, type IncomingReply, type OutgoingRequest, type Transport } from './transport.ts'

/** How requests are sent. */
export interface SenderOptions {
  readonly transport: Transport
  readonly timeoutMs: number
  /** How often a request is sent again at most. */
  readonly retries: number
}

/** The time of a call. */
export interface CallTime {
  /** Ends with the time, or with the caller's signal. */
  readonly signal: AbortSignal
  /** When the time is over, by the clock of `performance`. */
  readonly endsAtMs: number
}

/** Longest time that timers take, in milliseconds. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/**
 * Sends a request until it is answered, as often as it may be, and reads the answer.
 *
 * @param prepare Makes the request afresh for each time that it is sent: its proof may have aged.
 * @throws {KeyturnError} the last failure
 */
export async function send(
  { transport, retries }: SenderOptions,
  operation: string,
  row: CallRow,
  prepare: () => Promise<OutgoingRequest>,
  { signal, endsAtMs }: CallTime,
): Promise<Members> {
  const isRepeatable = row.repeatable === true || row.method === 'GET' || row.method === 'HEAD'
  for (let failures = 1; ; failures++) {
    const request = await prepare()
    let retryAfter: string | null = null
    try {
      const reply = await exchange(transport, operation, request, signal)
      // A redirect is no answer, and following it could hand a token to another server.
      if (reply.status > 300 && reply.status < 400) throw unintelligible(operation, reply)
      if (reply.status < 400) return incoming(operation, row, reply)
      retryAfter = reply.headers.get('retry-after')
      throw refusalOf(operation, reply)
    } catch (error) {
      if (!(error instanceof KeyturnError) || failures > retries) throw error
      if (!mayRepeat(error, isRepeatable)) throw error
      const waitMs = pauseMs(failures, retryAfter, Date.now())
      // What would come too late is not waited for: the server's answer says more than a timeout.
      if (performance.now() + waitMs >= endsAtMs) throw error
      await pause(waitMs, signal)
    }
  }
}

/**
 * Runs `work` for so long at most, or until the caller's signal ends it.
 *
 * @throws {KeyturnError} `timeout`; the reason of the caller's signal
 */
export async function withinTime<T>(
  operation: string,
  { signal: outer, timeoutMs }: CallOptions,
  defaultTimeoutMs: number,
  work: (time: CallTime) => Promise<T>,
): Promise<T> {
  outer?.throwIfAborted()
  const limitMs = Math.min(timeoutMs ?? defaultTimeoutMs, LONGEST_TIMER_MS)
  const ending = new AbortController()
  const onAbort = () => ending.abort(outer?.reason)
  outer?.addEventListener('abort', onAbort, { once: true })
  const timer = setTimeout(() => {
    const facts = { kind: 'timeout', operation } as const
    ending.abort(new KeyturnError(`The server did not answer within ${limitMs} ms.`, facts))
  }, limitMs)
  try {
    return await work({ signal: ending.signal, endsAtMs: performance.now() + limitMs })
  } finally {
    clearTimeout(timer)
    outer?.removeEventListener('abort', onAbort)
  }
}

/** `promise`, or a rejection with the signal's reason, whichever is first. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason)
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
  })
}

function refusalOf(operation: string, { status, headers, text }: IncomingReply): KeyturnError {
  return refusal(operation, status, headers.get('x-request-id') ?? '', text)
}
