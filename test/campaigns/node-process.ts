import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, openSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

const MAIN = new URL('../../bin/keyturn.mjs', import.meta.url).pathname
const START_TIMEOUT_MS = 120_000

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
    ...['--node-name', name, ...options.flags],
  ]
  const child = spawn(command[0] ?? '', command.slice(1), {
    stdio: ['ignore', 'pipe', openSync(logFile, 'a')],
    // With this name of its script a server stops when its parent is gone, however that went.
    env: { ...process.env, ...options.environment, npm_lifecycle_event: 'start' },
  })
  const log = () => readFile(logFile, 'utf8')
  const url = await listening(child, log)
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

async function listening(child: ChildProcess, log: () => Promise<string>): Promise<string> {
  const timer = setTimeout(() => child.kill('SIGKILL'), START_TIMEOUT_MS)
  const exited = once(child, 'exit')
  try {
    let printed = ''
    const { stdout } = child
    if (stdout === null) throw new Error('a node without standard output')
    for await (const chunk of stdout.iterator({ destroyOnReturn: false })) {
      printed += chunk
      const url = /listens on (\S+)/.exec(printed)?.[1]
      if (url !== undefined && printed.includes('Ctrl-C')) {
        stdout.resume()
        return url
      }
    }
    await exited
    throw new NodeFailed(child.exitCode, await log())
  } finally {
    clearTimeout(timer)
  }
}

/** Runs a command of `keyturn` and answers its exit code and what it printed. */
export async function runKeyturn(
  args: readonly string[],
): Promise<{ readonly exitCode: number; readonly printed: string }> {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      printed += chunk
    })
  }
  const [exitCode] = await once(child, 'close')
  return { exitCode: exitCode ?? -1, printed }
}
