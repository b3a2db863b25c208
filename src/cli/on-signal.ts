const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Runs `work`; if the process is told to stop meanwhile, `cleanUp` runs at once, and the process ends by
 * that signal as it would have anyway, so that a shell knows.
 */
export async function cleaningUp<T>(cleanUp: () => void, work: () => Promise<T>): Promise<T> {
  const stop = (signal: NodeJS.Signals) => {
    try {
      cleanUp()
    } finally {
      for (const name of SIGNALS) process.removeListener(name, stop)
      process.kill(process.pid, signal)
    }
  }
  for (const name of SIGNALS) process.on(name, stop)
  try {
    return await work()
  } finally {
    for (const name of SIGNALS) process.removeListener(name, stop)
  }
}
