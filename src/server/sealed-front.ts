import { Gauge, Registry } from 'prom-client'
import { errorReply, languageOf } from '../contract/error-body.ts'
import { fault } from '../core/fault.ts'
import { randomHex } from '../crypto/random.ts'
import { CLIENT_TIMES, type Listener, listen } from '../http/listener.ts'
import { newConnectionMemory, openConnections } from '../http/open-connections.ts'
import { answerProbe, isLocal, type Probes, textPage } from '../http/probes.ts'
import { pathOf } from '../http/request-target.ts'
import { connectionBounds } from './connection-bounds.ts'
import { readTls, urlOf } from './front.ts'
import { describeError, type Logger } from './log.ts'
import { METRICS_CONTENT_TYPE } from './metrics.ts'
import { SEALED_PAGE_POLICY, sealedPage } from './sealed-page.ts'
import { parseAddress } from './settings.ts'
import type { Settings } from './settings-table.ts'
import { watchTls } from './tls-files.ts'
import { version } from './version.ts'

/** Seconds after which a client may ask again. */
const RETRY_AFTER_SECONDS = 5
/** How long replies may take to be sent once the server is unsealed, in milliseconds. */
const DRAIN_MS = 1000

/** What answers while the server is sealed. */
export interface SealedFront {
  readonly url: string
  /** Host and port, as `--listen` has them. */
  readonly address: string
  readonly close: () => Promise<void>
}

/**
 * Listens where the server will, and tells everybody that it is sealed.
 *
 * @param what What `/readyz` says.
 */
export async function openSealedFront(
  settings: Settings,
  log: Logger,
  what = 'sealed',
): Promise<SealedFront> {
  const registry = sealedRegistry()
  const probes: Probes = {
    '/healthz': () => textPage(200, 'sealed\n'),
    '/readyz': () => textPage(503, `${what}\n`),
    '/metrics': async (request) =>
      isLocal(request)
        ? { status: 200, contentType: METRICS_CONTENT_TYPE, body: await registry.metrics() }
        : textPage(404, 'not here\n'),
  }
  const { host, port } = parseAddress(settings.listen)
  const newRequestId = () => randomHex(16)
  const listener: Listener = await listen({
    host,
    port,
    isShared: false,
    tls: await readTls(settings),
    connections: openConnections(newConnectionMemory(), connectionBounds(settings)),
    times: CLIENT_TIMES,
    onError: (error) =>
      log.error({ error: describeError(error) }, 'a connection could not be accepted'),
    lenientHeaders: settings['lenient-http-parser'],
    newRequestId,
    isLeaving: () => false,
    handle(request, response) {
      if (answerProbe(probes, request, response)) return
      // What a client sends is not read: its connection ends with the reply.
      response.shouldKeepAlive = false
      const { headers } = request
      const xLanguage = headers['x-language']
      const language = languageOf(
        typeof xLanguage === 'string' ? xLanguage : undefined,
        headers['accept-language'],
      )
      const requestId = newRequestId()
      const isIdentity = pathOf(request.url).startsWith('/v3/')
      const reply = errorReply(
        fault('sealed'),
        isIdentity ? 'identity' : 'kms',
        language,
        requestId,
      )
      const wantsPage = /\btext\/html\b/.test(headers.accept ?? '')
      const text = wantsPage ? sealedPage(language) : JSON.stringify(reply.body)
      response.writeHead(reply.status, {
        'Content-Type': wantsPage ? 'text/html; charset=utf-8' : 'application/json',
        ...(wantsPage && {
          'Content-Security-Policy': SEALED_PAGE_POLICY,
          Refresh: String(RETRY_AFTER_SECONDS),
        }),
        'Cache-Control': 'no-store',
        'Content-Length': Buffer.byteLength(text),
        'Retry-After': String(RETRY_AFTER_SECONDS),
        'X-Request-Id': requestId,
      })
      response.end(request.method === 'HEAD' ? undefined : text)
    },
  })
  const stopWatching = watchTls(settings, listener, log)
  const bracketed = listener.host.includes(':') ? `[${listener.host}]` : listener.host
  return {
    url: urlOf(listener, settings),
    address: `${bracketed}:${listener.port}`,
    async close() {
      stopWatching()
      await listener.drain(DRAIN_MS)
    },
  }
}

function sealedRegistry(): Registry {
  const registry = new Registry()
  const registers = [registry]
  new Gauge({
    name: 'keyturn_build_info',
    help: '1, with the version of the program.',
    labelNames: ['version'],
    registers,
  }).set({ version }, 1)
  new Gauge({
    name: 'keyturn_sealed',
    help: '1 while the root key is not at hand: then nobody is served.',
    registers,
  }).set(1)
  return registry
}
