import { hostname } from 'node:os'
import { join } from 'node:path'
import { sinkBacklog } from '../../audit/sinks/sink-backlog.ts'
import { readPlaces } from '../../audit/sinks/sink-places.ts'
import { StreamSink } from '../../audit/sinks/stream-sink.ts'
import { auditFolders, auditPlace } from '../audit-chains.ts'
import { syslogPlace, type WantedSink, wantedSinks } from '../audit-sink-settings.ts'
import type { Settings } from '../settings-table.ts'
import { type Finding, failed, good, size, span } from './finding.ts'

/** How long a receiver may take to close its side. */
const PROBE_MS = 5000
/** A place is noted each half minute: so much is behind always. */
const USUAL_MS = 60_000

/** Whether the other sinks of the audit log can be reached, and how far they are behind. */
export async function checkSinks(settings: Settings, now: number): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for (const wanted of wantedSinks(settings)) {
    if (wanted.name === 'syslog') findings.push(await checkReceiver(settings, wanted))
    findings.push(await checkBacklog(settings, wanted, now))
  }
  return findings
}

/** Connects, sends nothing, and sees whether the other side closes properly: a receiver that refuses does not. */
async function checkReceiver(settings: Settings, wanted: WantedSink): Promise<Finding> {
  const about = 'audit receiver'
  const remedy =
    'see that it runs and takes connections from here; certificates: --audit-syslog-ca, -cert and -key'
  try {
    const place = syslogPlace(settings)
    if (place.kind === 'udp') {
      return {
        about,
        severity: 'note',
        found: `${settings['audit-syslog']}: whether it gets anything cannot be known`,
        means: 'a datagram may be lost and nobody is told',
        remedy: 'use syslog+tls:// or syslog+tcp:// if records must not be lost',
      }
    }
    const sink = new StreamSink(place, { host: hostname(), processId: process.pid })
    try {
      await sink.ready()
      const isKnown = await sink.settle(AbortSignal.timeout(PROBE_MS))
      if (isKnown) return good(about, `${settings['audit-syslog']} takes connections`)
    } finally {
      sink.reset()
    }
    return {
      about,
      severity: 'warning',
      found: `${settings['audit-syslog']} takes connections, but does not close its side when we do`,
      means: 'it hangs, or it never does; then nobody can know whether it has read everything',
      remedy: 'see that it reads; keyturn_audit_sink_failing says whether the server believes it',
    }
  } catch (error) {
    const found = failed(about, error, consequence(wanted), remedy)
    return { ...found, severity: severityOf(wanted) }
  }
}

async function checkBacklog(settings: Settings, wanted: WantedSink, now: number): Promise<Finding> {
  const about = `audit sink ${wanted.name}`
  const path = join(auditPlace(settings, 0).directory, `sink-${wanted.name}`)
  try {
    const places = readPlaces(path)
    if (places === undefined) {
      return {
        about,
        severity: 'note',
        found: 'it was never served',
        means: 'it gets what is written from the next start of the server on, and nothing older',
      }
    }
    const { bytes, oldestAt, missing } = await sinkBacklog(await auditFolders(settings), places)
    if (missing.length > 0) {
      const found = `${missing.join(', ')} is gone, and the sink does not have it`
      const remedy = `put it back; or remove ${path}: it then gets what is written from the next start on`
      return { ...failed(about, found, consequence(wanted), remedy), severity: severityOf(wanted) }
    }
    const waitedMs = oldestAt === undefined ? 0 : now - oldestAt
    const found = bytes === 0 ? 'has everything' : `${size(bytes)} behind, ${span(waitedMs)}`
    if (waitedMs <= Math.max(USUAL_MS, settings['audit-sink-lag-ms'])) return good(about, found)
    return {
      about,
      severity: severityOf(wanted),
      found,
      means: consequence(wanted),
      remedy: 'see whether the server runs; its log says why the sink takes nothing',
    }
  } catch (error) {
    const remedy = `whoever removes ${path} begins anew at the end of the log`
    return failed(about, error, 'the server does not start with it', remedy)
  }
}

function severityOf({ isRequired }: WantedSink): 'problem' | 'warning' {
  return isRequired ? 'problem' : 'warning'
}

function consequence({ isRequired }: WantedSink): string {
  return isRequired
    ? 'records are on this machine only, and calls are refused: the sink is required'
    : 'records are on this machine only'
}
