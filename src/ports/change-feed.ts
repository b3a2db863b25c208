import type { EpochMs } from '../core/time.ts'

/** What kind of thing changed. */
export type ChangeKind =
  | 'key'
  | 'keystore'
  | 'tenant'
  | 'project'
  | 'user'
  | 'accessKey'
  | 'policy'
  | 'token'

/** One line of the change log. */
export interface Change {
  /** Grows with every change. */
  readonly number: number
  readonly kind: ChangeKind
  /** Id of what changed; a token's id for a revoked token. */
  readonly id: string
}

/** The change log: what a cache has to drop to be current. */
export interface ChangeFeed {
  /** Number of the newest change; 0 when there was none. */
  readonly latest: () => Promise<number>
  /** Changes after `number`, oldest first, at most `limit`. */
  readonly since: (number: number, limit: number) => Promise<readonly Change[]>
  /** Forgets changes made before `time`, but never the newest; answers how many. */
  readonly forget: (time: EpochMs) => Promise<number>
  /**
   * Tells of changes as they are committed, also by other nodes, where the engine can. What is told
   * is only that it is time to read: an event may stand for many changes, or for none.
   *
   * @param onLost The connection was lost, so events may have been missed; called again, and
   *   `onChange` after it, when there is a new one. The database may be another one by then, which
   *   took over and knows fewer changes: whoever remembers something drops it and begins anew at
   *   {@link latest}.
   * @returns What ends it.
   */
  readonly listen?: (onChange: () => void, onLost: () => void) => Promise<() => Promise<void>>
}
