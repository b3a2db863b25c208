import { flushCompileCache } from 'node:module'
import { join } from 'node:path'
import { wantedSinks } from '../server/audit-sink-settings.ts'
import { CREDENTIALS_FILE } from '../server/bootstrap.ts'
import { requireSinkFiles } from '../server/check-files.ts'
import { type Logger, makeLog } from '../server/log.ts'
import {
  type RunningServer,
  type SealedServer,
  StoppedWhileSealed,
  serve,
} from '../server/serve.ts'
import { readSettings } from '../server/settings.ts'
import type { Settings } from '../server/settings-table.ts'
import { type Command, type CommandIo, EXIT } from './command.ts'
import { sealWordsFor } from './seal-words.ts'
import { settingsHelp } from './settings-help.ts'

/** Runs the server until it is told to stop. */
export const serveCommand: Command = {
  help: () => `Usage: keyturn serve [FLAGS]\n\n${settingsHelp()}`,
  async run(args, terminal) {
    const { settings } = readSettings(args, terminal.environment)
    requireSinkFiles(settings)
    // Standard output may be a sink of the audit log, and then has nothing else.
    const isTaken = wantedSinks(settings).some(({ name }) => name === 'stdout')
    const io: CommandIo = isTaken ? { ...terminal, print: terminal.printError } : terminal
    const log = makeLog(settings['log-level'])
    // Asked before the start: whoever stops a server that is still starting gets a clean stop too.
    const stopped = stopSignal()
    const server = await startUnless(stopped, settings, log, io)
    if (server === undefined) {
      io.print('Stopped.')
      return EXIT.ok
    }
    io.print(welcome(server, settings))
    flushCompileCache()
    const why = await Promise.race([stopped, server.died])
    log.info({ why }, 'stopping')
    if (!STOP_SIGNALS.some((signal) => signal === why)) return exitAtOnce(io, why)
    const stopping = server.stop().then(() => undefined)
    const death = await Promise.race([stopping, server.died])
    if (death !== undefined) return exitAtOnce(io, death)
    io.print('Stopped.')
    return EXIT.ok
  },
}

/** The server, or undefined when it was told to stop before it was unsealed. */
async function startUnless(
  stopped: Promise<unknown>,
  settings: Settings,
  log: Logger,
  io: CommandIo,
): Promise<RunningServer | undefined> {
  const words = await sealWordsFor(io)
  const stopping = new AbortController()
  const stop = () => stopping.abort()
  stopped.then(stop, stop)
  const watch = {
    signal: stopping.signal,
    onSealed: ({ url }: SealedServer) => io.print(words.waiting(url)),
  }
  try {
    return await serve(settings, log, {}, watch)
  } catch (error) {
    if (error instanceof StoppedWhileSealed) return undefined
    throw error
  }
}

const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Nothing is waited for: whoever watches the server starts it again, and the store is whole. */
function exitAtOnce(io: CommandIo, why: string): never {
  io.printError(`keyturn: ${why}`)
  process.exit(EXIT.failed)
}

/** The first signal that asks the server to stop; a second one ends it at once. */
function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of STOP_SIGNALS) {
      process.once(signal, () => {
        resolve(signal)
        process.once(signal, () => process.exit(EXIT.failed))
      })
    }
  })
}

/** What is printed when the server runs. It tells where the secrets are, never what they are. */
function welcome(server: RunningServer, { identity, console }: Settings): string {
  const { url, directory, isFirstStart } = server
  const credentials = join(directory, CREDENTIALS_FILE)
  const made = isFirstStart ? ' (just made)' : ''
  return [
    `Keyturn listens on ${url}`,
    ...(console === 'on' ? [`  console            ${url}/console`] : []),
    `  reference          ${url}/docs`,
    `  data folder        ${directory}`,
    ...(server.workers === 1 ? [] : [`  workers            ${server.workers}`]),
    ...(identity === 'embedded' ? [`  first credentials  ${credentials}${made}`] : []),
    ...(server.advanceClock === undefined ? [] : ['  clock              virtual: it stands still']),
    '',
    'Ctrl-C stops it.',
  ].join('\n')
}
