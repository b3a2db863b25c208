import { closeSync, openSync, readSync } from 'node:fs'

/** Most bytes that are read of what is to be a secret, a certificate, settings or a policy. */
export const MAX_SMALL_BYTES = 1_048_576

const FIRST_BYTES = 16_384

/**
 * All bytes of a small file, a pipe, or a descriptor. What never ends, as `/dev/zero`, or a disk image by mistake,
 * is given up instead of filling the memory of the machine.
 *
 * @throws {Error} when it cannot be read, or has more than {@link MAX_SMALL_BYTES}
 */
export function readSmall(file: string | number): Buffer {
  const fd = typeof file === 'number' ? file : openSync(file, 'r')
  try {
    return readToEnd(fd)
  } finally {
    if (typeof file !== 'number') closeSync(fd)
  }
}

function readToEnd(fd: number): Buffer {
  let bytes = Buffer.alloc(FIRST_BYTES)
  let filled = 0
  for (;;) {
    const read = readSync(fd, bytes, filled, bytes.length - filled, null)
    if (read === 0) return bytes.subarray(0, filled)
    filled += read
    if (filled < bytes.length) continue
    if (filled >= MAX_SMALL_BYTES) {
      bytes.fill(0)
      throw new Error(`it has more than ${MAX_SMALL_BYTES} bytes`)
    }
    const more = Buffer.alloc(bytes.length * 2)
    bytes.copy(more)
    // It may be a secret.
    bytes.fill(0)
    bytes = more
  }
}
