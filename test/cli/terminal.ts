import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout } from 'node:timers/promises'

const LOOK_EVERY_MS = 20
const WAIT_MS = 30_000

/** A shell in a terminal, as somebody sits at it. */
export interface Terminal {
  /** Types; `\r` is Enter, `\t` Tab, `\u0003` Ctrl-C. */
  readonly type: (text: string) => void
  /** Waits until `pattern` is in what appeared since the last time; answers all of that. */
  readonly until: (pattern: RegExp) => Promise<string>
  /** All that ever appeared, with what drives the terminal. */
  readonly screen: () => string
  readonly close: () => Promise<void>
}

/**
 * Starts a program in a pseudo-terminal of 120 columns, made by `script` of util-linux.
 *
 * @param command As a shell takes it.
 */
export function openTerminal(
  command: string,
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Terminal {
  const child: ChildProcess = spawn(
    'script',
    [
      '--quiet',
      '--flush',
      '--return',
      '--command',
      `stty cols 120 rows 50; exec ${command}`,
      '/dev/null',
    ],
    { cwd: options.cwd, env: { ...options.env, TERM: 'xterm-256color' } },
  )
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  let text = ''
  let seen = 0
  child.stdout?.setEncoding('utf8')
  child.stdout?.on('data', (chunk: string) => {
    text += chunk
  })
  child.stdin?.on('error', () => undefined) // what was typed after the end
  return {
    type: (typed) => void child.stdin?.write(typed),
    async until(pattern) {
      const deadlineMs = performance.now() + WAIT_MS
      for (;;) {
        const rest = text.slice(seen)
        const match = pattern.exec(rest)
        if (match !== null) {
          const end = match.index + match[0].length
          seen += end
          return rest.slice(0, end)
        }
        if (performance.now() > deadlineMs || child.exitCode !== null) {
          throw new Error(`no ${pattern} appeared; the screen shows:\n${rest}`)
        }
        await setTimeout(LOOK_EVERY_MS)
      }
    },
    screen: () => text,
    async close() {
      child.stdin?.end()
      child.kill('SIGHUP')
      await ended
    },
  }
}
