import { TokenError } from '../ports/key-token.ts'

/** A line of calls of which one runs at a time. */
export interface CallLine {
  /**
   * Runs `work` when the calls before it are done.
   *
   * @throws {TokenError} `timeout` when its turn does not come in time; `failed` when the line is closed.
   */
  readonly wait: <T>(work: () => Promise<T>) => Promise<T>
  /** Takes no more calls; fulfilled when those that wait are done. */
  readonly close: () => Promise<void>
}

/** An empty line, in which no call waits longer than `timeoutMs`. */
export function callLine(timeoutMs: number): CallLine {
  const waiting: (() => Promise<void>)[] = []
  const onceIdle: (() => void)[] = []
  let isBusy = false
  let isClosed = false

  async function run(): Promise<void> {
    if (isBusy) return
    isBusy = true
    for (let turn = waiting.shift(); turn !== undefined; turn = waiting.shift()) await turn()
    isBusy = false
    for (const tell of onceIdle.splice(0)) tell()
  }

  return {
    wait: (work) =>
      new Promise((resolve, reject) => {
        if (isClosed) throw new TokenError('failed', 'the token is closed')
        const turn = () => {
          clearTimeout(timer)
          return work().then(resolve, reject)
        }
        const timer = setTimeout(() => {
          waiting.splice(waiting.indexOf(turn), 1)
          reject(new TokenError('timeout', `the token had no time within ${timeoutMs} ms`))
        }, timeoutMs)
        waiting.push(turn)
        void run()
      }),
    close: () => {
      isClosed = true
      return new Promise((resolve) => {
        if (isBusy) onceIdle.push(resolve)
        else resolve()
      })
    },
  }
}
