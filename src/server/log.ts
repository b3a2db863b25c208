import { type Logger, pino } from 'pino'
import { Fault } from '../core/fault.ts'

export type { Logger } from 'pino'

/**
 * The server's log: JSON lines on standard error, for standard output belongs to what commands
 * answer. An error is logged as name, message and stack, with its causes; nothing else of it.
 */
export function makeLog(level: string): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    pino.destination({ fd: 2, sync: true }),
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
