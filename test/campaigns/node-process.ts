import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, openSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const MAIN = new URL('../../bin/keyturn.mjs', import.meta.url).pathname
const START_TIMEOUT_MS = 120_000
const LOOK_EACH_MS = 20

/** How a node is started. */
export interface NodeOptions {
  readonly name: string
  /** Its own data folder. */
  readonly directory: string
  /** Flags besides listener, data folder and name. */
  readonly flags: readonly string[]
  /** Address to listen on; this machine's own without. */
  readonly host?: string
  /** Network namespace that it runs in. */
  readonly namespace?: string
  /** Script instead of the program itself; it takes the same arguments and prints the same. */
  readonly script?: string
  /** Variables besides those of this process. */
  readonly environment?: Readonly<Record<string, string>>
  /** Told the process as soon as there is one; what it returns is called once that is gone. */
  readonly watch?: (pid: number) => () => void
}

/** A node that runs as a process of its own. */
export interface NodeProcess {
  readonly name: string
  readonly directory: string
  readonly url: string
  /** Of the process; of `ip` where it runs in a namespace. */
  readonly pid: number
  /** Ends it without warning, and waits until it is gone. */
  readonly kill9: () => Promise<void>
  /** Asks it to stop and waits; answers its exit code. */
  readonly stop: () => Promise<number>
  /** What it wrote to its log. */
  readonly log: () => Promise<string>
  /** What it wrote to its standard output. */
  readonly output: () => Buffer
}

/**
 * Starts `keyturn serve` and waits until it listens. It goes when this process goes.
 *
 * @throws {NodeFailed} when it ends instead
 */
export async function startNode(options: NodeOptions): Promise<NodeProcess> {
  const { name, directory, namespace, host = '127.0.0.1' } = options
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const logFile = join(directory, 'node.txt')
  const loggedBefore = existsSync(logFile) ? (await readFile(logFile, 'utf8')).length : 0
  const command = [
    ...(namespace === undefined ? [] : ['ip', 'netns', 'exec', namespace]),
    ...[
      process.execPath,
      options.script ?? MAIN,
      'serve',
      '--listen',
      `${host}:0`,
      '--data',
      directory,
    ],
    // One user sends all there is.
    ...['--node-name', name, '--rate-limit', '0', ...options.flags],
  ]
  const child = spawn(command[0] ?? '', command.slice(1), {
    stdio: ['ignore', 'pipe', openSync(logFile, 'a')],
    // With this name of its script a server stops when its parent is gone, however that went.
    env: { ...process.env, ...options.environment, npm_lifecycle_event: 'start' },
  })
  const unwatch = options.watch?.(child.pid ?? 0)
  if (unwatch !== undefined) child.once('exit', unwatch)
  const log = () => readFile(logFile, 'utf8')
  const printed: Buffer[] = []
  child.stdout?.on('data', (chunk) => printed.push(chunk))
  const output = () => Buffer.concat(printed)
  // Where standard output is taken by audit records, it says so in the log.
  const said = async () => `${output()}${(await log()).slice(loggedBefore)}`
  const url = await listening(child, said)
  const end = async (signal: NodeJS.Signals): Promise<number> => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill(signal)
      await once(child, 'exit')
    }
    return child.exitCode ?? -1
  }
  return {
    name,
    directory,
    url,
    pid: child.pid ?? 0,
    log,
    output,
    kill9: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
  }
}

/** A node ended before it listened. */
export class NodeFailed extends Error {
  readonly exitCode: number | null
  constructor(exitCode: number | null, log: string) {
    super(`the node ended with ${exitCode}: ${log.slice(-2000)}`)
    this.exitCode = exitCode
  }
}

async function listening(child: ChildProcess, said: () => Promise<string>): Promise<string> {
  const timer = setTimeout(() => child.kill('SIGKILL'), START_TIMEOUT_MS)
  try {
    for (;;) {
      const isOver = child.exitCode !== null || child.signalCode !== null
      const text = await said()
      const url = /listens on (\S+)/.exec(text)?.[1]
      if (url !== undefined && text.includes('Ctrl-C')) return url
      if (isOver) throw new NodeFailed(child.exitCode, text)
      await sleep(LOOK_EACH_MS)
    }
  } finally {
    clearTimeout(timer)
  }
}

/** How a command is run. */
export interface RunOptions {
  /** Variables besides those of this process. */
  readonly environment?: Readonly<Record<string, string>>
  /** Told the process; what it returns is called at the end. */
  readonly watch?: (pid: number) => () => void
}

/** Runs a command of `keyturn` and answers its exit code and what it printed. */
export async function runKeyturn(
  args: readonly string[],
  options: RunOptions = {},
): Promise<{ readonly exitCode: number; readonly printed: string }> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.environment },
  })
  const unwatch = options.watch?.(child.pid ?? 0)
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      printed += chunk
    })
  }
  const [exitCode] = await once(child, 'close')
  unwatch?.()
  return { exitCode: exitCode ?? -1, printed }
}
