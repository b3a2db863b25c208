import { hash } from 'node:crypto'

/** A request as it came, all that a signature may cover. */
export interface SignedRequest {
  readonly method: string
  /** The request target as it stood in the request line. */
  readonly rawUrl: string
  /** Values by names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Uint8Array
}

/** Value of `X-Sdk-Content-Sha256` for a body that is not signed. */
const UNSIGNED_PAYLOAD = 'UNSIGNED-PAYLOAD'
const OPENING_BRACE = 0x7b
const OPENING_BRACKET = 0x5b
const EMPTY_HASH = hash('sha256', '')
const PLAIN_PATH = /^[A-Za-z0-9\-._~/]*$/

/**
 * The canonical requests that `request` may have been signed as: clients differ in how they encode a
 * path that has escapes, and in where they put the query of a POST without a body.
 *
 * Source: the vendor's "AK/SK signing and authentication guide"; recorded signers.
 */
export function canonicalRequests(
  request: SignedRequest,
  signedHeaders: readonly string[],
  isScoped: boolean,
): readonly string[] {
  const queryAt = request.rawUrl.indexOf('?')
  const path = queryAt < 0 ? request.rawUrl : request.rawUrl.slice(0, queryAt)
  const query = queryAt < 0 ? '' : canonicalQuery(request.rawUrl.slice(queryAt + 1))
  const headers = canonicalHeaders(request.headers, signedHeaders)
  const payload = payloadHash(request)
  const forms = canonicalPaths(path).map((uri) =>
    assemble(request.method, uri, query, headers, signedHeaders, payload),
  )
  if (isScoped && request.method === 'POST' && request.body.length === 0 && query !== '') {
    const queryHash = hash('sha256', query)
    for (const uri of canonicalPaths(path)) {
      forms.push(assemble(request.method, uri, '', headers, signedHeaders, queryHash))
    }
  }
  return forms
}

/** Whether what the request says of its body's hash is true, or may be left open. */
export function isPayloadHonest(request: SignedRequest): boolean {
  const claimed = request.headers['x-sdk-content-sha256']
  if (claimed === undefined || request.body.length === 0) return true
  if (claimed === UNSIGNED_PAYLOAD) {
    return !isJson(request)
  }
  return claimed.toLowerCase() === hash('sha256', request.body)
}

/** By its type, or by its beginning: bodies are read as JSON whatever type they are said to be of. */
function isJson({ headers, body }: SignedRequest): boolean {
  if (/\bjson\b/i.test(headers['content-type'] ?? 'application/json')) return true
  const first = body.find((byte) => byte > 0x20)
  return first === OPENING_BRACE || first === OPENING_BRACKET
}

function assemble(
  method: string,
  uri: string,
  query: string,
  headers: string,
  signedHeaders: readonly string[],
  payload: string,
): string {
  return `${method}\n${uri}\n${query}\n${headers}\n${signedHeaders.join(';')}\n${payload}`
}

/** A client that sends a body without a hash header signs its hash; with one, the header's value. */
function payloadHash({ body, headers }: SignedRequest): string {
  if (body.length === 0) return EMPTY_HASH
  return headers['x-sdk-content-sha256'] ?? hash('sha256', body)
}

/** Each segment decoded and encoded again; and, for clients that do not decode, only encoded. */
function canonicalPaths(path: string): string[] {
  const withSlash = path.endsWith('/') ? path : `${path}/`
  if (PLAIN_PATH.test(withSlash)) return [withSlash]
  const segments = withSlash.split('/')
  const once = segments.map((segment) => encode(decode(segment))).join('/')
  const asciiTwice = segments.map(encodeAsciiEscapes).join('/')
  const twice = segments.map(encode).join('/')
  return [...new Set([once, asciiTwice, twice])]
}

/** As a signer does that leaves letters beyond ASCII to its HTTP library: their escapes stay. */
function encodeAsciiEscapes(segment: string): string {
  return segment.replace(/%[0-7][0-9a-fA-F]/g, (encoded) => `%25${encoded.slice(1)}`)
}

/** A bare `+` is a space, as in the query that is decoded; Go and axios send one so and sign `%20`. */
function canonicalQuery(query: string): string {
  const pairs: (readonly [string, string])[] = []
  for (const part of query.replaceAll('+', ' ').split('&')) {
    if (part === '') continue
    const equals = part.indexOf('=')
    const name = equals < 0 ? part : part.slice(0, equals)
    pairs.push([decode(name), equals < 0 ? '' : decode(part.slice(equals + 1))])
  }
  pairs.sort(([a, x], [b, y]) => compare(a, b) || compare(x, y))
  return pairs.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&')
}

function canonicalHeaders(
  headers: SignedRequest['headers'],
  signedHeaders: readonly string[],
): string {
  let lines = ''
  for (const name of signedHeaders) lines += `${name}:${signedValue(headers, name)}\n`
  return lines
}

/** The caller picks the names: one may be what every object has, or a header that came as a list. */
function signedValue(headers: SignedRequest['headers'], name: string): string {
  return Object.hasOwn(headers, name) ? String(headers[name] ?? '').trim() : ''
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function decode(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Percent-encodes all but letters, digits and `-._~`. Source: RFC 3986 §2.3. */
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
