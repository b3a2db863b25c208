import type { OperationId } from '../contract/operations/index.ts'

/** A command of the program. */
export interface Command {
  /** What `--help` prints. */
  readonly help: () => string
  /** Does the work; the answer is the exit code. */
  readonly run: (args: readonly string[], io: CommandIo) => Promise<number>
}

/** A command, before it is loaded. */
export interface CommandEntry {
  /** The words that call it. */
  readonly words: string
  /** One line for the list of commands. */
  readonly summary: string
  /** The operation that it calls, if it does nothing else. */
  readonly operation?: OperationId
  /** A command is loaded when it is called: none waits for the code of the others. */
  readonly load: () => Promise<Command>
}

/** What a command reads and writes. */
export interface CommandIo {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly print: (text: string) => void
  readonly printError: (text: string) => void
  /** Writes over the last line of the terminal; undefined where nobody watches one. */
  readonly rewriteLine?: ((text: string) => void) | undefined
  /** Whether somebody reads on a terminal what is printed. */
  readonly isWatched?: boolean
  /** Whether what is printed may be coloured. */
  readonly isColourful?: boolean
  /** Asks somebody at a terminal; undefined where nobody can answer. */
  readonly ask?: Ask | undefined
}

/** Asks for a line; of a secret, nothing is shown while it is typed. */
export type Ask = (question: string, kind: 'shown' | 'secret') => Promise<string>

/** Exit codes. */
export const EXIT = {
  ok: 0,
  /** Refused, or it went wrong. */
  failed: 1,
  /** Called wrongly. */
  usage: 2,
  /** Not signed in, or not allowed. */
  forbidden: 3,
  /** There is no such thing. */
  absent: 4,
  /** The server, or the way to it, did not do its part: later it may. */
  unavailable: 5,
} as const
