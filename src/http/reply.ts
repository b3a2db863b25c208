import type { ServerResponse } from 'node:http'
import { errorReply } from '../contract/error-body.ts'
import type { ApiKind } from '../contract/operation.ts'
import type { Language } from '../contract/wire-errors/index.ts'
import { Fault, fault } from '../core/fault.ts'
import { StorageError } from '../ports/storage-error.ts'
import type { Exchange } from './pipeline.ts'

/** How a request ended. */
export interface Outcome {
  readonly status: number
  /** Error code, if it is an error. */
  readonly code: string | undefined
  readonly headers: Readonly<Record<string, string>>
  /** JSON text; undefined for a reply without a body. */
  readonly body: string | undefined
  /** What went wrong on our side, for the log. */
  readonly defect: unknown
}

/** The outcome of a request that was served. */
export function succeed(
  status: number,
  headers: Readonly<Record<string, string>>,
  content: Readonly<Record<string, unknown>> | readonly unknown[],
): Outcome {
  const body = status === 204 ? undefined : JSON.stringify(content)
  return { status, code: undefined, headers, body, defect: undefined }
}

/**
 * The outcome of a request that was not served. A fault tells the caller why; whatever else was
 * thrown is a defect, of which the caller learns only that there is one.
 */
export function refuse(
  error: unknown,
  api: ApiKind,
  language: Language,
  requestId: string,
): Outcome {
  const refusal = asFault(error)
  const { status, code, headers, body } = errorReply(refusal, api, language, requestId)
  return {
    status,
    code,
    headers,
    body: JSON.stringify(body),
    defect: status >= 500 ? error : undefined,
  }
}

/** Sends an outcome with one write. */
export function send(response: ServerResponse, outcome: Outcome, exchange: Exchange): void {
  const { status, body, headers } = outcome
  const lines = ['X-Request-Id', exchange.context.requestId]
  for (const name in headers) lines.push(name, headers[name] ?? '')
  if (!exchange.request.complete) lines.push('Connection', 'close')
  if (body === undefined) {
    response.writeHead(status, lines)
    response.end()
    return
  }
  const bytes = Buffer.byteLength(body)
  lines.push('Content-Type', 'application/json', 'Content-Length', String(bytes))
  response.writeHead(status, lines)
  if (exchange.request.method === 'HEAD') response.end()
  // ASCII leaves in one write with the header as Latin-1, which takes no conversion.
  else response.end(body, bytes === body.length ? 'latin1' : 'utf8')
}

function asFault(error: unknown): Fault {
  if (error instanceof Fault) return error
  if (error instanceof StorageError) return fault('storage-failed', {}, error)
  return fault('internal', {}, error)
}
