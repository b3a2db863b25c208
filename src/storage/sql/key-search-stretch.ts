import type { SelectQueryBuilder } from 'kysely'
import type { KeyId } from '../../core/ids.ts'
import type { SearchPlace } from '../../ports/key-table.ts'
import type { Database } from './schema.ts'

/** A key that may be found: its number, what it is sorted by, and 1 if it is found, otherwise 0. */
export interface Candidate {
  number: number
  id: string
  value: string | number | null
  matches: number
}

/** Candidates, in the order of a search when they are asked for so, from a place on. */
export type CandidateQuery = SelectQueryBuilder<Database, 'keys', Candidate>

/** A stretch of the order of a search. */
export interface Segment {
  /** Whether its keys have what they are sorted by. */
  readonly hasValues: boolean
  /** Whether every candidate is found. */
  readonly isExact: boolean
  readonly rows: (after: SearchPlace | undefined, limit: number) => Promise<readonly Candidate[]>
}

/** Candidates, piece by piece. */
export type Pieces = AsyncGenerator<readonly Candidate[], void>

/** All of a stretch that is in order of numbers. */
export async function* piecesByNumber({ rows }: Segment, size: number): Pieces {
  let last: SearchPlace | undefined
  for (;;) {
    const piece = await rows(last, size)
    yield piece
    const end = piece.at(-1)
    if (end === undefined || piece.length < size) return
    last = { number: end.number, id: end.id as KeyId, value: null }
  }
}
