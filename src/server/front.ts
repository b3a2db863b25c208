import { readFile } from 'node:fs/promises'
import type { ApiKind } from '../contract/operation.ts'
import { randomHex } from '../crypto/random.ts'
import { answerConsole } from '../http/console-pages.ts'
import { answerDocument, makeDocuments } from '../http/documents.ts'
import { CLIENT_TIMES, type Listener, listen, type TlsFiles } from '../http/listener.ts'
import { openConnections } from '../http/open-connections.ts'
import { answer, type Pipeline } from '../http/pipeline.ts'
import { answerProbe, isLocal, type Probes, textPage } from '../http/probes.ts'
import { makeRateLimit } from '../http/rate-limit.ts'
import { makeRouter } from '../http/router.ts'
import { systemClock } from '../ports/clock.ts'
import { logAccess } from './access-log.ts'
import { connectionBounds } from './connection-bounds.ts'
import { consoleFiles } from './console-files.ts'
import { describeError } from './log.ts'
import { METRICS_CONTENT_TYPE } from './metrics.ts'
import { parseAddress } from './settings.ts'
import type { Settings } from './settings-table.ts'
import type { ThreadParts } from './thread-parts.ts'
import { watchTls } from './tls-files.ts'
import { version } from './version.ts'

/** What answers requests in one thread. */
export interface Front {
  readonly host: string
  readonly port: number
  /** Takes nothing new; fulfilled when what was under way is answered. */
  readonly drain: () => Promise<void>
}

/** Where a front listens, and what it cannot know by itself. */
export interface FrontOptions {
  /** Instead of the port in the settings. */
  readonly port?: number
  /** Whether other threads listen on the same port. */
  readonly isShared: boolean
  /** The page of figures about all threads. */
  readonly metricsPage: () => Promise<string>
}

/** What the page of health says besides while the clock is not believed. */
const CLOCK_DOUBTED = 'the clock is not believed: nothing is destroyed, and nothing expires\n'

/** Listens and answers. */
export async function openFront(parts: ThreadParts, options: FrontOptions): Promise<Front> {
  const { settings, log, deps, audit, identity, metrics, memory, slot, tracing } = parts
  const isLogged = settings['access-log'] === 'on'
  const publicUrl = settings['public-url']?.replace(/\/+$/, '')
  const apis: readonly ApiKind[] =
    identity.desk === undefined ? ['kms', 'keyturn'] : ['kms', 'keyturn', 'identity']
  const hasConsole = settings.console === 'on'
  const documents = makeDocuments({ version, serverUrl: publicUrl, apis }, hasConsole)
  const root = publicUrl === undefined ? '' : new URL(publicUrl).pathname.replace(/\/+$/, '')
  const loadConsole = consoleFiles(root)
  const newRequestId = () => randomHex(16)
  const pipeline: Pipeline = {
    deps,
    authenticator: identity.authenticator,
    audit,
    clock: systemClock,
    route: makeRouter(apis),
    limitRate: makeRateLimit(settings['rate-limit'], memory.buffers.allowances),
    newRequestId,
    publicUrl,
    observe(operation, status, startedAtMs, exchange) {
      memory.countRequest(slot)
      metrics.observe(operation, status, startedAtMs)
      tracing?.note(operation, status, exchange.context.requestId)
      if (isLogged) logAccess(log, exchange, operation, status, startedAtMs)
    },
    logDefect: (error, requestId, operation) =>
      log.error({ requestId, operation, error: describeError(error) }, 'request failed'),
  }
  const problem = () =>
    memory.isLeaving() ? 'stopping' : (audit.problem() ?? identity.authenticator.problem())
  const probes: Probes = {
    '/healthz': () => {
      const doubted = deps.guardedClock?.doubt() === undefined ? '' : CLOCK_DOUBTED
      const why = audit.problem()
      return textPage(
        200,
        `ok\n${doubted}${why === undefined ? '' : `${why}: calls are refused\n`}`,
      )
    },
    '/readyz': () => {
      const why = problem()
      return why === undefined ? textPage(200, 'ready\n') : textPage(503, `${why}\n`)
    },
    '/metrics': async (request) =>
      isLocal(request)
        ? { status: 200, contentType: METRICS_CONTENT_TYPE, body: await options.metricsPage() }
        : textPage(404, 'not here\n'),
  }
  const address = parseAddress(settings.listen)
  const listener = await listen({
    host: address.host,
    port: options.port ?? address.port,
    isShared: options.isShared,
    tls: await readTls(settings),
    connections: openConnections(memory.buffers.connections, connectionBounds(settings)),
    times: CLIENT_TIMES,
    onError: (error) =>
      log.error({ error: describeError(error) }, 'a connection could not be accepted'),
    lenientHeaders: settings['lenient-http-parser'],
    newRequestId,
    isLeaving: memory.isLeaving,
    handle(request, response) {
      if (answerProbe(probes, request, response)) return
      if (answerDocument(documents, request, response)) return
      if (hasConsole && answerConsole(loadConsole, root, request, response)) return
      const answering =
        tracing === undefined
          ? answer(pipeline, request, response)
          : tracing.request(request, () => answer(pipeline, request, response))
      answering.catch((error) => {
        log.error({ error: describeError(error) }, 'a reply could not be sent')
        response.destroy()
      })
    },
  })
  const stopWatching = watchTls(settings, listener, log)
  return {
    host: listener.host,
    port: listener.port,
    async drain() {
      stopWatching()
      await listener.drain(settings['drain-ms'])
    },
  }
}

/** URL by which a front is reached. */
export function urlOf({ host, port }: Pick<Listener, 'host' | 'port'>, settings: Settings): string {
  const scheme = settings['tls-cert'] === undefined ? 'http' : 'https'
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** Certificate and key that the settings name; undefined without TLS. */
export async function readTls(settings: Settings): Promise<TlsFiles | undefined> {
  const { 'tls-cert': certFile, 'tls-key': keyFile } = settings
  if (certFile === undefined || keyFile === undefined) return undefined
  return { cert: await readFile(certFile), key: await readFile(keyFile) }
}
