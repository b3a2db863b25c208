import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { Counter, Gauge, Registry } from 'prom-client'
import type { SinkFigures } from '../audit/sinks/forwarder.ts'
import { LATE_AFTER_MS } from '../core/rotation.ts'
import type { EpochMs } from '../core/time.ts'
import { type ConnectionFigures, CUT_REASONS } from '../http/open-connections.ts'
import { type Clock, type GuardedClock, systemClock } from '../ports/clock.ts'
import type { EventOutbox } from '../ports/event-outbox.ts'
import type { KeyStore } from '../ports/key-store.ts'
import type { KeyToken } from '../ports/key-token.ts'
import type { ClockJumps } from './background.ts'
import { gaugesOf, type Metrics } from './metrics.ts'
import { tokenMetrics } from './token-metrics.ts'
import { version } from './version.ts'
import type { Delivery } from './webhook.ts'

/** Most overdue rotations, and events that wait, that are counted one by one. */
const MAX_COUNTED = 10_000

/** What is measured once for all threads. */
export interface MachineSources {
  readonly keys: Pick<KeyStore, 'tallies' | 'overdueRotations'>
  readonly outbox: Pick<EventOutbox, 'backlog'>
  readonly delivery: Pick<Delivery, 'figures'> | undefined
  readonly clockJumps: ClockJumps
  /** The time for keys. */
  readonly clock: Clock
  readonly guardedClock: GuardedClock | undefined
  readonly tokens: ReadonlyMap<string, Pick<KeyToken, 'memory'>>
  /** File of the certificate that is served; undefined without TLS. */
  readonly certificate: string | undefined
  readonly isSealed: () => boolean
  readonly auditSinks: () => readonly SinkFigures[]
  readonly connections: () => ConnectionFigures
}

/** Measures what there is once, whatever the number of threads. What the store knows is asked then. */
export function machineMetrics(sources: MachineSources): Pick<Metrics, 'snapshot'> {
  const registry = machineRegistry(sources)
  return { snapshot: () => registry.getMetricsAsJSON() }
}

