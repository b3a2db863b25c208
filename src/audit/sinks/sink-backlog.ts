import { open, stat } from 'node:fs/promises'
import { type ChainFile, chainFiles } from '../chain-files.ts'
import type { ThreadFolder } from '../log-reader.ts'
import { lineTime } from '../record-line.ts'
import type { SinkPlaces } from './sink-places.ts'

/** More than any line has. */
const FIRST_LINES_BYTES = 64 * 1024

/** What the files hold that a sink is not known to have. */
export interface SinkBacklog {
  readonly bytes: number
  /** Time of the oldest of these records; undefined when there is none. */
  readonly oldestAt: number | undefined
  /** Files that are gone although the sink lacks them: `file N of chain X`. */
  readonly missing: readonly string[]
}

/** How far a sink is behind the log of a node. Reads sizes, and a line of each chain. */
export async function sinkBacklog(
  folders: readonly ThreadFolder[],
  places: SinkPlaces,
): Promise<SinkBacklog> {
  const files = (await Promise.all(folders.map(({ directory }) => chainFiles(directory)))).flat()
  const chains = Map.groupBy(files, ({ chain }) => chain)
  let bytes = 0
  let oldestAt: number | undefined
  const missing: string[] = []
  for (const [chain, ofChain] of chains) {
    const place = places.get(chain) ?? { sequence: ofChain[0]?.sequence ?? 1, offset: 0 }
    if (!ofChain.some(({ sequence }) => sequence === place.sequence)) {
      missing.push(`file ${place.sequence} of chain ${chain}`)
    }
    for (const file of ofChain.filter(({ sequence }) => sequence >= place.sequence)) {
      const from = file.sequence === place.sequence ? place.offset : 0
      const left = (await stat(file.path)).size - from
      if (left <= 0) continue
      bytes += left
      const at = await firstTime(file, from)
      if (at !== undefined && at < (oldestAt ?? Number.POSITIVE_INFINITY)) oldestAt = at
    }
  }
  return { bytes, oldestAt, missing }
}

async function firstTime({ path }: ChainFile, from: number): Promise<number | undefined> {
  const file = await open(path, 'r')
  try {
    const bytes = Buffer.allocUnsafe(FIRST_LINES_BYTES)
    const { bytesRead } = await file.read(bytes, 0, bytes.length, from)
    const lines = bytes.toString('utf8', 0, bytesRead).split('\n')
    return lines.map((line) => lineTime(line)).find((at) => at !== undefined)
  } finally {
    await file.close()
  }
}
