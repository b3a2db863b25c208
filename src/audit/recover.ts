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
import { syncFolderAtOnce } from '../files/sync-path.ts'
import {
  CHAIN_START,
  fileName,
  groupHash,
  isSealLine,
  parseFileName,
  parseSealLine,
} from './format.ts'

const LINE_FEED = 0x0a

/** Where a chain stands. */
export interface ChainEnd {
  readonly chain: string
  readonly sequence: number
  /** Number of its last record. */
  readonly count: number
  readonly head: Uint8Array
  /** Bytes after that, which were moved out of the log. */
  readonly tornBytes: number
}

/** A file of a chain. */
export interface NewestFile {
  readonly chain: string
  readonly sequence: number
}

/** The newest file of the chain in a folder; undefined when there is none. */
export function findNewestFile(directory: string): NewestFile | undefined {
  const files = readdirSync(directory)
    .map((name) => parseFileName(name))
    .filter((file) => file !== undefined)
    .sort((a, b) => a.sequence - b.sequence)
  const chains = new Set(files.map(({ chain }) => chain))
  if (chains.size > 1) {
    throw new Error(
      `${directory} holds the files of ${chains.size} audit chains: move the old away`,
    )
  }
  return files.at(-1)
}

/**
 * Where a chain ends, once what a crash left of it is out of the way. Files before the newest were on the
 * disk before it was begun, and so was all that a checkpoint vouches for. What comes after may lack any part
 * when the power went: of it that counts which goes on from there without a gap.
 *
 * @param vouched Number of the last record that a checkpoint vouches for; 0 when there is none. What was
 *   done to records up to it is for verification to tell, and stays.
 */
export function recoverChainEnd(
  directory: string,
  { chain, sequence }: NewestFile,
  vouched: number,
): ChainEnd {
  const path = join(directory, fileName(chain, sequence))
  const content = readFileSync(path)
  const last = lastGroup(directory, { chain, sequence }, content, vouched)
  cutTail(directory, path, content, last.end)
  const tornBytes = content.length - last.end
  return { chain, sequence, count: last.count, head: last.head, tornBytes }
}

/**
 * Where a chain ends now, as {@link recoverChainEnd} finds it; changes nothing, and whoever writes the chain
 * may go on.
 */
export function readChainEnd(
  directory: string,
  newest: NewestFile,
  vouched: number,
): Pick<ChainEnd, 'count' | 'head'> {
  const content = readFileSync(join(directory, fileName(newest.chain, newest.sequence)))
  const { count, head } = lastGroup(directory, newest, content, vouched)
  return { count, head }
}

function lastGroup(
  directory: string,
  { chain, sequence }: NewestFile,
  content: Buffer,
  vouched: number,
): GroupEnd {
  const start = lastSealUpTo(content, vouched) ?? {
    ...endBefore(directory, chain, sequence),
    end: 0,
  }
  return followGroups(chain, content, start)
}

/** A place between two groups, and its offset in the newest file. */
interface GroupEnd {
  readonly count: number
  readonly head: Uint8Array
  readonly end: number
}

/** The end of the files before one. */
function endBefore(directory: string, chain: string, sequence: number): Omit<GroupEnd, 'end'> {
  for (let at = sequence - 1; at >= 1; at--) {
    const content = readFileSync(join(directory, fileName(chain, at)))
    const last = lastSealUpTo(content, Number.POSITIVE_INFINITY)
    if (last !== undefined) return last
  }
  return { count: 0, head: CHAIN_START }
}

/** The last whole seal line for no record beyond `vouched`; undefined when there is none. */
function lastSealUpTo(content: Buffer, vouched: number): GroupEnd | undefined {
  let end = content.lastIndexOf(LINE_FEED) + 1
  while (end > 0) {
    const start = end < 2 ? 0 : content.lastIndexOf(LINE_FEED, end - 2) + 1
    const line = content.toString('utf8', start, end - 1)
    const seal = isSealLine(line) ? parseSealLine(line) : undefined
    if (seal !== undefined && seal.n <= vouched) {
      return { count: seal.n, head: Buffer.from(seal.hash, 'hex'), end }
    }
    end = start
  }
  return undefined
}

/** Goes on from a place for as long as each group follows from the one before. */
function followGroups(chain: string, content: Buffer, from: GroupEnd): GroupEnd {
  let last = from
  let records = 0
  for (let start = from.end; ; ) {
    const end = content.indexOf(LINE_FEED, start) + 1
    if (end === 0) return last
    const line = content.toString('utf8', start, end - 1)
    if (isSealLine(line)) {
      const seal = parseSealLine(line)
      const lines = content.subarray(last.end, start)
      const head = groupHash(chain, last.head, lines, seal?.form)
      const isNext =
        seal !== undefined &&
        seal.count === records &&
        seal.n === last.count + records &&
        seal.hash === head.toString('hex')
      if (!isNext) return last
      last = { count: seal.n, head, end }
      records = 0
    } else records++
    start = end
  }
}

/**
 * Moves what is after `end` into a file beside the log, and brings what is left to the disk: it is gone
 * on from. A killed process leaves there at most what no reply had depended on; a power cut, where the log
 * reaches the disk once a second, also records of that second.
 */
function cutTail(directory: string, path: string, content: Buffer, end: number): void {
  if (end < content.length) {
    const torn = `${path}.torn-${Date.now()}`
    writeFileSync(torn, content.subarray(end), { mode: 0o600, flush: true })
    syncFolderAtOnce(directory)
    truncateSync(path, end)
  }
  const fd = openSync(path, 'r+')
  fsyncSync(fd)
  closeSync(fd)
}
