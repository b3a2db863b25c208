import { randomBytes } from 'node:crypto'
import { inspect } from 'node:util'

const HIDDEN = '[secret]'

/**
 * Bytes that must not leak: they print, serialise and compare as nothing. `lend` is the only way in,
 * so that a search for it lists every use.
 */
export class SecretBytes {
  readonly #bytes: Uint8Array

  /** Takes `bytes` over: the caller keeps no copy. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** `length` fresh bytes from the system's generator. */
  static random(length: number): SecretBytes {
    return new SecretBytes(randomBytes(length))
  }

  /** Length in bytes. */
  get length(): number {
    return this.#bytes.length
  }

  /** Lets `use` see the bytes. It must not keep them, nor hand them to what keeps them. */
  lend<T>(use: (bytes: Uint8Array) => T): T {
    return use(this.#bytes)
  }

  /** Overwrites the bytes. JavaScript cannot promise that no copy is left; this removes ours. */
  wipe(): void {
    this.#bytes.fill(0)
  }

  toJSON(): string {
    return HIDDEN
  }

  toString(): string {
    return HIDDEN
  }

  [inspect.custom](): string {
    return HIDDEN
  }
}