/** The registry of {@link machineMetrics}. */
export function machineRegistry(sources: MachineSources): Registry {
  const { keys, clock, certificate, isSealed } = sources
  const registry = new Registry()
  const registers = [registry]
  const gauge = gaugesOf(registry)
  new Gauge({
    name: 'keyturn_build_info',
    help: '1, with the version of the program.',
    labelNames: ['version'],
    registers,
  }).set({ version }, 1)
  new Gauge({
    name: 'keyturn_keys',
    help: 'Keys, by state and key spec.',
    labelNames: ['state', 'spec'],
    registers,
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
    `Those of them that are more than ${LATE_AFTER_MS / 1000} s late; counted up to ${MAX_COUNTED}.`,
    () => keys.overdueRotations((clock.now() - LATE_AFTER_MS) as EpochMs, MAX_COUNTED),
  )
  gauge('keyturn_sealed', '1 while the root key is not at hand: then nobody is served.', () =>
    isSealed() ? 1 : 0,
  )
  new Counter({
    name: 'keyturn_clock_jumps_total',
    help: 'Times at which the clock of the system jumped, or stood still, by direction.',
    labelNames: ['direction'],
    registers,
    collect() {
      this.reset()
      this.inc({ direction: 'back' }, sources.clockJumps.back)
      this.inc({ direction: 'forward' }, sources.clockJumps.forward)
      this.inc({ direction: 'stopped' }, sources.clockJumps.stopped)
    },
  })
  const { guardedClock } = sources
  gauge(
    'keyturn_clock_doubted',
    '1 while the clock of the system is not believed: then nothing is destroyed, and nothing expires.',
    () => (guardedClock?.doubt() === undefined ? 0 : 1),
  )
  gauge(
    'keyturn_clock_ahead_seconds',
    'By how much the clock of the system is ahead of what has passed; negative when it is behind.',
    () => (guardedClock?.judge().aheadMs ?? 0) / 1000,
  )
  connectionMetrics(registry, sources)
  eventMetrics(registry, sources)
  sinkMetrics(registry, sources)
  tokenMetrics(registry, sources.tokens)
  if (certificate !== undefined) {
    gauge(
      'keyturn_tls_certificate_expiry_time_seconds',
      'When the certificate that is served expires, in seconds since 1970; 0 if it cannot be read.',
      () => expiryOf(certificate),
    )
  }
  gauge('process_resident_memory_bytes', 'Resident memory.', () => process.memoryUsage.rss())
  gauge('process_cpu_seconds', 'CPU time used so far.', () => {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1e6
  })
  gauge('process_uptime_seconds', 'Time since the start.', () => process.uptime())
  return registry
}

function connectionMetrics(registry: Registry, { connections }: MachineSources): void {
  const gauge = gaugesOf(registry)
  gauge('keyturn_connections', 'Connections that are open.', () => connections().open)
  gauge(
    'keyturn_tls_handshakes',
    'Connections whose TLS handshake is under way.',
    () => connections().handshakes,
  )
  new Counter({
    name: 'keyturn_connections_cut_total',
    help: 'Connections that were turned away (node, address: too many of them) or cut off (handshake: it took the place of others; reader: it did not take its reply), by reason.',
    labelNames: ['reason'],
    registers: [registry],
    collect() {
      this.reset()
      const { cut } = connections()
      for (const reason of CUT_REASONS) this.inc({ reason }, cut[reason])
    },
  })
}

function eventMetrics(registry: Registry, { outbox, delivery }: MachineSources): void {
  const gauge = gaugesOf(registry)
  gauge(
    'keyturn_events_waiting',
    `Events in the store that wait to be delivered; counted up to ${MAX_COUNTED}.`,
    async () => (await outbox.backlog(MAX_COUNTED)).waiting,
  )
  gauge(
    'keyturn_events_oldest_seconds',
    'For how long the oldest event waits to be delivered; 0 when none does.',
    async () => {
      const { oldestAt } = await outbox.backlog(1)
      return oldestAt === undefined ? 0 : Math.max(0, (systemClock.now() - oldestAt) / 1000)
    },
  )
  new Counter({
    name: 'keyturn_webhook_attempts_total',
    help: 'Attempts of this node to deliver an event, by outcome.',
    labelNames: ['outcome'],
    registers: [registry],
    collect() {
      this.reset()
      const { delivered, failed } = delivery?.figures() ?? { delivered: 0, failed: 0 }
      this.inc({ outcome: 'delivered' }, delivered)
      this.inc({ outcome: 'failed' }, failed)
    },
  })
  gauge('keyturn_webhook_gone', '1 when the receiver has said that it wants no more events.', () =>
    delivery?.figures().isGone === true ? 1 : 0,
  )
}

function sinkMetrics(registry: Registry, { auditSinks }: MachineSources): void {
  const labelled = { labelNames: ['sink'], registers: [registry] }
  new Gauge({
    ...labelled,
    name: 'keyturn_audit_sink_failing',
    help: '1 while an audit sink takes no records; where it is required, calls are then refused.',
    collect() {
      this.reset()
      for (const { name, isLate } of auditSinks()) this.set({ sink: name }, isLate ? 1 : 0)
    },
  })
  new Counter({
    ...labelled,
    name: 'keyturn_audit_sink_lines_total',
    help: 'Lines of the audit log that a sink took, with those that were sent again.',
    collect() {
      this.reset()
      for (const { name, lines } of auditSinks()) this.inc({ sink: name }, lines)
    },
  })
  new Counter({
    ...labelled,
    name: 'keyturn_audit_sink_failures_total',
    help: 'Times at which an audit sink could not be reached or broke off.',
    collect() {
      this.reset()
      for (const { name, failures } of auditSinks()) this.inc({ sink: name }, failures)
    },
  })
}

async function expiryOf(file: string): Promise<number> {
  try {
    return new X509Certificate(await readFile(file)).validToDate.getTime() / 1000
  } catch {
    return 0
  }
}
