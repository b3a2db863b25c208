import { fork } from 'node:child_process'
import { TokenError } from '../ports/key-token.ts'
import {
  type NumberedOrder,
  parseReply,
  type TokenOrder,
  type TokenReply,
} from './token-protocol.ts'

/** Published, the entry is JavaScript; in the repository it is TypeScript. */
const ENTRY = new URL(`./token-process${import.meta.url.slice(-3)}`, import.meta.url)
const NODE_FLAGS = ['--experimental-ffi', '--disable-warning=ExperimentalWarning']
/** Variables that are ours or Node's: the first may hold secrets, the second change what the child does. */
const KEPT_BACK = /^(KEYTURN|NODE)_/

/** A process that holds a session with a token, from outside. It takes one order at a time. */
export interface TokenChild {
  /**
   * Its reply to an order.
   *
   * @throws {TokenError} `timeout` when it took too long: then it is killed; `failed` when it ended.
   */
  readonly ask: (order: TokenOrder) => Promise<TokenReply>
  /** Whether it has ended, or was told to. */
  readonly isOver: () => boolean
  /** Kills it. */
  readonly kill: () => void
}

interface Pending {
  readonly number: number
  readonly timer: NodeJS.Timeout
  readonly resolve: (reply: TokenReply) => void
  readonly reject: (error: TokenError) => void
}

/**
 * Starts a process for a token.
 *
 * @param environment Variables besides the server's own.
 */
export function startTokenChild(
  environment: Readonly<Record<string, string>>,
  timeoutMs: number,
): TokenChild {
  const inherited = Object.entries(process.env).filter(([name]) => !KEPT_BACK.test(name))
  const child = fork(ENTRY, [], {
    execArgv: NODE_FLAGS,
    env: { ...Object.fromEntries(inherited), ...environment },
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  // It does not keep the server alive; while an order is out, the timer does.
  child.unref()
  child.channel?.unref()

  let orders = 0
  let isOver = false
  let pending: Pending | undefined

  function settle(use: (order: Pending) => void): void {
    const order = pending
    if (order === undefined) return
    pending = undefined
    clearTimeout(order.timer)
    use(order)
  }

  function end(kind: 'timeout' | 'failed', message: string, cause?: Error): void {
    if (isOver) return
    isOver = true
    child.kill('SIGKILL')
    settle((order) => order.reject(new TokenError(kind, message, { cause })))
  }

  child.on('message', (message) => {
    const reply = parseReply(message)
    if (reply === undefined || reply.number !== pending?.number) {
      end('failed', 'the process of the token said what nobody asked for')
    } else {
      settle((order) => order.resolve(reply))
    }
  })
  child.on('exit', (code, signal) => {
    end('failed', `the process of the token ended (${signal ?? `exit code ${code}`})`)
  })
  child.on('error', (cause) => end('failed', 'the process of the token cannot be reached', cause))

  return {
    ask: (order) =>
      new Promise((resolve, reject) => {
        if (isOver) throw new TokenError('failed', 'the process of the token has ended')
        if (pending !== undefined) throw new Error('the process of the token is busy')
        const number = ++orders
        const late = () => {
          if (pending?.number === number) {
            end('timeout', `the token did not answer within ${timeoutMs} ms`)
          }
        }
        // A server that was itself held up finds the timer due first and the reply right after it.
        const timer = setTimeout(() => setImmediate(late), timeoutMs)
        pending = { number, timer, resolve, reject }
        child.send({ number, order } satisfies NumberedOrder, (cause) => {
          if (cause !== null) end('failed', 'the process of the token cannot be reached', cause)
        })
      }),
    isOver: () => isOver,
    kill: () => end('failed', 'the process of the token was ended'),
  }
}
