import { type Logger, pino } from 'pino'
import { Fault } from '../core/fault.ts'

export type { Logger } from 'pino'

/** Bytes of lines that wait until the log can be written again; what comes then is dropped. */
const MAX_WAITING_BYTES = 2 ** 20

/**
 * The server's log: JSON lines on standard error, for standard output belongs to what commands
 * answer. An error is logged as name, message and stack, with its causes; nothing else of it.
 */
export function makeLog(level: string): Logger {
  // What cannot be written, as on a full disk, is kept, within bounds, and tried again with the next line.
  const destination = pino.destination({ fd: 2, sync: true, maxLength: MAX_WAITING_BYTES })
  // Without a listener a log that cannot be written would end the server.
  destination.on('error', () => undefined)
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  )
}

/** What the log says of an error: never its other members, which could hold anything. */
export function describeError(error: unknown): Readonly<Record<string, unknown>> {
  if (!(error instanceof Error)) return { message: 'something was thrown that is no error' }
  const name = error instanceof Fault ? `Fault ${error.kind}` : error.name
  return {
    name,
    message: error.message,
    stack: error.stack,
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  }
}
