import { addressBlock } from '../core/address-block.ts'
import { newTableKey, TABLE_KEY_BYTES, tableHash } from '../crypto/table-hash.ts'

/** Why a connection was cut off, in the order of their counts. */
export const CUT_REASONS = ['node', 'address', 'handshake', 'reader'] as const

/** One of {@link CUT_REASONS}. */
export type CutReason = (typeof CUT_REASONS)[number]

const OPEN_AT = 0
const HANDSHAKES_AT = 1
const CUTS_AT = 2
const TABLE_AT = CUTS_AT + CUT_REASONS.length
/**
 * Connections by address are counted in two places each, and the lower count holds: others would have to
 * meet an address in both to take from its allowance. Source: count-min sketch, Cormode and
 * Muthukrishnan 2005.
 */
const ROWS = 2
const COLUMNS = 32_768

/** Memory for the connections of a node, for all threads that accept them: 256 KiB, whoever connects. */
export function newConnectionMemory(): SharedArrayBuffer {
  const memory = new SharedArrayBuffer(TABLE_KEY_BYTES + 4 * (TABLE_AT + ROWS * COLUMNS))
  newTableKey(new Uint8Array(memory, 0, TABLE_KEY_BYTES))
  return memory
}

/** Bounds on the connections of a node. */
export interface ConnectionBounds {
  readonly maxOpen: number
  /** Most of one address; 0 for no bound. */
  readonly maxOfAddress: number
  /** Most whose TLS handshake is under way. */
  readonly maxHandshakes: number
}

/** The connections of a node, whichever of its threads has them. */
export interface OpenConnections {
  /** Takes a connection in: what to call once when it is closed, or why it must not be. */
  readonly enter: (address: string) => (() => void) | 'node' | 'address'
  /** Begins a handshake; false when too many are under way. */
  readonly beginHandshake: () => boolean
  readonly endHandshake: () => void
  readonly countCut: (reason: CutReason) => void
}

/** Figures about the connections of a node. */
export interface ConnectionFigures {
  readonly open: number
  readonly handshakes: number
  readonly cut: Readonly<Record<CutReason, number>>
}

/**
 * Counts connections within bounds.
 *
 * @param memory As {@link newConnectionMemory} made it.
 */
export function openConnections(
  memory: SharedArrayBuffer,
  { maxOpen, maxOfAddress, maxHandshakes }: ConnectionBounds,
): OpenConnections {
  const key = new Uint8Array(memory, 0, TABLE_KEY_BYTES)
  const counts = new Int32Array(memory, TABLE_KEY_BYTES)
  const add = (at: number, step: number): number => Atomics.add(counts, at, step) + step
  const leave = (places: readonly number[]): void => {
    for (const at of places) add(at, -1)
  }
  return {
    enter(address) {
      if (add(OPEN_AT, 1) > maxOpen) {
        add(OPEN_AT, -1)
        return 'node'
      }
      if (maxOfAddress === 0) return () => leave([OPEN_AT])
      const places = placesOf(tableHash(key, addressBlock(address)))
      const all = [OPEN_AT, ...places]
      if (Math.min(...places.map((at) => add(at, 1))) > maxOfAddress) {
        leave(all)
        return 'address'
      }
      return () => leave(all)
    },
    beginHandshake() {
      if (add(HANDSHAKES_AT, 1) <= maxHandshakes) return true
      add(HANDSHAKES_AT, -1)
      return false
    },
    endHandshake() {
      add(HANDSHAKES_AT, -1)
    },
    countCut(reason) {
      add(CUTS_AT + CUT_REASONS.indexOf(reason), 1)
    },
  }
}

/** How many connections there are, and how many were cut off since the start. */
export function connectionFigures(memory: SharedArrayBuffer): ConnectionFigures {
  const counts = new Int32Array(memory, TABLE_KEY_BYTES)
  const count = (at: number) => Atomics.load(counts, at)
  const cut = CUT_REASONS.map((reason, n) => [reason, count(CUTS_AT + n) >>> 0] as const)
  return {
    open: count(OPEN_AT),
    handshakes: count(HANDSHAKES_AT),
    cut: Object.fromEntries(cut) as Record<CutReason, number>, // each of them
  }
}

function placesOf(digest: Buffer): readonly number[] {
  return Array.from(
    { length: ROWS },
    (_, row) => TABLE_AT + row * COLUMNS + (digest.readUInt32LE(4 * row) % COLUMNS),
  )
}
