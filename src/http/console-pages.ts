import type { IncomingMessage, ServerResponse } from 'node:http'
import { pathOf } from './request-target.ts'
import { GUARDING_HEADERS, type StaticContent, sendStatic } from './static-reply.ts'

/** Where the console is, below the server's own address. */
export const CONSOLE_PATH = '/console'

/** Where those of its files are whose names change with their content. */
export const CONSOLE_ASSETS = '/console/assets/'

/** How content may be coded on its way, the best first. */
export const CODINGS = ['br', 'gzip', 'identity'] as const

/** One of {@link CODINGS}. */
export type Coding = (typeof CODINGS)[number]

/** A file of the console. */
export interface ConsoleFile {
  readonly contentType: string
  /** Digest of the content as it is: the letters of its ETag. */
  readonly digest: string
  /** The content, as it is and as it was compressed at the build. */
  readonly bodies: Readonly<Partial<Record<Coding, Buffer>>> & { readonly identity: Buffer }
}

/** The console as it was built. */
export interface BuiltConsole {
  /** Page of every address that is no file. */
  readonly page: ConsoleFile
  /** Files by their paths. Whatever is not among them is not served: nothing looks into a folder. */
  readonly files: ReadonlyMap<string, ConsoleFile>
}

/** How to get at the console; undefined while it has not been built. */
export type LoadConsole = () => BuiltConsole | undefined

/**
 * Answers a request for the console; false when the path is not one of its own. It leaves no audit
 * record: these are files that are the same for everybody.
 *
 * @param root Path below which a proxy serves us, without its last slash.
 */
export function answerConsole(
  load: LoadConsole,
  root: string,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  const path = pathOf(request.url)
  if (path === '/' && wantsPage(request)) {
    response.writeHead(302, {
      Location: `${root}${CONSOLE_PATH}`,
      'Content-Length': 0,
      Vary: 'Accept',
    })
    response.end()
    return true
  }
  if (path !== CONSOLE_PATH && !path.startsWith(`${CONSOLE_PATH}/`)) return false
  const console = load()
  if (console === undefined) {
    sendStatic(request, response, () => NOT_BUILT, 503)
    return true
  }
  const file = console.files.get(path) ?? (isAddress(path) ? console.page : undefined)
  if (file === undefined) sendStatic(request, response, () => NOT_FOUND, 404)
  else sendStatic(request, response, () => contentOf(file, path, request))
  return true
}

/**
 * What the console may load, and from where: this server alone, and nothing that is written into the
 * page. Source: Content Security Policy Level 3.
 */
export const CONSOLE_POLICY: string = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

function contentOf(file: ConsoleFile, path: string, request: IncomingMessage): StaticContent {
  const accepted = acceptedCodings(request.headers['accept-encoding'])
  const coding = CODINGS.find((one) => file.bodies[one] !== undefined && accepted(one))
  const used = coding ?? 'identity' // which is always better than no answer
  return {
    contentType: file.contentType,
    body: file.bodies[used] ?? file.bodies.identity,
    headers: {
      ETag: used === 'identity' ? `"${file.digest}"` : `"${file.digest}-${used}"`,
      // A file of that folder never changes under its name. The others are kept, but asked for again
      // each time: after an update nobody sees the old ones.
      'Cache-Control': path.startsWith(CONSOLE_ASSETS)
        ? 'public, max-age=31536000, immutable'
        : 'no-cache',
      ...(used === 'identity' ? {} : { 'Content-Encoding': used }),
      Vary: 'Accept-Encoding',
      'Content-Security-Policy': CONSOLE_POLICY,
      ...GUARDING_HEADERS,
    },
  }
}

/** Which codings a client takes. Source: RFC 9110 §12.5.3. */
function acceptedCodings(header: string | string[] | undefined): (coding: Coding) => boolean {
  const weights = new Map<string, number>()
  for (const entry of String(header ?? '').split(',')) {
    const [name = '', ...parameters] = entry.split(';').map((part) => part.trim().toLowerCase())
    const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2)
    if (name !== '') weights.set(name, weight === undefined ? 1 : Number(weight))
  }
  return (coding) => {
    const weight = weights.get(coding) ?? (coding === 'identity' ? 1 : (weights.get('*') ?? 0))
    return weight > 0
  }
}

/** Whether a path can be the address of a page: one that does not go up, and is not a lost file. */
function isAddress(path: string): boolean {
  if (path.startsWith(CONSOLE_ASSETS)) return false
  const segments = path.slice(CONSOLE_PATH.length + 1).split('/')
  if (segments.at(-1) === '') segments.pop()
  return segments.every((segment) => {
    try {
      return /^(?!\.{1,2}$)[^/\\\0]+$/.test(decodeURIComponent(segment))
    } catch {
      return false
    }
  })
}

/** Whether a browser asks for a page, and not a program for JSON. */
function wantsPage({ method, headers }: IncomingMessage): boolean {
  return (method === 'GET' || method === 'HEAD') && /\btext\/html\b/.test(headers.accept ?? '')
}

const NOT_FOUND = plainPage('There is no such file. · 没有此文件。\n')

const NOT_BUILT = plainPage(`The console has not been built yet.

In the folder of Keyturn run:  npm run build:console
Then load this page again; the server need not be restarted.
The API is served meanwhile; its reference is at /docs.

控制台尚未构建。

请在 Keyturn 的目录中运行：  npm run build:console
然后刷新本页即可，无需重启服务器。
其间 API 照常提供服务，参考文档见 /docs/zh。
`)

function plainPage(text: string): StaticContent {
  return {
    contentType: 'text/plain; charset=utf-8',
    body: Buffer.from(text),
    headers: {
      'Cache-Control': 'no-store',
      'Content-Security-Policy': CONSOLE_POLICY,
      ...GUARDING_HEADERS,
    },
  }
}
