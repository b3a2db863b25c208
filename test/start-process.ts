import { type ChildProcess, spawn } from 'node:child_process'

const MAIN = new URL('../bin/keyturn.mjs', import.meta.url).pathname

/** A server that runs as a process of its own. */
export interface ServerProcess {
  readonly child: ChildProcess
  readonly url: string
}

/** Starts `keyturn serve` on a data folder, and waits until it listens. It logs errors alone. */
export async function startProcess(
  directory: string,
  flags: readonly string[] = [],
): Promise<ServerProcess> {
  const args = [
    ...[MAIN, 'serve', '--listen', '127.0.0.1:0', '--data', directory],
    ...['--log-level', 'error', ...flags],
  ]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let printed = ''
  for await (const chunk of child.stdout ?? []) {
    printed += chunk
    const url = /listens on (\S+)/.exec(printed)?.[1]
    if (url !== undefined && printed.includes('Ctrl-C')) {
      child.stdout?.resume()
      return { child, url }
    }
  }
  throw new Error(`the server did not start: ${printed}`)
}
