import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import type { AuditSink, SinkLine } from './audit-sink.ts'
import { sinkText } from './sink-text.ts'
import { SINK_TIMEOUT_MS } from './sink-timeout.ts'

const STANDARD_OUTPUT = 1
/** What a pipe holds for a reader that may die. Source: pipe(7), "Pipe capacity". */
const PIPE_BYTES = 64 * 1024
const FULL_PAUSE_MS = 20

/** Standard output, or what `path` names: one line of JSON for each line of the log. */
export class OutputSink implements AuditSink {
  readonly settleAfterMs = 1000
  readonly unsureBytes = PIPE_BYTES
  readonly #path: string
  #descriptor: number | undefined
  #isLineCut = false

  /** Opens nothing yet. */
  constructor(path = '/dev/stdout') {
    this.#path = path
  }

  async ready(): Promise<void> {
    this.#descriptor ??= this.#open()
  }

  async send(lines: readonly SinkLine[]): Promise<number> {
    await this.ready()
    const text = lines.map((line) => `${sinkText(line)}\n`).join('')
    // A line that broke off in the middle comes again whole, on a line of its own.
    const bytes = Buffer.from(this.#isLineCut ? `\n${text}` : text)
    let sent = 0
    let movedAtMs = performance.now()
    while (sent < bytes.length) {
      const count = this.#write(bytes.subarray(sent))
      sent += count
      this.#isLineCut = sent === 0 ? this.#isLineCut : bytes[sent - 1] !== 0x0a
      if (count > 0) movedAtMs = performance.now()
      else if (performance.now() - movedAtMs > SINK_TIMEOUT_MS) {
        throw new Error('nobody reads it')
      } else await setTimeout(FULL_PAUSE_MS)
    }
    return bytes.length
  }

  async settle(): Promise<boolean> {
    return true
  }

  reset(): void {
    const descriptor = this.#descriptor
    this.#descriptor = undefined
    if (descriptor !== undefined && descriptor !== STANDARD_OUTPUT) closeSync(descriptor)
  }

  /**
   * Opened anew, so that it neither blocks us nor whoever else writes there, and so that a named pipe
   * whose reader comes back is found again. A socket cannot be: it is used as it is.
   */
  #open(): number {
    const isOurs = this.#path === '/dev/stdout'
    const mustShare = process.platform !== 'linux' || fstatSync(STANDARD_OUTPUT).isSocket()
    if (isOurs && mustShare) return STANDARD_OUTPUT
    return openSync(this.#path, constants.O_WRONLY | constants.O_APPEND | constants.O_NONBLOCK)
  }

  /** @returns How many bytes were written: 0 when there is no room now. */
  #write(bytes: Uint8Array): number {
    try {
      return writeSync(this.#descriptor ?? STANDARD_OUTPUT, bytes)
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return 0
      throw error
    }
  }
}
