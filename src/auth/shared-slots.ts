const NEXT_TICKET = 0
const LEFT = 1
const WORDS = 2

/** Memory of {@link SharedSlots}, for all threads that share them. */
export function newSlots(): SharedArrayBuffer {
  return new SharedArrayBuffer(4 * WORDS)
}

/**
 * Lets a few through at a time, of all threads of a server together, in the order in which they came. Nobody's
 * thread is blocked while it waits. Every ticket has to be used: a thread that ends with one open ends the server.
 */
export class SharedSlots {
  readonly #words: Int32Array<SharedArrayBuffer>
  readonly #width: number

  /**
   * @param width Most that are inside at a time, the same in every thread.
   * @param memory As {@link newSlots} made it.
   */
  constructor(width: number, memory: SharedArrayBuffer) {
    this.#width = width
    this.#words = new Int32Array(memory)
  }

  /** Does `work` when its turn has come. */
  async pass<T>(work: () => Promise<T>): Promise<T> {
    const ticket = Atomics.add(this.#words, NEXT_TICKET, 1)
    for (;;) {
      const left = Atomics.load(this.#words, LEFT)
      // As a difference of 32 bits, for both go round.
      if (((ticket - left) | 0) < this.#width) break
      const waiting = Atomics.waitAsync(this.#words, LEFT, left)
      if (waiting.async) await waiting.value
    }
    try {
      return await work()
    } finally {
      Atomics.add(this.#words, LEFT, 1)
      // All look, for the one whose turn it is may be any of them.
      Atomics.notify(this.#words, LEFT)
    }
  }
}
