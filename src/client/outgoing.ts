import type { CallRow } from './call.ts'
import { KeyturnError, misconfigured, parseObject } from './keyturn-error.ts'
import { percentEncode } from './sign-request.ts'
import type { IncomingReply, OutgoingRequest } from './transport.ts'

/** Members of a request or a reply, by name. */
export type Members = Readonly<Record<string, unknown>>

/** Where a call goes. */
export interface Destination {
  /** URL of the server, without a slash at its end. */
  readonly endpoint: string
  readonly projectId: string
  readonly language: 'en' | 'zh' | undefined
}

const LANGUAGES = { en: 'en-us', zh: 'zh-cn' } as const

/**
 * The request of operation `operation` with these members, not yet signed.
 *
 * @throws {KeyturnError} `misconfigured` for a member that cannot travel where it must
 */
export function outgoing(
  operation: string,
  row: CallRow,
  members: Members,
  { endpoint, projectId, language }: Destination,
): OutgoingRequest {
  const rest = new Map(Object.entries(members).filter(([, value]) => value != null))
  const take = (name: string): string | undefined => {
    const value = rest.get(name)
    rest.delete(name)
    return value === undefined ? undefined : String(value)
  }
  const path = row.path.replace(/\{(\w+)\}/g, (_, name: string) =>
    pathSegment(operation, name, name === 'project_id' ? projectId : take(name)),
  )
  const query: string[] = []
  for (const name of row.query ?? []) {
    const value = take(name)
    if (value !== undefined) query.push(`${percentEncode(name)}=${percentEncode(value)}`)
  }
  const headers: Record<string, string> = {}
  for (const name of row.headers ?? []) {
    const value = take(name)
    if (value !== undefined) headers[name] = headerValue(operation, name, value)
  }
  if (language !== undefined) headers['X-Language'] = LANGUAGES[language]
  if (row.body === true) headers['Content-Type'] = 'application/json'
  return {
    method: row.method,
    url: `${endpoint}${path}${query.length === 0 ? '' : `?${query.join('&')}`}`,
    headers,
    body: row.body === true ? JSON.stringify(Object.fromEntries(rest)) : undefined,
  }
}

/**
 * The members of an answer.
 *
 * @throws {KeyturnError} `unintelligible` when it is not what Keyturn answers
 */
export function incoming(operation: string, row: CallRow, reply: IncomingReply): Members {
  const members: Record<string, unknown> = {}
  if (reply.text !== '') {
    if (!/^\s*\{/.test(reply.text)) throw unintelligible(operation, reply)
    Object.assign(members, parseObject(reply.text))
    if (Object.keys(members).length === 0 && !/^\s*\{\s*\}\s*$/.test(reply.text)) {
      throw unintelligible(operation, reply)
    }
  }
  for (const name of row.replyHeaders ?? []) {
    const value = reply.headers.get(name)
    if (value === null) throw unintelligible(operation, reply)
    members[name] = value
  }
  return members
}

/**
 * `value`, if it may stand in a header. Its text is in no error: it may be a secret.
 *
 * @throws {KeyturnError} `misconfigured`
 */
export function headerValue(operation: string, name: string, value: string): string {
  if (/^[\x20-\x7e]+$/.test(value)) return value
  throw misconfigured(
    operation,
    `The value of ${name} is empty or has characters that no header has.`,
  )
}

/** URLs lose the segments `.` and `..`: what bears such a name cannot be asked for by it. */
function pathSegment(operation: string, name: string, value: string | undefined): string {
  if (value === undefined || value === '') throw misconfigured(operation, `${name} is missing.`)
  if (value === '.' || value === '..') {
    throw misconfigured(operation, `${name} cannot be "${value}" in a path.`)
  }
  return percentEncode(value)
}

/** The error that an answer of something else than Keyturn is. */
export function unintelligible(
  operation: string,
  { status, headers }: IncomingReply,
): KeyturnError {
  const requestId = headers.get('x-request-id') ?? ''
  const facts = { kind: 'unintelligible', operation, status, requestId } as const
  return new KeyturnError('The answer is not one of Keyturn: is the endpoint right?', facts)
}
