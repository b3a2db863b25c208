import { isUtf8 } from 'node:buffer'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { authorise, NOT_ASKED } from '../app/authorise.ts'
import type { Deps } from '../app/deps.ts'
import type { RequestContext, SignedIn } from '../app/handler.ts'
import { HANDLERS } from '../app/index.ts'
import { whenReady } from '../app/when-ready.ts'
import type { Authenticator } from '../auth/identity-provider.ts'
import { decodeRequest } from '../contract/decode-request.ts'
import { languageOf } from '../contract/error-body.ts'
import { encodeFields } from '../contract/object-fields.ts'
import type { ApiKind } from '../contract/operation.ts'
import type { OperationId } from '../contract/operations/index.ts'
import type { Caller } from '../core/caller.ts'
import { fault } from '../core/fault.ts'
import type { KeyId, ProjectId, VersionNumber } from '../core/ids.ts'
import type { AuditLog } from '../ports/audit-log.ts'
import type { Clock } from '../ports/clock.ts'
import type { KeyUse } from '../ports/usage-store.ts'
import { auditRecord } from './audit-record.ts'
import { readBody } from './read-body.ts'
import { type Outcome, refuse, send, succeed } from './reply.ts'
import { pathOf, queryOf } from './request-target.ts'
import type { Route, Routed } from './router.ts'

/** Longest request target: ours are far shorter. */
const MAX_URL_CHARACTERS = 8192

/** What a request passes through. */
export interface Pipeline {
  readonly deps: Deps
  readonly authenticator: Authenticator
  readonly audit: AuditLog
  /** The time for audit records. */
  readonly clock: Clock
  readonly route: (method: string, path: string) => Routed
  /** Takes a call from a principal's allowance, or throws. */
  readonly limitRate: (principal: string) => void
  readonly newRequestId: () => string
  /** Scheme, host and port by which clients reach this server; undefined: as the request says. */
  readonly publicUrl: string | undefined
  /** Counts a reply. */
  readonly observe: (
    operation: OperationId | 'none',
    status: number,
    startedAtMs: number,
    exchange: Exchange,
  ) => void
  /** Logs what went wrong on our side. */
  readonly logDefect: (error: unknown, requestId: string, operation: string) => void
}

/** One request on its way. */
export interface Exchange {
  readonly request: IncomingMessage
  readonly context: RequestContext
  route: Route | undefined
  caller: Caller | undefined
}

/**
 * What handlers know of a request. A class, for a getter in an object literal gives every object a
 * shape of its own, which the engine keeps, with the request that the getter closes over, until it
 * next collects the old generation.
 */
class HttpContext implements RequestContext {
  readonly requestId: string
  readonly source: string
  readonly secure: boolean
  keyId: KeyId | undefined = undefined
  keyProjectId: ProjectId | undefined = undefined
  keyVersion: VersionNumber | undefined = undefined
  protectedBytes = 0
  reopened: RequestContext['reopened'] = undefined
  admission = NOT_ASKED
  signedIn: SignedIn | undefined = undefined
  readonly #pipeline: Pipeline
  readonly #request: IncomingMessage

  constructor(pipeline: Pipeline, request: IncomingMessage) {
    this.requestId = pipeline.newRequestId()
    this.source = request.socket.remoteAddress ?? ''
    this.secure = isSecure(request)
    this.#pipeline = pipeline
    this.#request = request
  }

  get baseUrl(): string {
    return this.#pipeline.publicUrl ?? ownUrl(this.#request)
  }
}

/**
 * Answers a request: route, body, who, decode, whether, handler, encode, audit, reply. No reply
 * leaves before the audit log has its record.
 */
export async function answer(
  pipeline: Pipeline,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const startedAtMs = performance.now()
  const exchange: Exchange = {
    request,
    context: new HttpContext(pipeline, request),
    route: undefined,
    caller: undefined,
  }
  let outcome: Outcome
  try {
    const route = findRoute(pipeline, exchange)
    const reading = readBody(request)
    const body = reading instanceof Promise ? await reading : reading
    const performing = perform(pipeline, exchange, route, body)
    outcome = performing instanceof Promise ? await performing : performing
  } catch (error) {
    outcome = refusal(pipeline, exchange, error)
  }
  try {
    await pipeline.audit.append(auditRecord(exchange, outcome, pipeline.clock.now()))
  } catch (error) {
    outcome = refusal(pipeline, exchange, fault('storage-failed', {}, error))
  }
  send(response, outcome, exchange)
  pipeline.observe(exchange.route?.id ?? 'none', outcome.status, startedAtMs, exchange)
}

function findRoute(pipeline: Pipeline, exchange: Exchange): Route {
  const problem = pipeline.audit.problem()
  if (problem !== undefined) throw fault('storage-failed', {}, new Error(problem))
  const { method = 'GET', url = '/' } = exchange.request
  if (url.length > MAX_URL_CHARACTERS) throw fault('uri-too-long')
  return requireRoute(pipeline.route(method, pathOf(url)), exchange)
}

