import { hostname } from 'node:os'
import type { AuditSink } from '../audit/sinks/audit-sink.ts'
import { DatagramSink } from '../audit/sinks/datagram-sink.ts'
import { Forwarder, type SinkFigures, type SinkState } from '../audit/sinks/forwarder.ts'
import { OutputSink } from '../audit/sinks/output-sink.ts'
import { StreamSink } from '../audit/sinks/stream-sink.ts'
import type { AuditLog } from '../ports/audit-log.ts'
import { systemClock } from '../ports/clock.ts'
import { auditFolders, auditPlace } from './audit-chains.ts'
import { OTHER_SINKS, type OtherSink, syslogPlace, wantedSinks } from './audit-sink-settings.ts'
import type { Logger } from './log.ts'
import type { MachineMemory } from './machine-memory.ts'
import type { Settings } from './settings-table.ts'

/** What brings the audit log of a node to its other sinks. */
export interface AuditSinks {
  readonly figures: () => readonly SinkFigures[]
  /** Sends what is left, if that goes, and ends. To be called when nothing is written any more. */
  readonly close: () => Promise<void>
}

/**
 * Begins to serve the sinks that the settings ask for, those of all threads from this one. To be
 * called before any thread opens its log.
 */
export async function startAuditSinks(
  settings: Settings,
  memory: Pick<MachineMemory, 'setLateSink'>,
  log: Logger,
): Promise<AuditSinks> {
  const forwarders: Forwarder[] = []
  for (const { name, isRequired } of wantedSinks(settings)) {
    const tell = (state: SinkState) => {
      if (isRequired) memory.setLateSink(OTHER_SINKS.indexOf(name), state.isLate)
      tellLog(log, state, isRequired)
    }
    forwarders.push(
      await Forwarder.start({
        name,
        sink: openSink(name, settings),
        directory: auditPlace(settings, 0).directory,
        folders: () => auditFolders(settings),
        clock: systemClock,
        lagMs: settings['audit-sink-lag-ms'],
        tell,
      }),
    )
  }
  return {
    figures: () => forwarders.map((forwarder) => forwarder.figures()),
    close: async () => {
      await Promise.all(forwarders.map((forwarder) => forwarder.close()))
    },
  }
}

/** A log that also has a problem while a required sink is late. What is appended meanwhile is kept for it. */
export function withSinks(audit: AuditLog, memory: Pick<MachineMemory, 'isSinkLate'>): AuditLog {
  return {
    problem: () => audit.problem() ?? lateSink(memory),
    append: (record) => audit.append(record),
    figures: () => audit.figures(),
    head: () => audit.head(),
    close: () => audit.close(),
  }
}

function lateSink(memory: Pick<MachineMemory, 'isSinkLate'>): string | undefined {
  const late = OTHER_SINKS.find((_, at) => memory.isSinkLate(at))
  return late && `the audit sink ${late} takes no records`
}

function openSink(name: OtherSink, settings: Settings): AuditSink {
  if (name === 'stdout') return new OutputSink()
  const sender = { host: settings['node-name'] ?? hostname(), processId: process.pid }
  const place = syslogPlace(settings)
  return place.kind === 'udp' ? new DatagramSink(place, sender) : new StreamSink(place, sender)
}

function tellLog(log: Logger, { name, isLate, problem }: SinkState, isRequired: boolean): void {
  const facts = { sink: name, problem }
  if (isLate && isRequired) log.error(facts, 'an audit sink takes no records: calls are refused')
  else if (isLate || problem !== undefined)
    log.warn(facts, 'an audit sink takes no records; they wait')
  else log.info(facts, 'an audit sink takes records again')
}
