import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/** A call for a client to make. */
export interface Order {
  readonly operation: string
  /** Parameters of path and query. */
  readonly fields?: Readonly<Record<string, unknown>>
  readonly body?: Readonly<Record<string, unknown>>
}

/** What came of it: an answer, a refusal, or a client that could not make anything of it. */
export interface Answer {
  readonly response?: unknown
  readonly error?: { readonly status: number; readonly code: string; readonly message: string }
  readonly failure?: string
  /** The client has no such operation. */
  readonly missing?: boolean
}

/** A client in another language, in a process of its own, that makes calls as it is told. */
export interface Bridge {
  readonly call: (order: Order) => Promise<Answer>
  readonly close: () => void
}

const TIMEOUT_MS = 60_000

/** Starts a client program: a JSON line in, a JSON line out. */
export function openBridge(
  command: readonly [string, ...string[]],
  environment: Readonly<Record<string, string>>,
): Bridge {
  const [program, ...args] = command
  const child: ChildProcess = spawn(program, args, {
    env: { ...process.env, ...environment },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const waiting: ((answer: Answer) => void)[] = []
  if (child.stdout === null || child.stdin === null) throw new Error('no pipes')
  const { stdin } = child
  createInterface({ input: child.stdout }).on('line', (line) => waiting.shift()?.(JSON.parse(line)))
  child.on('exit', (code) => {
    for (const resolve of waiting) resolve({ failure: `the client ended with code ${code}` })
  })
  return {
    call: (order) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => {
          resolve({ failure: 'the client did not answer in time' })
          child.kill('SIGKILL')
        }, TIMEOUT_MS)
        waiting.push((answer) => {
          clearTimeout(timer)
          resolve(answer)
        })
        stdin.write(`${JSON.stringify(order)}\n`)
      }),
    close: () => stdin.end(),
  }
}
