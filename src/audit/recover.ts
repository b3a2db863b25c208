import {
  closeSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import {
  CHAIN_START,
  fileName,
  type GroupSeal,
  isSealLine,
  parseFileName,
  parseSealLine,
} from './format.ts'

/** Where a chain stands. */
export interface ChainEnd {
  readonly chain: string
  readonly sequence: number
  /** Number of its last record. */
  readonly count: number
  readonly head: Uint8Array
  /** Bytes after the last seal line, which were moved out of the log. */
  readonly tornBytes: number
}

/** The newest chain in a folder and where it ends; undefined when there is none. */
export function findChainEnd(directory: string): ChainEnd | undefined {
  const files = readdirSync(directory)
    .map((name) => ({ name, parsed: parseFileName(name) }))
    .filter((file) => file.parsed !== undefined)
    .sort((a, b) => (a.parsed?.sequence ?? 0) - (b.parsed?.sequence ?? 0))
  const chains = new Set(files.map(({ parsed }) => parsed?.chain))
  if (chains.size > 1) {
    throw new Error(
      `${directory} holds the files of ${chains.size} audit chains: move the old away`,
    )
  }
  const newest = files.at(-1)
  if (newest?.parsed === undefined) return undefined
  const { chain, sequence } = newest.parsed
  const torn = cutTornTail(join(directory, newest.name))
  for (let at = sequence; at >= 1; at--) {
    const seal = lastSeal(join(directory, fileName(chain, at)))
    if (seal === undefined) continue
    return {
      chain,
      sequence,
      count: seal.n,
      head: Buffer.from(seal.hash, 'hex'),
      tornBytes: torn,
    }
  }
  return { chain, sequence, count: 0, head: CHAIN_START, tornBytes: torn }
}

/**
 * Moves what follows the last seal line into a file beside the log. No reply that left the server
 * depended on it: a group counts when its seal line is written.
 *
 * @returns How many bytes were moved.
 */
function cutTornTail(path: string): number {
  const content = readFileSync(path)
  const end = endOfLastSeal(content)
  const torn = content.subarray(end)
  if (torn.length === 0) return 0
  writeFileSync(`${path}.torn-${Date.now()}`, torn, { mode: 0o600, flush: true })
  truncateSync(path, end)
  const fd = openSync(path, 'r+')
  fsyncSync(fd)
  closeSync(fd)
  return torn.length
}

/** Offset after the last whole seal line; 0 when there is none. */
function endOfLastSeal(content: Buffer): number {
  let end = content.lastIndexOf(0x0a) + 1
  while (end > 0) {
    const start = content.lastIndexOf(0x0a, end - 2) + 1
    const line = content.toString('utf8', start, end - 1)
    if (isSealLine(line) && parseSealLine(line) !== undefined) return end
    end = start
  }
  return 0
}

function lastSeal(path: string): GroupSeal | undefined {
  const content = readFileSync(path)
  const end = endOfLastSeal(content)
  if (end === 0) return undefined
  const start = content.lastIndexOf(0x0a, end - 2) + 1
  return parseSealLine(content.toString('utf8', start, end - 1))
}
