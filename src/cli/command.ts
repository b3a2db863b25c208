/** A command of the program. */
export interface Command {
  /** What `--help` prints. */
  readonly help: () => string
  /** Does the work; the answer is the exit code. */
  readonly run: (args: readonly string[], io: CommandIo) => Promise<number>
}

/** What a command reads and writes. */
export interface CommandIo {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly print: (text: string) => void
  readonly printError: (text: string) => void
  /** Writes over the last line of the terminal; undefined where nobody watches one. */
  readonly rewriteLine?: ((text: string) => void) | undefined
}

/** Something that whoever typed the command can put right; printed without a stack. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** Exit codes. */
export const EXIT = { ok: 0, failed: 1, usage: 2 } as const
