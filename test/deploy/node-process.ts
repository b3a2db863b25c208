import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

const MAIN = new URL('../../bin/keyturn.mjs', import.meta.url).pathname

/** A server in a process of its own, as in production. */
export interface NodeProcess {
  /** Tells it to stop and answers its exit code once it has. */
  readonly stop: () => Promise<number | null>
  /** What it has printed and logged. */
  readonly output: () => string
}

/** Starts `keyturn serve` with flags; fulfilled when it serves. */
export async function startNode(flags: readonly string[]): Promise<NodeProcess> {
  const child = spawn(process.execPath, [MAIN, 'serve', '--log-level', 'info', ...flags], {
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const serves = Promise.withResolvers<void>()
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      if (output.includes('Ctrl-C stops it.')) serves.resolve()
    })
  }
  child.once('exit', () => serves.reject(new Error(`it did not start: ${output}`)))
  await serves.promise
  return {
    output: () => output,
    stop: () => endOf(child),
  }
}

async function endOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null) return child.exitCode
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const [code] = await ended
  return code
}
