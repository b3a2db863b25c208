import type { Attributes, AttributeValue, HrTime } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'

/**
 * Spans as the body of a request to a collector.
 *
 * Source: OpenTelemetry Protocol 1.x, `ExportTraceServiceRequest` in its JSON form: ids are
 * hexadecimal, 64-bit integers are text.
 */
export function otlpJson(spans: readonly ReadableSpan[]): string {
  const [first] = spans
  if (first === undefined) return '{"resourceSpans":[]}'
  const { resource, instrumentationScope } = first
  const { name, version } = instrumentationScope
  return JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: attributesOf(resource.attributes) },
        scopeSpans: [{ scope: { name, version }, spans: spans.map(spanOf) }],
      },
    ],
  })
}

function spanOf(span: ReadableSpan) {
  const { traceId, spanId, traceState, traceFlags } = span.spanContext()
  return {
    traceId,
    spanId,
    parentSpanId: span.parentSpanContext?.spanId ?? '',
    traceState: traceState?.serialize() ?? '',
    flags: traceFlags,
    name: span.name,
    // The protocol counts kinds from 1: 0 is unspecified.
    kind: span.kind + 1,
    startTimeUnixNano: nanoseconds(span.startTime),
    endTimeUnixNano: nanoseconds(span.endTime),
    attributes: attributesOf(span.attributes),
    droppedAttributesCount: span.droppedAttributesCount,
    status: { code: span.status.code },
  }
}

function nanoseconds([seconds, nanos]: HrTime): string {
  return String(BigInt(seconds) * 1_000_000_000n + BigInt(nanos))
}

function attributesOf(attributes: Attributes) {
  return Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value: anyValue(value) }],
  )
}

function anyValue(value: AttributeValue): Readonly<Record<string, unknown>> {
  switch (typeof value) {
    case 'string':
      return { stringValue: value }
    case 'boolean':
      return { boolValue: value }
    case 'number':
      return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value }
    default:
      return { stringValue: JSON.stringify(value) }
  }
}
