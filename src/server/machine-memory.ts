import { newSlots } from '../auth/shared-slots.ts'
import { newSignInFailures } from '../auth/sign-in-throttle.ts'
import { newConnectionMemory } from '../http/open-connections.ts'
import { newAllowances } from '../http/rate-limit.ts'
import type { CommitSignal } from '../ports/commit-signal.ts'
import type { WriteTurn } from '../ports/write-turn.ts'
import { TURN_WORDS, ticketTurn } from '../storage/ticket-turn.ts'
import { newClockMemory } from './guarded-clock.ts'

/** Words of a cache line: what one thread writes all the time does not share one with others. */
const LINE_WORDS = 16
const COMMITS_AT = 0
const LEAVING_AT = 1
const LATE_SINKS_AT = 2
const TURN_AT = LINE_WORDS
const REQUESTS_AT = 2 * LINE_WORDS

/** Memory that the threads of one server share: by it they know of one another. */
export interface MachineMemory {
  /** To be handed to other threads, which make their own view of it. */
  readonly buffers: MachineBuffers
  /** How many threads other than the main one serve requests; 0 when that one does. */
  readonly workers: number
  readonly commits: CommitSignal
  readonly turn: WriteTurn
  /** Counts a request that the thread of this slot has answered. */
  readonly countRequest: (slot: number) => void
  /** How many requests all threads have answered. */
  readonly requestsServed: () => number
  /** Says that the server is about to stop: whoever watches it sends its clients elsewhere. */
  readonly beginLeaving: () => void
  readonly isLeaving: () => boolean
  /** Says whether calls are refused because of the audit sink with this number, 0 to 30. */
  readonly setLateSink: (sink: number, isLate: boolean) => void
  readonly isSinkLate: (sink: number) => boolean
}

/** What {@link MachineMemory} is a view of. */
export interface MachineBuffers {
  readonly counters: SharedArrayBuffer
  /** What principals may still call: of `http/rate-limit`. */
  readonly allowances: SharedArrayBuffer
  /** Who failed to sign in: of `auth/sign-in-throttle`. */
  readonly signInFailures: SharedArrayBuffer
  /** Turns at hashing passwords: of `auth/shared-slots`. */
  readonly hashing: SharedArrayBuffer
  /** Connections of all threads: of `http/open-connections`. */
  readonly connections: SharedArrayBuffer
  /** What is thought of the clock: of `guarded-clock`. */
  readonly clock: SharedArrayBuffer
}

/** Fresh memory for the main thread, which has slot 0, and so many workers, which have the next. */
export function newMachineMemory(workers: number): MachineMemory {
  const counters = new SharedArrayBuffer(4 * (REQUESTS_AT + (1 + workers) * LINE_WORDS))
  return machineMemory({
    counters,
    allowances: newAllowances(),
    signInFailures: newSignInFailures(),
    hashing: newSlots(),
    connections: newConnectionMemory(),
    clock: newClockMemory(),
  })
}

/** A view of memory that another thread has made. */
export function machineMemory(buffers: MachineBuffers): MachineMemory {
  const words = new Int32Array(buffers.counters)
  return {
    buffers,
    workers: (words.length - REQUESTS_AT) / LINE_WORDS - 1,
    commits: {
      announce() {
        Atomics.add(words, COMMITS_AT, 1)
      },
      count: () => Atomics.load(words, COMMITS_AT),
    },
    turn: ticketTurn(words.subarray(TURN_AT, TURN_AT + TURN_WORDS)),
    countRequest(slot) {
      const at = REQUESTS_AT + slot * LINE_WORDS
      words[at] = (words[at] ?? 0) + 1 // nobody else writes it
    },
    requestsServed() {
      let sum = 0
      for (let at = REQUESTS_AT; at < words.length; at += LINE_WORDS) {
        sum += (words[at] ?? 0) >>> 0
      }
      return sum
    },
    beginLeaving() {
      Atomics.store(words, LEAVING_AT, 1)
    },
    isLeaving: () => Atomics.load(words, LEAVING_AT) === 1,
    setLateSink(sink, isLate) {
      if (isLate) Atomics.or(words, LATE_SINKS_AT, 1 << sink)
      else Atomics.and(words, LATE_SINKS_AT, ~(1 << sink))
    },
    isSinkLate: (sink) => (Atomics.load(words, LATE_SINKS_AT) & (1 << sink)) !== 0,
  }
}
