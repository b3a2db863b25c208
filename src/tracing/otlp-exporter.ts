import { type ExportResult, ExportResultCode } from '@opentelemetry/core'
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace'
import { otlpJson } from './otlp-json.ts'

/** How long a collector may take, in milliseconds. */
const TIMEOUT_MS = 10_000

/** Where spans go. */
export interface ExporterOptions {
  /** URL of the collector, path and all. */
  readonly url: string
  /** May have a secret: it is never logged. */
  readonly headers: Readonly<Record<string, string>>
  /** Told why spans were lost. */
  readonly failed: (reason: string) => void
}

/** Sends spans to a collector as OTLP in JSON. What it does not take is lost: traces are no record. */
export function otlpExporter({ url, headers, failed }: ExporterOptions): SpanExporter {
  const send = async (spans: readonly ReadableSpan[]): Promise<void> => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: otlpJson(spans),
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    await response.body?.cancel()
    if (!response.ok) throw new Error(`HTTP ${response.status}`)
  }
  return {
    export(spans: ReadableSpan[], done: (result: ExportResult) => void) {
      send(spans).then(
        () => done({ code: ExportResultCode.SUCCESS }),
        (error: unknown) => {
          failed(reasonOf(error))
          done({ code: ExportResultCode.FAILED })
        },
      )
    },
    shutdown: async () => undefined,
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'failed'
  const { cause } = error
  return cause instanceof Error && 'code' in cause ? String(cause.code) : error.message
}
