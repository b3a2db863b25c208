import { type FileHandle, open } from 'node:fs/promises'
import { release } from './release.ts'

/** Bytes that are read once, from the first to the last. */
export interface ByteSource {
  /** How many there are, where that is known. */
  readonly totalBytes: number | undefined
  /** Fills `target` from its start; the answer is less than its length only at the end. */
  readonly read: (target: Buffer) => Promise<number>
  readonly close: () => Promise<void>
}

/** The bytes of a file; one that grows meanwhile is read to its new end. */
export async function openFileSource(path: string): Promise<ByteSource> {
  const file = await open(path, 'r')
  try {
    const stats = await file.stat()
    if (stats.isDirectory()) throw new Error(`${path} is a directory`)
    return {
      totalBytes: stats.isFile() ? stats.size : undefined,
      read: (target) => fill(file, target),
      close: () => file.close(),
    }
  } catch (error) {
    await file.close()
    throw error
  }
}

async function fill(file: FileHandle, target: Buffer): Promise<number> {
  let filled = 0
  while (filled < target.length) {
    const { bytesRead } = await file.read(target, filled, target.length - filled, null)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return filled
}

/** The bytes of a stream, such as standard input; it hands its chunks over. */
export function streamSource(stream: AsyncIterable<Buffer>): ByteSource {
  const chunks = stream[Symbol.asyncIterator]()
  let chunk: Buffer | undefined
  let used = 0
  return {
    totalBytes: undefined,
    async read(target) {
      let filled = 0
      while (filled < target.length) {
        if (chunk === undefined) {
          const { value, done } = await chunks.next()
          if (done === true) break
          chunk = value
          used = 0
        }
        const copied = chunk.copy(target, filled, used)
        filled += copied
        used += copied
        if (used < chunk.length) continue
        release(chunk)
        chunk = undefined
      }
      return filled
    },
    async close() {
      await chunks.return?.()
    },
  }
}
