import { open } from 'node:fs/promises'
import { isSealLine, parseSealLine } from '../format.ts'

const LINE_FEED = 0x0a
const CHUNK_BYTES = 256 * 1024
/** A group that is longer is none of ours. */
const MAX_GROUP_BYTES = 64 * 1024 * 1024

/** Whole groups of a file. */
export interface ReadGroups {
  /** Without their line feeds. */
  readonly lines: readonly string[]
  /** Offset behind them. */
  readonly end: number
}

/**
 * Some whole groups of a log file from an offset on, none when there are none yet. They are on the
 * disk when they are returned: else a power cut could take a record that a sink already has, and the
 * next would bear its number.
 *
 * @throws {Error} when the file ends before the offset: somebody cut it
 */
export async function readGroups(path: string, offset: number): Promise<ReadGroups> {
  const file = await open(path, 'r+')
  try {
    const { size } = await file.stat()
    if (size < offset) throw new Error(`${path} was cut: it was longer than ${offset} bytes`)
    for (let length = CHUNK_BYTES; size > offset; length *= 2) {
      const bytes = Buffer.allocUnsafe(Math.min(length, size - offset))
      const { bytesRead } = await file.read(bytes, 0, bytes.length, offset)
      const content = bytes.subarray(0, bytesRead)
      const end = endOfLastGroup(content)
      if (end > 0) {
        await file.datasync()
        const lines = content.toString('utf8', 0, end - 1).split('\n')
        return { lines, end: offset + end }
      }
      if (length >= size - offset) break
      if (length > MAX_GROUP_BYTES) throw new Error(`${path}: no seal after offset ${offset}`)
    }
    return { lines: [], end: offset }
  } finally {
    await file.close()
  }
}

/** Where the last whole group of a file ends. */
export async function endOfGroups(path: string): Promise<number> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    for (let length = CHUNK_BYTES; ; length *= 2) {
      const begin = Math.max(0, size - length)
      const bytes = Buffer.allocUnsafe(size - begin)
      const { bytesRead } = await file.read(bytes, 0, bytes.length, begin)
      const end = endOfLastGroup(bytes.subarray(0, bytesRead))
      if (end > 0) return begin + end
      if (begin === 0) return 0
    }
  } finally {
    await file.close()
  }
}

/** Offset after the last whole seal line; 0 when there is none. */
function endOfLastGroup(content: Buffer): number {
  let end = content.lastIndexOf(LINE_FEED) + 1
  while (end > 0) {
    const start = end < 2 ? 0 : content.lastIndexOf(LINE_FEED, end - 2) + 1
    const line = content.toString('utf8', start, end - 1)
    if (isSealLine(line) && parseSealLine(line) !== undefined) return end
    end = start
  }
  return 0
}
