import { promises as files } from 'node:fs'
import { join } from 'node:path'
import type { EpochMs } from '../core/time.ts'
import { parseFileName } from './format.ts'
import { readBytes } from './read-bytes.ts'
import { lineTime } from './record-line.ts'

const LINE_FEED = 0x0a
/** So much holds a few lines, whatever stands in them. */
const SAMPLE_BYTES = 8 * 1024
/** A stretch so short is read rather than cut in halves. */
const SHORT_BYTES = 64 * 1024

/** A file of a chain. */
export interface ChainFile {
  readonly path: string
  readonly chain: string
  readonly sequence: number
}

/** The files of the chain in a folder, the oldest first; none when there is no such folder. */
export async function chainFiles(directory: string): Promise<readonly ChainFile[]> {
  const found: ChainFile[] = []
  for (const name of await namesIn(directory)) {
    const parsed = parseFileName(name)
    if (parsed !== undefined) found.push({ path: join(directory, name), ...parsed })
  }
  return found.sort((one, two) => one.sequence - two.sequence)
}

/** A stretch of a chain: files, and where the last of them ends. */
export interface ChainStretch {
  readonly files: readonly ChainFile[]
  readonly end: number
}

/** A chain as far as it is there now. */
export async function wholeChain(chain: readonly ChainFile[]): Promise<ChainStretch> {
  const last = chain.at(-1)
  return { files: chain, end: last === undefined ? 0 : (await files.stat(last.path)).size }
}

/**
 * A chain as far as it is older than `to`, in a few reads however long it is. It takes times to grow
 * along the chain: what was written while the clock stood wrong may be missed.
 */
export async function chainBefore(chain: readonly ChainFile[], to: EpochMs): Promise<ChainStretch> {
  let older = 0
  let newer = chain.length
  while (older < newer) {
    const middle = (older + newer) >> 1
    const file = chain[middle]
    const sample = file && (await sampleAt(file.path, 0))
    if (sample === undefined || sample.at < to) older = middle + 1
    else newer = middle
  }
  const stretch = chain.slice(0, older)
  const last = stretch.at(-1)
  if (last === undefined) return { files: [], end: 0 }
  let from = 0
  let end = (await files.stat(last.path)).size
  while (end - from > SHORT_BYTES) {
    const middle = (from + end) >> 1
    const sample = await sampleAt(last.path, middle)
    if (sample === undefined || sample.begin >= end) break
    if (sample.at < to) from = sample.begin
    else end = sample.begin
  }
  return { files: stretch, end }
}

interface Sample {
  readonly at: EpochMs
  /** Where its line begins. */
  readonly begin: number
}

/** The first record that begins at or after an offset, if it is near. */
async function sampleAt(path: string, offset: number): Promise<Sample | undefined> {
  const bytes = await readBytes(path, offset, offset + SAMPLE_BYTES)
  let begin = offset === 0 ? 0 : bytes.indexOf(LINE_FEED) + 1
  if (offset > 0 && begin === 0) return undefined
  for (;;) {
    const end = bytes.indexOf(LINE_FEED, begin)
    if (end < 0) return undefined
    const at = lineTime(bytes.toString('utf8', begin, end))
    if (at !== undefined) return { at, begin: offset + begin }
    begin = end + 1
  }
}

async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return await files.readdir(directory)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}
