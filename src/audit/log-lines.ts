import {
  closeSync,
  createReadStream,
  existsSync,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
} from 'node:fs'
import { type GroupSeal, isSealLine, parseFileName, parseSealLine } from './format.ts'

const LINE_FEED = 0x0a
/** Longest line that is read; ours are far shorter. */
const MAX_LINE_BYTES = 64 * 1024

/** A file of a log. */
export interface NamedFile {
  readonly name: string
  readonly chain: string
  readonly sequence: number
}

/** The files of a log in their order. */
export function filesOf(directory: string): readonly NamedFile[] {
  const names = existsSync(directory) ? readdirSync(directory) : []
  return names
    .flatMap((name) => {
      const parsed = parseFileName(name)
      return parsed === undefined ? [] : [{ name, ...parsed }]
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** The seal line that a closed file ends with. */
export function lastSealLine(path: string): GroupSeal | undefined {
  const fd = openSync(path, 'r')
  try {
    const { size } = fstatSync(fd)
    const end = Buffer.alloc(Math.min(size, MAX_LINE_BYTES))
    readSync(fd, end, 0, end.length, size - end.length)
    const lineStart = end.lastIndexOf(LINE_FEED, end.length - 2) + 1
    const line = end.toString('utf8', lineStart, end.length - 1)
    return isSealLine(line) ? parseSealLine(line) : undefined
  } finally {
    closeSync(fd)
  }
}

/** Lines of a file with their line feeds, as bytes: no other character ends one. */
export async function* linesOf(
  path: string,
  onBytes: ((bytes: number) => void) | undefined,
): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    onBytes?.(chunk.length)
    let bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    for (;;) {
      const end = bytes.indexOf(LINE_FEED)
      if (end < 0) break
      yield bytes.subarray(0, end + 1)
      bytes = bytes.subarray(end + 1)
    }
    if (bytes.length > MAX_LINE_BYTES) throw new Error(`${path} has a line that is too long`)
    rest = bytes
  }
  if (rest.length > 0) yield rest
}
