/** Lets others have their turn between two pieces of a long walk: SQLite answers on this thread. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
