import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type OpenApiOptions, openApiDocument } from '../contract/openapi.ts'
import { REFERENCE_PATHS, referencePage } from '../reference/page.ts'
import { REFERENCE_SCRIPT } from '../reference/script.ts'
import { REFERENCE_STYLE } from '../reference/style.ts'
import { CONSOLE_PATH } from './console-pages.ts'
import { pathOf } from './request-target.ts'
import { GUARDING_HEADERS, type StaticContent, sendStatic } from './static-reply.ts'

/** Documents by their paths; each is made when it is first asked for. */
export type Documents = ReadonlyMap<string, () => StaticContent>

/**
 * The description of the API, and the reference made from it. They leave no audit record.
 *
 * @param hasConsole Whether the reference refers to the console.
 */
export function makeDocuments(options: OpenApiOptions, hasConsole = false): Documents {
  const description = once(() => openApiDocument(options))
  const page = (language: 'en' | 'zh') => () =>
    served(
      'text/html; charset=utf-8',
      referencePage(description(), language, hasConsole ? CONSOLE_PATH : undefined),
    )
  const makers: Readonly<Record<string, () => StaticContent>> = {
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
  sendStatic(request, response, load)
  return true
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

function served(contentType: string, text: string): StaticContent {
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
      ...GUARDING_HEADERS,
    },
  }
}

function once<T extends object>(make: () => T): () => T {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}
