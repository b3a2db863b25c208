import type { KeyRow } from '../../client/index.ts'
import { isRotatable, stateOf } from '../keys/key-facts.ts'

/** What importing would do to a key. */
export type ImportStanding =
  /** Its material is not brought. */
  | 'notExternal'
  /** It waits for its first material. */
  | 'waiting'
  /** Its material is gone, and only the same comes back. */
  | 'waitingSame'
  /** It has material, and takes the next, for a rotation. */
  | 'next'
  /** It has material, and takes no other. */
  | 'nothingMissing'

/** What importing would do to the key now. */
export function standingOf(row: KeyRow): ImportStanding {
  if (row.origin !== 'external') return 'notExternal'
  const state = stateOf(row)
  if (state === 'pendingImport')
    return row.primary_version === undefined ? 'waiting' : 'waitingSame'
  return state === 'enabled' && isRotatable(row.key_spec) ? 'next' : 'nothingMissing'
}
