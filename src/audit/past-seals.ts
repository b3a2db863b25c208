import type { PastRoot } from '../crypto/root-key.ts'

/** A head that a chain must have had, and who says so. */
export interface ExpectedHead {
  readonly records: number
  readonly head: Uint8Array
  /** For people: `a statement`. */
  readonly source: string
}

/**
 * Whether a dropped root key vouches for what a chain has up to a record: `before`, it stood there when the root
 * key was dropped; `open`, nobody could see then whether it did; `after`, it did not, and whoever made it has
 * the dropped root key.
 */
export type PastVerdict = 'before' | 'open' | 'after'

/** What there is to say of a seal or a checkpoint of a dropped root key at the record with this number. */
export function pastVerdict(past: PastRoot, chain: string, record: number): PastVerdict {
  const stood = past.chains.get(chain)
  if (stood === undefined) return 'after'
  if (record <= stood.count) return 'before'
  return stood.isOpen ? 'open' : 'after'
}

/** Heads that a chain had when root keys were dropped. */
export function headsAtDrops(past: readonly PastRoot[], chain: string): readonly ExpectedHead[] {
  return past.flatMap(({ id, chains }) => {
    const stood = chains.get(chain)
    if (stood === undefined || stood.count === 0) return []
    const source = `the note of where it stood when root key ${id} was dropped`
    return [{ records: stood.count, head: stood.head, source }]
  })
}
