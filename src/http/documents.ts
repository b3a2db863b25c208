import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type OpenApiOptions, openApiDocument } from '../contract/openapi.ts'
import { REFERENCE_PATHS, referencePage } from '../reference/page.ts'
import { REFERENCE_SCRIPT } from '../reference/script.ts'
import { REFERENCE_STYLE } from '../reference/style.ts'
import { pathOf } from './request-target.ts'

/** A page or file that is the same for everybody. */
export interface ServedDocument {
  readonly contentType: string
  readonly body: Buffer
  /** All the other headers, the ETag among them. */
  readonly headers: Readonly<Record<string, string>>
}

/** Documents by their paths; each is made when it is first asked for. */
export type Documents = ReadonlyMap<string, () => ServedDocument>

/** The description of the API, and the reference made from it. They leave no audit record. */
export function makeDocuments(options: OpenApiOptions): Documents {
  const description = once(() => openApiDocument(options))
  const page = (language: 'en' | 'zh') => () =>
    served('text/html; charset=utf-8', referencePage(description(), language))
  const makers: Readonly<Record<string, () => ServedDocument>> = {
    [REFERENCE_PATHS.document]: () =>
      served('application/json', `${JSON.stringify(description())}\n`),
    [REFERENCE_PATHS.en]: page('en'),
    [REFERENCE_PATHS.zh]: page('zh'),
    [REFERENCE_PATHS.style]: () => served('text/css; charset=utf-8', REFERENCE_STYLE),
    [REFERENCE_PATHS.script]: () => served('text/javascript; charset=utf-8', REFERENCE_SCRIPT),
  }
  return new Map(Object.entries(makers).map(([path, make]) => [path, once(make)]))
}

/** Answers a request for a document; false when the path is of none. */
export function answerDocument(
  documents: Documents,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  const path = pathOf(request.url)
  const load = documents.get(path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path)
  if (load === undefined) return false
  // A body is of no use here: nobody waits for its end.
  const ending = hasBody(request) ? { Connection: 'close' } : {}
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { Allow: 'GET, HEAD', 'Content-Length': 0, ...ending })
    response.end()
    return true
  }
  const { contentType, body, headers } = load()
  if (matches(request.headers['if-none-match'], headers['ETag'])) {
    response.writeHead(304, { ...headers, ...ending })
    response.end()
    return true
  }
  response.writeHead(200, {
    'Content-Type': contentType,
    'Content-Length': body.length,
    ...headers,
    ...ending,
  })
  response.end(request.method === 'HEAD' ? undefined : body)
  return true
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

/**
 * What these pages may load: files of this server, and nothing that is written into the page.
 * Source: Content Security Policy Level 3.
 */
const CONTENT_POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

function served(contentType: string, text: string): ServedDocument {
  const body = Buffer.from(text)
  const digest = createHash('sha256').update(body).digest('base64url').slice(0, 27)
  return {
    contentType,
    body,
    headers: {
      ETag: `"${digest}"`,
      // Kept, but asked for again each time: after an update nobody sees the old one.
      'Cache-Control': 'no-cache',
      'Content-Security-Policy': CONTENT_POLICY,
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Resource-Policy': 'same-origin',
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
      'X-Frame-Options': 'DENY',
    },
  }
}

/** Whether an `If-None-Match` names the tag; the comparison is the weak one (RFC 9110 §13.1.2). */
function matches(ifNoneMatch: string | undefined, tag: string | undefined): boolean {
  if (ifNoneMatch === undefined || tag === undefined) return false
  const wanted = ifNoneMatch.split(',').map((entry) => entry.trim().replace(/^W\//, ''))
  return wanted.includes(tag) || wanted.includes('*')
}

function once<T extends object>(make: () => T): () => T {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}
