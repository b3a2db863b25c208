import type { WriteTurn } from '../ports/write-turn.ts'

/** Length of the memory of a {@link ticketTurn}, in 32-bit words. */
export const TURN_WORDS = 2

const NEXT_TICKET = 0
const SERVING = 1

/**
 * A turn by tickets, in memory that threads share. Nobody's thread is blocked while it waits.
 *
 * @param words {@link TURN_WORDS} words that begin as zeros.
 */
export function ticketTurn(words: Int32Array<SharedArrayBuffer>): WriteTurn {
  // A thread has one ticket at a time, and its writers a line of their own: so few wait for each turn.
  let lastInLine: Promise<void> = Promise.resolve()
  let leave: () => void = () => undefined
  return {
    async take() {
      const before = lastInLine
      const mine = Promise.withResolvers<void>()
      lastInLine = mine.promise
      await before
      leave = mine.resolve
      const ticket = Atomics.add(words, NEXT_TICKET, 1)
      for (;;) {
        const serving = Atomics.load(words, SERVING)
        if (serving === ticket) return
        const waiting = Atomics.waitAsync(words, SERVING, serving)
        if (waiting.async) await waiting.value
      }
    },
    give() {
      const next = leave
      Atomics.add(words, SERVING, 1)
      Atomics.notify(words, SERVING)
      next()
    },
  }
}

/** A turn for a thread that shares its store with no other. */
export function ownTurn(): WriteTurn {
  return ticketTurn(new Int32Array(new SharedArrayBuffer(4 * TURN_WORDS)))
}
