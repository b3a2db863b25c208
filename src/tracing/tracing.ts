import { AsyncLocalStorage } from 'node:async_hooks'
import type { IncomingMessage } from 'node:http'
import {
  type Context,
  type HrTime,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources'
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import { followWork, type TraceHook } from '../ports/trace.ts'
import { type ExporterOptions, otlpExporter } from './otlp-exporter.ts'

const KINDS = { internal: SpanKind.INTERNAL, client: SpanKind.CLIENT } as const
const SCOPE = 'keyturn'

/** How to trace. */
export interface TracingOptions extends ExporterOptions {
  readonly version: string
  readonly node: string
  /** Share of the traces that begin here, from 0 to 1; what a caller began goes as it says. */
  readonly sampleRatio: number
}

/** Where a request is: the span that work now under way belongs to, and what its times are told by. */
interface Place {
  readonly context: Context
  /**
   * Milliseconds of the epoch when this thread's `performance.now()` was nought, as the clock said
   * when the request came. All spans of a request go by it: each by the clock's own whole
   * milliseconds, work would seem to end after the request that waited for it.
   */
  readonly originMs: number
}

/** Follows the requests of a thread. */
export interface Tracing {
  /** Answers a request within a span of its own, beneath the caller's, if it has one. */
  readonly request: (request: IncomingMessage, answer: () => Promise<void>) => Promise<void>
  /** Notes what the request that is under way came to. */
  readonly note: (operation: string, status: number, requestId: string) => void
  /** The hook that follows all other work, and slow work of the ciphers. */
  readonly hook: TraceHook
  /** Sends what is left. */
  readonly close: () => Promise<void>
}

/**
 * Starts to trace this thread. Spans have names of operations and of kinds of work, statuses and
 * request ids: nothing of what requests, keys and credentials hold.
 */
export function startTracing(options: TracingOptions): Tracing {
  const { version, node, sampleRatio } = options
  const fixed = { 'service.name': SCOPE, 'service.version': version, 'service.instance.id': node }
  const provider = new TracerProvider({
    // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES weigh more.
    resource: resourceFromAttributes(fixed).merge(detectResources({ detectors: [envDetector] })),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(sampleRatio) }),
    spanProcessors: [new BatchSpanProcessor({ exporter: otlpExporter(options) })],
  })
  const tracer = provider.getTracer(SCOPE, version)
  const propagator = new W3CTraceContextPropagator()
  const current = new AsyncLocalStorage<Place>()

  const hook: TraceHook = {
    async run(name, kind, work) {
      const place = current.getStore()
      if (place === undefined) return work()
      const { context, originMs } = place
      const startTime = timeNow(originMs)
      const span = tracer.startSpan(name, { kind: KINDS[kind], startTime }, context)
      try {
        return await current.run({ context: trace.setSpan(context, span), originMs }, work)
      } catch (error) {
        span.setStatus({ code: SpanStatusCode.ERROR })
        // The kind of an error, never what it says.
        span.setAttribute('error.type', error instanceof Error ? error.name : 'unknown')
        throw error
      } finally {
        span.end(timeNow(originMs))
      }
    },
    headers() {
      const carrier: Record<string, string> = {}
      const place = current.getStore()
      if (place !== undefined) {
        propagator.inject(place.context, carrier, {
          set: (to: Record<string, string>, name, value) => {
            to[name] = value
          },
        })
      }
      return carrier
    },
  }
  followWork(hook)

  return {
    hook,
    async request(request, answer) {
      const parent = propagator.extract(ROOT_CONTEXT, request.headers, {
        get: (headers, name) => headers[name],
        keys: (headers) => Object.keys(headers),
      })
      const method = request.method ?? 'GET'
      const originMs = Date.now() - performance.now()
      const startTime = timeNow(originMs)
      const span = tracer.startSpan(method, { kind: SpanKind.SERVER, startTime }, parent)
      span.setAttribute('http.request.method', method)
      try {
        await current.run({ context: trace.setSpan(parent, span), originMs }, answer)
      } finally {
        span.end(timeNow(originMs))
      }
    },
    note(operation, status, requestId) {
      const place = current.getStore()
      const span = place && trace.getSpan(place.context)
      if (span === undefined) return
      span.updateName(operation)
      span.setAttributes({
        'keyturn.operation': operation,
        'keyturn.request_id': requestId,
        'http.response.status_code': status,
      })
      if (status >= 500) {
        span.setStatus({ code: SpanStatusCode.ERROR })
        span.setAttribute('error.type', String(status))
      }
    },
    async close() {
      followWork(undefined)
      // It rejects when the collector takes nothing, which has been told already.
      await provider.shutdown().catch(() => undefined)
    },
  }
}

/** The time by the clock of a request, in the form that spans have: seconds and nanoseconds. */
function timeNow(originMs: number): HrTime {
  const ms = originMs + performance.now()
  const seconds = Math.floor(ms / 1000)
  return [seconds, Math.floor((ms - seconds * 1000) * 1_000_000)]
}
