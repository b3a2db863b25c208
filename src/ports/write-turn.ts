/**
 * Lets one writer of this process at a time write to the store, whatever its thread, first come, first
 * served. SQLite itself makes writers wait by blocking their threads, and in no order.
 */
export interface WriteTurn {
  /** Fulfilled when it is one's turn; until {@link give} it is nobody else's. */
  readonly take: () => Promise<void>
  readonly give: () => void
}
