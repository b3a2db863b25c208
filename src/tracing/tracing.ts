import { AsyncLocalStorage } from 'node:async_hooks'
import type { IncomingMessage } from 'node:http'
import { type Context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
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
  const current = new AsyncLocalStorage<Context>()

  const hook: TraceHook = {
    async run(name, kind, work) {
      const parent = current.getStore()
      if (parent === undefined) return work()
      const span = tracer.startSpan(name, { kind: KINDS[kind] }, parent)
      try {
        return await current.run(trace.setSpan(parent, span), work)
      } catch (error) {
        span.setStatus({ code: SpanStatusCode.ERROR })
        // The kind of an error, never what it says.
        span.setAttribute('error.type', error instanceof Error ? error.name : 'unknown')
        throw error
      } finally {
        span.end()
      }
    },
    headers() {
      const carrier: Record<string, string> = {}
      const context = current.getStore()
      if (context !== undefined) {
        propagator.inject(context, carrier, {
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
      const span = tracer.startSpan(method, { kind: SpanKind.SERVER }, parent)
      span.setAttribute('http.request.method', method)
      try {
        await current.run(trace.setSpan(parent, span), answer)
      } finally {
        span.end()
      }
    },
    note(operation, status, requestId) {
      const context = current.getStore()
      const span = context && trace.getSpan(context)
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
