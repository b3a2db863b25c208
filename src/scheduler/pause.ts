/**
 * Waits so many milliseconds, or until `signal` ends it; 0 lets others have their turn. It does not
 * keep the process alive.
 */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (ms <= 0) {
      setImmediate(resolve)
      return
    }
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms).unref()
    if (signal.aborted) end()
    else signal.addEventListener('abort', end)
  })
}
