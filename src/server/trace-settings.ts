import { hostname } from 'node:os'
import { watchSlowWork } from '../crypto/slow-work.ts'
import type { Tracing, TracingOptions } from '../tracing/tracing.ts'
import type { Logger } from './log.ts'
import { SettingsError } from './settings.ts'
import type { Settings } from './settings-table.ts'
import { hasCredentials } from './url-credentials.ts'
import { version } from './version.ts'

/** How often it is logged at most that spans were lost, in milliseconds. */
const COMPLAIN_EVERY_MS = 60_000

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Starts to trace this thread, if the settings or the variables of OpenTelemetry name a collector.
 * Nothing of it is loaded otherwise.
 */
export async function openTracing(
  settings: Settings,
  log: Logger,
  environment: Environment = process.env,
): Promise<Tracing | undefined> {
  const url = tracesUrl(settings, environment)
  if (url === undefined) return undefined
  let complainedAtMs = Number.NEGATIVE_INFINITY
  const options: TracingOptions = {
    url,
    headers: parseHeaders(
      environment['OTEL_EXPORTER_OTLP_TRACES_HEADERS'] ?? environment['OTEL_EXPORTER_OTLP_HEADERS'],
    ),
    version,
    node: settings['node-name'] ?? hostname(),
    sampleRatio: settings['trace-percent'] / 100,
    failed(reason) {
      if (performance.now() - complainedAtMs < COMPLAIN_EVERY_MS) return
      complainedAtMs = performance.now()
      log.warn({ reason }, 'the collector does not take traces; they are lost')
    },
  }
  const { startTracing } = await import('../tracing/tracing.ts')
  const tracing = startTracing(options)
  watchSlowWork((name, work) => tracing.hook.run(name, 'internal', work))
  return {
    ...tracing,
    async close() {
      watchSlowWork(undefined)
      await tracing.close()
    },
  }
}

/**
 * Where spans go; undefined when nobody wants them.
 *
 * Source: OpenTelemetry specification, "OpenTelemetry Protocol Exporter", endpoint URLs for OTLP/HTTP.
 *
 * @throws {SettingsError} when it is no URL
 */
export function tracesUrl(settings: Settings, environment: Environment): string | undefined {
  if (environment['OTEL_SDK_DISABLED']?.toLowerCase() === 'true') return undefined
  const own = environment['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT']
  const base = settings['otlp-endpoint'] ?? environment['OTEL_EXPORTER_OTLP_ENDPOINT']
  const isOwn = settings['otlp-endpoint'] === undefined && own !== undefined && own !== ''
  const url = isOwn ? own : base && `${base.replace(/\/+$/, '')}/v1/traces`
  if (url === undefined || url === '') return undefined
  if (!/^https?:\/\/[^\s/]+/.test(url) || !URL.canParse(url)) {
    throw new SettingsError({
      en: '--otlp-endpoint must be a URL that begins with http:// or https://',
      zh: '--otlp-endpoint 必须是以 http:// 或 https:// 开头的 URL',
    })
  }
  if (!hasCredentials(new URL(url))) return url
  throw new SettingsError({
    en: '--otlp-endpoint must be a URL without user and password: set OTEL_EXPORTER_OTLP_HEADERS',
    zh: '--otlp-endpoint 的 URL 不能带用户名和密码：请设置 OTEL_EXPORTER_OTLP_HEADERS',
  })
}

/** `a=b,c=d`, percent-encoded. Source: as above, "Specifying headers via environment variables". */
function parseHeaders(text = ''): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {}
  for (const entry of text.split(',')) {
    const at = entry.indexOf('=')
    if (at <= 0) continue
    headers[entry.slice(0, at).trim().toLowerCase()] = decoded(entry.slice(at + 1).trim())
  }
  return headers
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
