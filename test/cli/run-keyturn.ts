import type { CommandIo } from '../../src/cli/command.ts'
import { run } from '../../src/cli/run.ts'

/** How a command ended, and what it printed. */
export interface Ended {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs a command in this process, with nothing of its environment, no terminal and no profiles. */
export async function runKeyturn(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  more: Partial<CommandIo> = {},
): Promise<Ended> {
  const out: string[] = []
  const err: string[] = []
  const code = await run(args, {
    environment: { XDG_CONFIG_HOME: '/nowhere', KEYTURN_DATA: '/nowhere', ...environment },
    print: (text) => out.push(text),
    printError: (text) => err.push(text),
    ...more,
  })
  return { code, out: out.join('\n'), err: err.join('\n') }
}
