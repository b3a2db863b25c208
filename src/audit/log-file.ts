import {
  closeSync,
  constants,
  fdatasync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  writeSync,
} from 'node:fs'

/** A file that is only ever written at its end, whole pieces or nothing. */
export class LogFile {
  readonly path: string
  readonly #fd: number
  #length: number

  /** Opens a file for writing at its end, making it if there is none. */
  constructor(path: string) {
    this.path = path
    this.#fd = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND, 0o600)
    this.#length = fstatSync(this.#fd).size
  }

  /** Bytes in the file. */
  get length(): number {
    return this.#length
  }

  /** Writes `bytes` at the end; if that fails half-way, what was written is cut off again. */
  append(bytes: Uint8Array): void {
    let written = 0
    try {
      while (written < bytes.length) {
        written += writeSync(this.#fd, bytes, written, bytes.length - written)
      }
    } catch (cause) {
      ftruncateSync(this.#fd, this.#length)
      throw cause
    }
    this.#length += written
  }

  /** Brings what was written to the disk. */
  sync(): void {
    fdatasyncSync(this.#fd)
  }

  /** As {@link sync}, in the thread pool. */
  syncInBackground(done: (error: Error | null) => void): void {
    fdatasync(this.#fd, done)
  }

  close(): void {
    closeSync(this.#fd)
  }
}
