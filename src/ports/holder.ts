import type { EpochMs } from '../core/time.ts'

/** A command that keeps others from what it works on. */
export interface Holder {
  /** Its words, without the name of the program. */
  readonly command: string
  readonly pid: number
  /** Name of the machine that it runs on. */
  readonly host: string
  /** When it began, where that is known. */
  readonly since: EpochMs | undefined
}

/** What a command says of itself when it takes hold of something. */
export type HolderName = Omit<Holder, 'since'>

/** Something is in the hands of another command; nothing was changed. */
export class HeldByAnother extends Error {
  override readonly name = 'HeldByAnother'
  /** Undefined when it did not say who it is, or has just ended. */
  readonly holder: Holder | undefined

  constructor(what: string, holder: Holder | undefined) {
    const by = holder === undefined ? 'another command' : holderText(holder)
    super(`${what} is held by ${by}`)
    this.holder = holder
  }
}

/** PostgreSQL keeps so many bytes of what a connection calls itself. */
const MAX_TEXT_BYTES = 63

/** A holder as one line, such as `keyturn: root rotate, 812@node-a`, in at most 63 bytes. */
export function holderText({ command, pid, host }: HolderName): string {
  return `keyturn: ${command}, ${pid}@${host}`.slice(0, MAX_TEXT_BYTES)
}

/** Reads what {@link holderText} wrote; undefined when it is something else. */
export function parseHolder(text: string, since: EpochMs | undefined): Holder | undefined {
  const [, command, pid, host] = /^keyturn: ([a-z ]+), (\d+)@(.+)$/.exec(text) ?? []
  if (command === undefined || host === undefined) return undefined
  return { command, pid: Number(pid), host, since }
}
