import { createSocket, type Socket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import type { AuditSink, SinkLine } from './audit-sink.ts'
import { inTime } from './sink-timeout.ts'
import { type SyslogSender, syslogMessage } from './syslog-message.ts'

/** What one datagram holds over IPv4. Source: RFC 5426 §3.2; RFC 768. */
const MAX_MESSAGE_BYTES = 65_507
/** A machine that knows of no receiver says so within this time, or never. */
const OBJECTION_MS = 200

/**
 * A receiver of syslog over UDP, one message a datagram (RFC 5426). Nothing tells whether one
 * arrives, but for a machine that says at once that nobody listens there.
 */
export class DatagramSink implements AuditSink {
  readonly settleAfterMs = 1000
  readonly unsureBytes = 0
  readonly #host: string
  readonly #port: number
  readonly #sender: SyslogSender
  #socket: Socket | undefined
  #problem: Error | undefined

  /** Sends nothing yet. */
  constructor(place: { readonly host: string; readonly port: number }, sender: SyslogSender) {
    this.#host = place.host
    this.#port = place.port
    this.#sender = sender
  }

  async ready(): Promise<void> {
    if (this.#problem !== undefined) throw this.#problem
    if (this.#socket !== undefined) return
    const socket = createSocket(isIPv6(this.#host) ? 'udp6' : 'udp4')
    this.#socket = socket
    socket.unref()
    const connected = new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve)
      socket.once('error', reject)
    })
    socket.on('error', (error) => {
      if (this.#socket === socket) this.#problem = error
    })
    socket.connect(this.#port, this.#host)
    await inTime(connected, 'finding the receiver')
  }

  async send(lines: readonly SinkLine[]): Promise<number> {
    await this.ready()
    let bytes = 0
    for (const line of lines) {
      const message = syslogMessage(this.#sender, line).subarray(0, MAX_MESSAGE_BYTES)
      const sent = new Promise<void>((resolve, reject) => {
        this.#socket?.send(message, (error) => (error ? reject(error) : resolve()))
      })
      await inTime(sent, 'sending')
      bytes += message.length
    }
    return bytes
  }

  async settle(): Promise<boolean> {
    await setTimeout(OBJECTION_MS)
    if (this.#problem !== undefined) throw this.#problem
    return true
  }

  reset(): void {
    this.#socket?.close()
    this.#socket = undefined
    this.#problem = undefined
  }
}
