/** Why a call failed. */
export type KeyturnErrorKind =
  /** The server answered with an error: `status`, `code` and `message` are its own. */
  | 'refused'
  /** No answer: the server could not be reached, or the connection broke. */
  | 'network'
  /** No answer in the time that the call may take. */
  | 'timeout'
  /** An answer that is no answer of Keyturn: most likely something else listens at the endpoint. */
  | 'unintelligible'
  /** The call could not be made: credentials or options lack something. */
  | 'misconfigured'

/** What an error tells. */
export interface KeyturnErrorFacts {
  readonly kind: KeyturnErrorKind
  /** Id of the operation, as `CreateKey`. */
  readonly operation: string
  /** HTTP status; 0 without an answer. */
  readonly status?: number
  /** Error code, as `KMS.0207`; empty without one. */
  readonly code?: string
  /** Id of the request in the server's log and audit log; empty without an answer. */
  readonly requestId?: string
}

/** A call that failed. It holds no secret, nor anything that was sent. */
export class KeyturnError extends Error {
  override readonly name = 'KeyturnError'
  readonly kind: KeyturnErrorKind
  readonly operation: string
  readonly status: number
  readonly code: string
  readonly requestId: string

  constructor(message: string, facts: KeyturnErrorFacts, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.kind = facts.kind
    this.operation = facts.operation
    this.status = facts.status ?? 0
    this.code = facts.code ?? ''
    this.requestId = facts.requestId ?? ''
  }
}

/** The error that an answer with an error status is. */
export function refusal(
  operation: string,
  status: number,
  requestId: string,
  text: string,
): KeyturnError {
  const body = parseObject(text)
  const error = objectIn(body, 'error')
  const code = textIn(error, 'error_code') || textIn(body, 'error_code')
  const message =
    textIn(error, 'error_msg') || textIn(body, 'error_msg') || textIn(error, 'message')
  const facts = {
    kind: 'refused',
    operation,
    status,
    code,
    requestId: requestId || textIn(body, 'request_id'),
  } as const
  return new KeyturnError(message || `The server answered with status ${status}.`, facts)
}

/** An error about what the caller gave. */
export function misconfigured(operation: string, message: string, cause?: unknown): KeyturnError {
  return new KeyturnError(message, { kind: 'misconfigured', operation }, cause)
}

/** The JSON object in `text`; an empty one when there is none. */
export function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : {}
  } catch {
    return {}
  }
}

function objectIn(
  object: Readonly<Record<string, unknown>>,
  name: string,
): Readonly<Record<string, unknown>> {
  const value = object[name]
  return isObject(value) ? value : {}
}

function textIn(object: Readonly<Record<string, unknown>>, name: string): string {
  const value = object[name]
  return typeof value === 'string' ? value : ''
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
