import { type Accessor, createContext, useContext } from 'solid-js'
import type { KeyRow } from '../../client/index.ts'

/** The key that a page is about. */
export interface CurrentKey {
  readonly row: Accessor<KeyRow>
  /** Fetches it again, after something changed it. */
  readonly refetch: () => Promise<void>
}

/** Gives the tabs of a key's page their key. */
export const CurrentKeyContext = createContext<CurrentKey>()

/** The key that the page is about. */
export function useCurrentKey(): CurrentKey {
  const current = useContext(CurrentKeyContext)
  if (current === undefined) throw new Error('no key is current here')
  return current
}