/** Who, decode, whether, handler, encode: at once, if nothing has to be waited for. */
function perform(
  pipeline: Pipeline,
  exchange: Exchange,
  { id, row, parameters }: Route,
  body: Buffer,
): Outcome | Promise<Outcome> {
  const { deps } = pipeline
  const { request, context } = exchange
  const { access } = row
  return whenReady(identify(pipeline, exchange, row, parameters, body), (caller) => {
    if (caller !== undefined) {
      exchange.caller = caller
      pipeline.limitRate(caller.userId)
    }
    const decoded = decodeRequest(row, {
      pathParameters: parameters,
      query: queryOf(request.url),
      headers: request.headers,
      body: textOf(body),
    })
    context.keyId = decoded['key_id'] as KeyId | undefined // the field of that name decodes to one
    if (access.kind === 'permission' && caller !== undefined) {
      context.admission = authorise(deps, caller, access, context.keyId, context)
    }
    const handler = HANDLERS[id] as UntypedHandler // fed what its own row decoded
    return whenReady(handler(deps, caller, decoded, context), (reply) => {
      if (row.keyUse !== 'none') countUse(deps, row.keyUse, context)
      const headers = encodeFields(row.headers, reply as never) // the row's own values
      const members = encodeFields(row.response, reply as never) // the row's own values
      const content = isListedFor(row, request) ? [members] : members
      return succeed(row.status, headers as Readonly<Record<string, string>>, content) // headers are text
    })
  })
}

/** Counts what was done with keys. */
function countUse(deps: Deps, use: KeyUse, context: RequestContext): void {
  const { keyId, keyVersion, protectedBytes, reopened } = context
  const now = deps.clock.now()
  if (keyId !== undefined && keyVersion !== undefined) {
    deps.usage.note(keyId, keyVersion, use, now, protectedBytes)
  }
  if (reopened !== undefined) deps.usage.note(reopened.keyId, reopened.version, 'open', now)
}

/** Who sent the request; undefined where anybody may. */
function identify(
  pipeline: Pipeline,
  { request }: Exchange,
  { access }: Route['row'],
  parameters: Route['parameters'],
  body: Buffer,
): Caller | undefined | Promise<Caller> {
  if (access.kind === 'anyone') return undefined
  const { authorization } = request.headers
  return pipeline.authenticator.authenticate({
    token: singleHeader(request.headers['x-auth-token']),
    signed:
      authorization === undefined
        ? undefined
        : {
            method: request.method ?? 'GET',
            rawUrl: request.url ?? '/',
            headers: request.headers as Readonly<Record<string, string | undefined>>, // node joins all that could be lists, but set-cookie
            body,
          },
    projectId: parameters['project_id'] as ProjectId | undefined, // compared by equality only
    mayBeGuest: 'grant' in access,
  })
}

/** The text of a body; undefined when its bytes are no UTF-8, which shows as U+FFFD in their text. */
function textOf(body: Buffer): string | undefined {
  const text = body.toString('utf8')
  return text.includes('\ufffd') && !isUtf8(body) ? undefined : text
}

function isListedFor({ listedFor }: Route['row'], request: IncomingMessage): boolean {
  return listedFor !== '' && new RegExp(listedFor).test(request.headers['user-agent'] ?? '')
}

type UntypedHandler = (
  deps: Deps,
  caller: Caller | undefined,
  request: Readonly<Record<string, unknown>>,
  context: RequestContext,
) => unknown

function requireRoute(routed: Routed, exchange: Exchange): Route {
  switch (routed.kind) {
    case 'found':
      exchange.route = routed.route
      return routed.route
    case 'wrong-method':
      throw fault('method-not-allowed', { allowed: routed.allowed })
    case 'malformed':
      throw fault('url-invalid')
    case 'unknown':
      throw fault('route-unknown')
    default:
      throw routed satisfies never
  }
}

function refusal(pipeline: Pipeline, exchange: Exchange, error: unknown): Outcome {
  const { request, route, context } = exchange
  const outcome = refuse(
    error,
    route?.row.api ?? apiOf(request.url ?? '/'),
    languageOf(
      singleHeader(request.headers['x-language']),
      singleHeader(request.headers['accept-language']),
    ),
    context.requestId,
  )
  if (outcome.defect !== undefined) {
    pipeline.logDefect(outcome.defect, context.requestId, route?.id ?? 'none')
  }
  return outcome
}

/** Whose form an error takes on a path that no operation has. */
function apiOf(url: string): ApiKind {
  return url === '/v3' || url.startsWith('/v3/') ? 'identity' : 'kms'
}

function singleHeader(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value
}

function isSecure(request: IncomingMessage): boolean {
  return 'encrypted' in request.socket
}

function ownUrl(request: IncomingMessage): string {
  const scheme = isSecure(request) ? 'https' : 'http'
  const host = request.headers.host
  if (host !== undefined && /^[a-zA-Z0-9.:[\]_-]{1,255}$/.test(host)) return `${scheme}://${host}`
  const { localAddress, localPort } = request.socket
  return `${scheme}://${localAddress ?? 'localhost'}:${localPort ?? 0}`
}
