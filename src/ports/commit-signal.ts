/**
 * Tells everybody in this process, whatever their thread, that something was committed to the store:
 * who sees the count moved has to read the change log before it believes its cache.
 */
export interface CommitSignal {
  /** To be called after each commit, before anybody is told of it. */
  readonly announce: () => void
  /** How many commits were announced; only ever moves. */
  readonly count: () => number
}
