import type { ByteSink } from './byte-sink.ts'
import type { ByteSource } from './byte-source.ts'
import { wipeAndRelease } from './release.ts'

const NOTHING = Buffer.alloc(0)
/** One piece is worked on while the next is read, and the one after the next. */
const BUFFERS = 3

/** What a pump moves, and how. */
export interface Pumping {
  readonly source: ByteSource
  readonly sink: ByteSink
  /** Length of the first piece in bytes; the last one may be shorter. */
  readonly firstBytes: number
  /** Length of the others in bytes. */
  readonly otherBytes: number
  /** Makes of a piece what is written. It must not keep the piece. */
  readonly work: (piece: Buffer, isLast: boolean) => readonly Uint8Array[]
  /** Told how many bytes were read and worked on since the last time. */
  readonly onBytes: (bytes: number) => void
}

/**
 * Cuts a source into pieces, of which at least one, maybe empty, and moves them to a sink. Reading goes
 * ahead while pieces are worked on and written.
 */
export async function pump(pumping: Pumping): Promise<void> {
  const { source, sink, firstBytes, otherBytes, work, onBytes } = pumping
  const buffers = Array.from({ length: BUFFERS }, () =>
    Buffer.allocUnsafeSlow(Math.max(firstBytes, otherBytes)),
  )
  const read = async (index: number, wanted: number): Promise<Buffer> => {
    const target = (buffers[index % BUFFERS] ?? NOTHING).subarray(0, wanted)
    return target.subarray(0, await source.read(target))
  }
  let reading: Promise<Buffer> = Promise.resolve(NOTHING)
  let writing: Promise<void> = Promise.resolve()
  try {
    let piece = await read(0, firstBytes)
    if (piece.length === firstBytes) reading = awaitedLater(read(1, otherBytes))
    for (let number = 0; ; number++) {
      const next = await reading
      const isLast = next.length === 0
      reading = awaitedLater(
        next.length === otherBytes ? read(number + 2, otherBytes) : Promise.resolve(NOTHING),
      )
      const parts = work(piece, isLast)
      onBytes(piece.length)
      await writing
      writing = awaitedLater(sink.write(parts).then(() => parts.forEach(wipeAndRelease)))
      if (isLast) break
      piece = next
    }
    await writing
  } finally {
    await Promise.allSettled([reading, writing])
    for (const buffer of buffers) buffer.fill(0)
  }
}

/** A promise that may fail while another is awaited: without this, that would end the process at once. */
function awaitedLater<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined)
  return promise
}
