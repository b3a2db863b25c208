import { isSealLine } from '../format.ts'
import { lineTime } from '../record-line.ts'
import type { SinkLine } from './audit-sink.ts'
import { sinkText } from './sink-text.ts'

/** Facility "log audit". Source: RFC 5424 §6.2.1. */
const FACILITY = 13
const SEVERITY = { error: 3, notice: 5, informational: 6 } as const

/** Who sends messages. */
export interface SyslogSender {
  readonly host: string
  readonly processId: number
}

/**
 * A line of the audit log as a syslog message: `<PRI>1 TIMESTAMP HOSTNAME keyturn PROCID MSGID - MSG`.
 * MSGID is `record` or `seal`, MSG the text of `sinkText`. A refused call is a notice, one that
 * failed on our side an error. Source: RFC 5424 §6.
 */
export function syslogMessage(sender: SyslogSender, line: SinkLine): Buffer {
  const isSeal = isSealLine(line.text)
  const at = lineTime(line.text)
  const time = at === undefined ? '-' : new Date(at).toISOString()
  const priority = FACILITY * 8 + SEVERITY[isSeal ? 'informational' : severityOf(line.text)]
  const header = `<${priority}>1 ${time} ${hostField(sender.host)} keyturn ${sender.processId}`
  return Buffer.from(`${header} ${isSeal ? 'seal' : 'record'} - ${sinkText(line)}`)
}

/** A message with its length before it: `LENGTH SP MESSAGE`. Source: RFC 6587 §3.4.1, RFC 5425 §4.3. */
export function countedFrame(message: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`${message.length} `), message])
}

function severityOf(text: string): keyof typeof SEVERITY {
  const status = Number(/,"status":(\d{1,3})[,}]/.exec(text)?.[1])
  if (status >= 500) return 'error'
  return status >= 400 ? 'notice' : 'informational'
}

/** HOSTNAME is of printable ASCII, 255 characters at most. */
function hostField(host: string): string {
  const printable = host.replace(/[^\x21-\x7e]/g, '').slice(0, 255)
  return printable === '' ? '-' : printable
}
