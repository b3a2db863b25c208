import type { Registry } from 'prom-client'
import type { EpochMs } from '../core/time.ts'
import { connectionFigures, newConnectionMemory } from '../http/open-connections.ts'
import { machineRegistry } from './machine-metrics.ts'
import { threadRegistry } from './metrics.ts'

/** A metric, as its page of documentation has it. */
export interface MetricRow {
  readonly name: string
  readonly kind: string
  readonly labels: readonly string[]
  readonly help: string
}

/** Every metric that a server can export, in the order of their names. */
export function metricsCatalog(): readonly MetricRow[] {
  const thread = threadRegistry({
    cache: { figures: () => ({ keys: 0, bytes: 0, hits: 0, misses: 0 }) },
    audit: { problem: () => undefined, figures: () => ({ records: 0, groups: 0, failures: 0 }) },
    isReady: () => true,
    revokedTokens: () => 0,
  })
  const machine = machineRegistry({
    keys: { tallies: async () => [], overdueRotations: async () => 0 },
    outbox: { backlog: async () => ({ waiting: 0, oldestAt: undefined }) },
    delivery: undefined,
    clockJumps: { back: 0, forward: 0, stopped: 0 },
    clock: { now: () => 0 as EpochMs },
    guardedClock: undefined,
    tokens: new Map(),
    certificate: '',
    auditSinks: () => [],
    isSealed: () => false,
    connections: () => connectionFigures(newConnectionMemory()),
  })
  thread.metrics.close()
  return [...rowsOf(thread.registry), ...rowsOf(machine)].sort((a, b) => (a.name < b.name ? -1 : 1))
}

function rowsOf(registry: Registry): readonly MetricRow[] {
  return registry.getMetricsAsArray().map((metric) => {
    // What the library keeps of a metric is not among its types.
    const { name, help, labelNames } = metric as unknown as {
      readonly name: string
      readonly help: string
      readonly labelNames: readonly string[]
    }
    return { name, help, labels: labelNames, kind: metric.constructor.name.toLowerCase() }
  })
}
