import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { spawnTraced } from './write-trace.ts'

const MAIN = new URL('../../bin/keyturn.mjs', import.meta.url).pathname

/** A server whose calls are written down. */
export interface TracedServer {
  readonly url: string
  /** Asks it to stop, and waits. */
  readonly stop: () => Promise<void>
}

/** Starts `keyturn serve` with its calls traced, and waits until it listens. */
export async function startTraced(
  traceFile: string,
  directory: string,
  flags: readonly string[],
): Promise<TracedServer> {
  const child = spawnTraced(traceFile, [
    ...[process.execPath, MAIN, 'serve', '--listen', '127.0.0.1:0', '--data', directory],
    ...['--log-level', 'error', ...flags],
  ])
  const exited = once(child, 'exit')
  return {
    url: await listening(child),
    async stop() {
      // The tracer goes when what it traces goes.
      for (const pid of childrenOf(child)) process.kill(pid, 'SIGTERM')
      await exited
    },
  }
}

/** Runs a command of `keyturn` with its calls traced. @returns Its exit code. */
export async function runTraced(traceFile: string, args: readonly string[]): Promise<number> {
  const child = spawnTraced(traceFile, [process.execPath, MAIN, ...args])
  child.stdout?.resume()
  const [code] = await once(child, 'exit')
  return code ?? -1
}

async function listening({ stdout }: ChildProcess): Promise<string> {
  let printed = ''
  for await (const chunk of stdout?.iterator({ destroyOnReturn: false }) ?? []) {
    printed += chunk
    const url = /listens on (\S+)/.exec(printed)?.[1]
    if (url !== undefined && printed.includes('Ctrl-C')) {
      stdout?.resume()
      return url
    }
  }
  throw new Error(`the server did not start: ${printed}`)
}

function childrenOf({ pid }: ChildProcess): readonly number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
  return text.trim().split(/\s+/).map(Number)
}
