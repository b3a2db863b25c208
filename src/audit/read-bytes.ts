import { promises as files } from 'node:fs'

/** The bytes of a file between two offsets, as far as they are there. */
export async function readBytes(path: string, begin: number, end: number): Promise<Buffer> {
  const bytes = Buffer.alloc(Math.max(0, end - begin))
  const file = await files.open(path)
  try {
    let length = 0
    while (length < bytes.length) {
      const { bytesRead } = await file.read(bytes, length, bytes.length - length, begin + length)
      if (bytesRead === 0) break
      length += bytesRead
    }
    return bytes.subarray(0, length)
  } finally {
    await file.close()
  }
}
