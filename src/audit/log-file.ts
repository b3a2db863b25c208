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
  /** Whether behind its end there is part of a piece that could not be cut off. */
  #isTorn = false
  #syncing = 0
  #mustClose = false

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

  /**
   * Writes `bytes` at the end; if that fails half-way, what was written is cut off again. If that fails too,
   * nothing more is written until it could be.
   */
  append(bytes: Uint8Array): void {
    if (this.#isTorn) this.#cutOff()
    let written = 0
    try {
      while (written < bytes.length) {
        written += writeSync(this.#fd, bytes, written, bytes.length - written)
      }
    } catch (cause) {
      this.#isTorn = written > 0
      try {
        if (this.#isTorn) this.#cutOff()
      } catch {
        // The next piece tries again; what went wrong first is what is told.
      }
      throw cause
    }
    this.#length += written
  }

  #cutOff(): void {
    ftruncateSync(this.#fd, this.#length)
    this.#isTorn = false
  }

  /** Brings what was written to the disk. */
  sync(): void {
    fdatasyncSync(this.#fd)
  }

  /** As {@link sync}, in the thread pool. */
  syncInBackground(): Promise<void> {
    this.#syncing++
    return new Promise((resolve, reject) => {
      fdatasync(this.#fd, (error) => {
        this.#syncing--
        if (this.#mustClose && this.#syncing === 0) closeSync(this.#fd)
        if (error === null) resolve()
        else reject(error)
      })
    })
  }

  /** Closes the file, once nobody brings it to the disk any more. */
  close(): void {
    this.#mustClose = true
    if (this.#syncing === 0) closeSync(this.#fd)
  }
}
