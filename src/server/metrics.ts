import { AggregatorRegistry, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { KeyCache } from '../app/key-cache.ts'
import type { OperationId } from '../contract/operations/index.ts'
import { isLate, LATE_AFTER_MS, type RotationEvent } from '../core/rotation.ts'
import type { EpochMs } from '../core/time.ts'
import type { AuditLog } from '../ports/audit-log.ts'
import type { Clock } from '../ports/clock.ts'
import type { KeyStore } from '../ports/key-store.ts'
import { RequestTally } from './request-tally.ts'

/** Most overdue rotations that are counted one by one. */
const MAX_COUNTED = 10_000

const LATENCY_BUCKETS_S = [0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5]

/** What a thread measures by itself. */
export interface ThreadSources {
  readonly cache: KeyCache
  readonly audit: AuditLog
  readonly isReady: () => boolean
}

/** What is measured once for all threads. */
export interface MachineSources {
  readonly keys: KeyStore
  readonly clock: Clock
}

/** Figures of one registry, to be put together with those of others. */
export type MetricsSnapshot = Awaited<ReturnType<Registry['getMetricsAsJSON']>>

/** Figures about one thread for Prometheus. */
export interface Metrics {
  readonly observe: (operation: OperationId | 'none', status: number, startedAtMs: number) => void
  readonly countRotation: (event: RotationEvent) => void
  readonly countDestruction: () => void
  readonly snapshot: () => Promise<MetricsSnapshot>
}

/** Content type of a page of figures. */
export const METRICS_CONTENT_TYPE = Registry.PROMETHEUS_CONTENT_TYPE

/** The figures of all threads on one page, in Prometheus's text format: counts are added up. */
export function metricsPage(snapshots: readonly MetricsSnapshot[]): Promise<string> {
  return AggregatorRegistry.aggregate([...snapshots]).metrics()
}

/** Measures a thread. */
export function makeMetrics({ cache, audit, isReady }: ThreadSources): Metrics {
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

  return {
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
  }
}

/** Measures what there is once, whatever the number of threads. What the store knows is asked then. */
export function machineMetrics({ keys, clock }: MachineSources): Pick<Metrics, 'snapshot'> {
  const registry = new Registry()
  const gauge = gaugesOf(registry)
  new Gauge({
    name: 'keyturn_keys',
    help: 'Keys, by state and key spec.',
    labelNames: ['state', 'spec'],
    registers: [registry],
    async collect() {
      this.reset()
      for (const tally of await keys.tallies(undefined)) {
        this.inc({ state: tally.state, spec: tally.spec }, tally.keys)
      }
    },
  })
  gauge('keyturn_rotations_due', 'Automatic rotations that are due and not done.', () =>
    keys.overdueRotations(clock.now(), MAX_COUNTED),
  )
  gauge(
    'keyturn_rotations_overdue',
    `Those of them that are more than ${LATE_AFTER_MS / 1000} s late.`,
    () => keys.overdueRotations((clock.now() - LATE_AFTER_MS) as EpochMs, MAX_COUNTED),
  )
  gauge('process_resident_memory_bytes', 'Resident memory.', () => process.memoryUsage.rss())
  gauge('process_cpu_seconds', 'CPU time used so far.', () => {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1e6
  })
  gauge('process_uptime_seconds', 'Time since the start.', () => process.uptime())
  return { snapshot: () => registry.getMetricsAsJSON() }
}

function gaugesOf(registry: Registry) {
  return (name: string, help: string, read: () => number | Promise<number>) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      async collect() {
        this.set(await read())
      },
    })
}
