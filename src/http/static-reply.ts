import type { IncomingMessage, ServerResponse } from 'node:http'

/** Content that is the same for everybody, ready to be sent. */
export interface StaticContent {
  readonly contentType: string
  readonly body: Buffer
  /** All the other headers, the ETag among them. */
  readonly headers: Readonly<Record<string, string>>
}

/** Sends what is the same for everybody: on GET and HEAD, and only if the client has not got it yet. */
export function sendStatic(
  request: IncomingMessage,
  response: ServerResponse,
  load: () => StaticContent,
  status = 200,
): void {
  // A body is of no use here: nobody waits for its end.
  const ending = hasBody(request) ? { Connection: 'close' } : {}
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { Allow: 'GET, HEAD', 'Content-Length': 0, ...ending })
    response.end()
    return
  }
  const { contentType, body, headers } = load()
  if (status === 200 && matches(request.headers['if-none-match'], headers['ETag'])) {
    response.writeHead(304, { ...headers, ...ending })
    response.end()
    return
  }
  response.writeHead(status, {
    'Content-Type': contentType,
    'Content-Length': body.length,
    ...headers,
    ...ending,
  })
  response.end(request.method === 'HEAD' ? undefined : body)
}

/**
 * Headers that guard a page: nobody frames it, reads it from elsewhere, learns where a link was
 * followed from, or takes it for another type than it is.
 */
export const GUARDING_HEADERS = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
} as const

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

/** Whether an `If-None-Match` names the tag; the comparison is the weak one (RFC 9110 §13.1.2). */
function matches(ifNoneMatch: string | undefined, tag: string | undefined): boolean {
  if (ifNoneMatch === undefined || tag === undefined) return false
  const wanted = ifNoneMatch.split(',').map((entry) => entry.trim().replace(/^W\//, ''))
  return wanted.includes(tag) || wanted.includes('*')
}
