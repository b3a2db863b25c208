import type { Fault } from '../core/fault.ts'
import type { ApiKind } from './operation.ts'
import { type Language, wireErrorOf, wording } from './wire-errors/index.ts'

/** A fault as a reply. */
export interface ErrorReply {
  readonly status: number
  readonly code: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Readonly<Record<string, unknown>>
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  413: 'Request Entity Too Large',
  414: 'Request-URI Too Long',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
}

/**
 * What a caller is told of a fault. The key management API has a nested body and its flat twin,
 * because some clients read the one and some the other; the identity API has Keystone's.
 */
export function errorReply(
  fault: Fault,
  api: ApiKind,
  language: Language,
  requestId: string,
): ErrorReply {
  const { status, code, flatCode } = wireErrorOf(fault.kind)
  const message = wording(fault.kind, fault.facts, language)
  const body =
    api === 'identity'
      ? { error: { code: status, message, title: TITLES[status] ?? 'Error' } }
      : {
          error: { error_code: code, error_msg: message },
          error_code: flatCode ?? code,
          error_msg: message,
          request_id: requestId,
        }
  return { status, code, headers: extraHeaders(fault), body }
}

/** The language of a reply, from `X-Language` or else `Accept-Language`. */
export function languageOf(
  xLanguage: string | undefined,
  acceptLanguage: string | undefined,
): Language {
  const wanted = xLanguage ?? acceptLanguage
  return wanted !== undefined && /^\s*zh\b/i.test(wanted) ? 'zh' : 'en'
}

function extraHeaders(fault: Fault): Readonly<Record<string, string>> {
  const facts: Readonly<Record<string, unknown>> = { ...fault.facts }
  if (fault.kind === 'too-many-requests') {
    return { 'Retry-After': String(facts['retryAfterSeconds']) }
  }
  if (fault.kind === 'method-not-allowed') return { Allow: String(facts['allowed']) }
  return {}
}
