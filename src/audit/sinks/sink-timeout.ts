/** How long a sink may take for one step before it is taken for broken, in milliseconds. */
export const SINK_TIMEOUT_MS = 5000

/** Waits for `step`, but no longer than a sink may take. @throws {Error} when it takes longer */
export async function inTime<T>(step: Promise<T>, what: string): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => late.reject(new Error(`${what} took longer than ${SINK_TIMEOUT_MS / 1000} s`)),
    SINK_TIMEOUT_MS,
  )
  try {
    return await Promise.race([step, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
