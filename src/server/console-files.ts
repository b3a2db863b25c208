import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  type BuiltConsole,
  CONSOLE_PATH,
  type ConsoleFile,
  type LoadConsole,
} from '../http/console-pages.ts'

/** Where the build puts the console; see `scripts/build-console.ts`. */
export const CONSOLE_FOLDER: string = fileURLToPath(new URL('../../dist/console', import.meta.url))

const PAGE = 'index.html'

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.txt': 'text/plain; charset=utf-8',
}

/**
 * Reads the console when it is first asked for, and then keeps it: it is less than a megabyte. A build
 * that comes while the server runs is found; one that replaces another is not, for a page that is open
 * has to find the files that it was made for.
 *
 * @param root Path below which a proxy serves us, without its last slash.
 */
export function consoleFiles(root: string, folder: string = CONSOLE_FOLDER): LoadConsole {
  let built: BuiltConsole | undefined
  return () => {
    built ??= readConsole(root, folder)
    return built
  }
}

function readConsole(root: string, folder: string): BuiltConsole | undefined {
  if (!existsSync(join(folder, PAGE))) return undefined
  const files = new Map<string, ConsoleFile>()
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const contentType = CONTENT_TYPES[extname(entry.name)]
    if (!entry.isFile() || contentType === undefined) continue
    const place = join(entry.parentPath, entry.name)
    const path = place.slice(folder.length).replaceAll('\\', '/')
    if (path !== `/${PAGE}`) files.set(`${CONSOLE_PATH}${path}`, readOne(place, contentType))
  }
  return { page: readPage(root, join(folder, PAGE)), files }
}

function readOne(place: string, contentType: string): ConsoleFile {
  const identity = readFileSync(place)
  const compressed = (ending: string) =>
    existsSync(`${place}.${ending}`) ? readFileSync(`${place}.${ending}`) : undefined
  const br = compressed('br')
  const gzip = compressed('gz')
  return {
    contentType,
    digest: digestOf(identity),
    bodies: { identity, ...(br && { br }), ...(gzip && { gzip }) },
  }
}

/** The page names its files beside itself; it is served at many addresses, so it gets whole paths. */
function readPage(root: string, place: string): ConsoleFile {
  const text = readFileSync(place, 'utf8')
  const identity = Buffer.from(
    text.replace(
      /\b(src|href)="(?:\.|\/console)\//g,
      (_, name) => `${name}="${root}${CONSOLE_PATH}/`,
    ),
  )
  return {
    contentType: 'text/html; charset=utf-8',
    digest: digestOf(identity),
    bodies: { identity },
  }
}

function digestOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('base64url').slice(0, 27)
}
