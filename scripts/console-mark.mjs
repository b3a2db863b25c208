// Tells whether the console that was built is what its sources say. Plain JavaScript for any Node.js:
// it runs before the one that the project brings along.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Folder of the project. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url))
/** Where the console is built to. */
export const BUILT = join(ROOT, 'dist', 'console')
/** Beside it: digests of the files that it was built from, by their paths. */
export const MARK = join(ROOT, 'dist', 'console-built-from.json')

/** The digest of a file; undefined when there is none. */
export function digestOf(path) {
  const place = join(ROOT, path)
  if (!existsSync(place)) return undefined
  return createHash('sha256').update(readFileSync(place)).digest('base64url')
}

/** Whether the console has to be built: there is none, or a file that it was built from is another. */
export function isStale() {
  if (!existsSync(join(BUILT, 'index.html')) || !existsSync(MARK)) return true
  try {
    const files = Object.entries(JSON.parse(readFileSync(MARK, 'utf8')))
    return files.some(([path, digest]) => digestOf(path) !== digest)
  } catch {
    return true
  }
}
