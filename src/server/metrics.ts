import { monitorEventLoopDelay } from 'node:perf_hooks'
import { AggregatorRegistry, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { KeyCache } from '../app/key-cache.ts'
import type { OperationId } from '../contract/operations/index.ts'
import { isLate, LATE_AFTER_MS, type RotationEvent } from '../core/rotation.ts'
import type { AuditLog } from '../ports/audit-log.ts'
import { damagedRowsMet } from '../ports/row-guard.ts'
import { storageErrors } from '../ports/storage-error.ts'
import { RequestTally } from './request-tally.ts'

/** How often the event loop is looked at, in milliseconds. */
const LOOP_RESOLUTION_MS = 10

const LATENCY_BUCKETS_S = [0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5]

/** What a thread measures by itself. */
export interface ThreadSources {
  readonly cache: Pick<KeyCache, 'figures'>
  readonly audit: Pick<AuditLog, 'figures' | 'problem'>
  readonly isReady: () => boolean
  /** How many revoked tokens are kept in memory. */
  readonly revokedTokens: () => number
}

/** Figures of one registry, to be put together with those of others. */
export type MetricsSnapshot = Awaited<ReturnType<Registry['getMetricsAsJSON']>>

/** Figures about one thread for Prometheus. */
export interface Metrics {
  readonly observe: (operation: OperationId | 'none', status: number, startedAtMs: number) => void
  readonly countRotation: (event: RotationEvent) => void
  readonly countDestruction: () => void
  readonly snapshot: () => Promise<MetricsSnapshot>
  /** Stops measuring. */
  readonly close: () => void
}

/** Content type of a page of figures. */
export const METRICS_CONTENT_TYPE = Registry.PROMETHEUS_CONTENT_TYPE

/** The figures of all threads on one page, in Prometheus's text format: counts are added up. */
export function metricsPage(snapshots: readonly MetricsSnapshot[]): Promise<string> {
  return AggregatorRegistry.aggregate([...snapshots]).metrics()
}

/** Measures a thread. */
export function makeMetrics(sources: ThreadSources): Metrics {
  return threadRegistry(sources).metrics
}

/** As {@link makeMetrics}, with the registry. */
export function threadRegistry({ cache, audit, isReady, revokedTokens }: ThreadSources): {
  readonly registry: Registry
  readonly metrics: Metrics
} {
  const registry = new Registry()
  const registers = [registry]
  const tally = new RequestTally()
  new Counter({
    name: 'keyturn_requests_total',
    help: 'Requests answered, by operation and HTTP status.',
    labelNames: ['operation', 'status'],
    registers,
    collect() {
      tally.countInto(this)
    },
  })
  const seconds = new Histogram({
    name: 'keyturn_request_seconds',
    help: 'Time from the arrival of a request to its reply.',
    labelNames: ['operation'],
    buckets: LATENCY_BUCKETS_S,
    registers,
    collect() {
      tally.observeInto(this)
    },
  })
  const rotations = new Counter({
    name: 'keyturn_rotations_total',
    help: 'Rotations done by this process, by cause.',
    labelNames: ['cause'],
    registers,
  })
  const lateRotations = new Counter({
    name: 'keyturn_rotations_late_total',
    help: `Rotations done more than ${LATE_AFTER_MS / 1000} s after they were due.`,
    registers,
  })
  const destructions = new Counter({
    name: 'keyturn_keys_destroyed_total',
    help: 'Keys destroyed by this process when their waiting period was over.',
    registers,
  })
  const gauge = gaugesOf(registry)
  new Gauge({
    name: 'keyturn_ready',
    help: '1 while requests are served, by every thread.',
    aggregator: 'min',
    registers: [registry],
    collect() {
      this.set(isReady() ? 1 : 0)
    },
  })
  gauge('keyturn_cache_keys', 'Keys in the cache.', () => cache.figures().keys)
  gauge('keyturn_cache_bytes', 'Memory of the cache, by estimate.', () => cache.figures().bytes)
  gauge(
    'keyturn_cache_hits',
    'Look-ups that found the key in the cache.',
    () => cache.figures().hits,
  )
  gauge('keyturn_cache_misses', 'Look-ups that did not.', () => cache.figures().misses)
  gauge('keyturn_audit_records', 'Audit records written.', () => audit.figures().records)
  gauge('keyturn_audit_groups', 'Groups in which they were written.', () => audit.figures().groups)
  gauge('keyturn_audit_failures', 'Audit records refused.', () => audit.figures().failures)
  const highest = gaugesOf(registry, 'max')
  highest('keyturn_audit_failing', '1 while a thread cannot write its audit log.', () =>
    audit.problem() === undefined ? 0 : 1,
  )
  highest(
    'keyturn_revoked_tokens',
    'Revoked tokens that a thread keeps in memory: those of the last two days at most.',
    () => revokedTokens(),
  )
  gauge('keyturn_store_errors', 'Calls to the store that failed.', () => storageErrors())
  gauge(
    'keyturn_damaged_rows_met',
    'How often a row of the store was met that something else than Keyturn changed.',
    () => damagedRowsMet(),
  )
  gauge('keyturn_heap_bytes', 'Memory of JavaScript objects.', () => process.memoryUsage().heapUsed)
  const loop = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS })
  loop.enable()
  loopGauges(highest, loop)

  const metrics: Metrics = {
    observe(operation, status, startedAtMs) {
      const isFull = tally.note(operation, status, (performance.now() - startedAtMs) / 1000)
      if (isFull) tally.observeInto(seconds)
    },
    countRotation(event) {
      rotations.inc({ cause: event.cause })
      if (isLate(event)) lateRotations.inc()
    },
    countDestruction: () => destructions.inc(),
    snapshot: () => registry.getMetricsAsJSON(),
    close: () => loop.disable(),
  }
  return { registry, metrics }
}

type Lag = ReturnType<typeof monitorEventLoopDelay>

/** How long a thread's loop was late, of its measurements since it was asked last. */
function loopGauges(gauge: ReturnType<typeof gaugesOf>, loop: Lag): void {
  const seconds = (nanoseconds: number) =>
    Math.max(0, (nanoseconds - LOOP_RESOLUTION_MS * 1e6) / 1e9)
  gauge(
    'keyturn_loop_lag_p99_seconds',
    'How late the event loop of the slowest thread was, 99th percentile since it was last asked.',
    () => (loop.count === 0 ? 0 : seconds(loop.percentile(99))),
  )
  gauge(
    'keyturn_loop_lag_max_seconds',
    'How late the event loop of the slowest thread was at worst since it was last asked.',
    () => {
      const max = loop.count === 0 ? 0 : seconds(loop.max)
      loop.reset()
      return max
    },
  )
}

/** Makes gauges of a registry that are read when they are asked for. */
export function gaugesOf(registry: Registry, aggregator: 'sum' | 'max' | 'min' = 'sum') {
  return (name: string, help: string, read: () => number | Promise<number>) =>
    new Gauge({
      name,
      help,
      aggregator,
      registers: [registry],
      async collect() {
        this.set(await read())
      },
    })
}
