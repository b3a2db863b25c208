import { makeLog } from '../../src/server/log.ts'
import { type RunningServer, serve } from '../../src/server/serve.ts'
import { readSettings } from '../../src/server/settings.ts'

/** A server in this process that may have to wait until its seal opens. */
export interface SealableServer {
  /** Fulfilled once it serves. */
  readonly running: Promise<RunningServer>
  /** Fulfilled with its address once it waits. */
  readonly sealed: Promise<string>
  /** Gives the wait up. */
  readonly stop: () => void
}

/** Starts a server on a data folder, with what its seal needs as flags. */
export function startSealable(data: string, flags: readonly string[]): SealableServer {
  const args = ['--listen', '127.0.0.1:0', '--data', data, '--log-level', 'error', ...flags]
  const { settings } = readSettings(args, {})
  const stopping = new AbortController()
  const sealed = Promise.withResolvers<string>()
  const running = serve(
    settings,
    makeLog('silent'),
    {},
    { onSealed: (server) => sealed.resolve(server.url), signal: stopping.signal },
  )
  running.catch(sealed.reject)
  return { running, sealed: sealed.promise, stop: () => stopping.abort() }
}
