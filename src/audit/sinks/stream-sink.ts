import { connect, type Socket } from 'node:net'
import { duplexPair } from 'node:stream'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'
import type { AuditSink, SinkLine } from './audit-sink.ts'
import { inTime } from './sink-timeout.ts'
import { countedFrame, type SyslogSender, syslogMessage } from './syslog-message.ts'

/** How often the receiver is asked, by closing the connection, whether it has read everything. */
const SETTLE_AFTER_MS = 30_000
/** So much has to go before the sink's time is over: a receiver may be slow, and is broken when nothing moves. */
const PIECE_BYTES = 16 * 1024

/** Where a receiver of syslog over a stream is. */
export type StreamPlace =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | {
      readonly kind: 'tls'
      readonly host: string
      readonly port: number
      readonly tls: Pick<ConnectionOptions, 'ca' | 'cert' | 'key'>
    }
  | { readonly kind: 'unix'; readonly path: string }

/**
 * A receiver of syslog over TCP, TLS or a Unix stream socket. Syslog acknowledges nothing, so that
 * what a broken connection held would be lost unseen. But a receiver that has read all and then sees
 * the end closes its own side, and one that closes with unread bytes resets the connection: so the end
 * of a connection is the receipt for everything that went through it.
 */
export class StreamSink implements AuditSink {
  readonly settleAfterMs: number
  readonly unsureBytes = 0
  readonly #place: StreamPlace
  readonly #sender: SyslogSender
  #socket: Socket | undefined
  #problem: Error | undefined
  #ended = Promise.withResolvers<void>()

  /** Connects to nothing yet. */
  constructor(place: StreamPlace, sender: SyslogSender, settleAfterMs = SETTLE_AFTER_MS) {
    this.#place = place
    this.#sender = sender
    this.settleAfterMs = settleAfterMs
  }

  async ready(): Promise<void> {
    if (this.#problem !== undefined) throw this.#problem
    if (this.#socket !== undefined) return
    const { socket, carrier, opened } = open(this.#place)
    this.#socket = socket
    const ended = Promise.withResolvers<void>()
    ended.promise.catch(() => undefined)
    this.#ended = ended
    for (const stream of new Set([carrier, socket])) {
      stream.on('error', (error) => {
        if (this.#socket === socket) this.#problem = error
        ended.reject(error)
      })
    }
    socket.on('end', () => {
      // Asked for or not: whoever did not ask for it has a connection that is over.
      if (this.#socket === socket) this.#problem = new Error('the receiver closed the connection')
      ended.resolve()
    })
    socket.on('close', () => ended.reject(new Error('the connection broke')))
    socket.resume()
    carrier.setKeepAlive(true, 10_000)
    const failed = new Promise<never>((_, reject) => {
      socket.once('error', reject)
      socket.once('close', () => reject(new Error('the connection broke')))
    })
    failed.catch(() => undefined)
    const connected = new Promise<void>((resolve) => socket.once(opened, () => resolve()))
    await inTime(Promise.race([connected, failed]), 'connecting')
  }

  async send(lines: readonly SinkLine[]): Promise<number> {
    await this.ready()
    const socket = this.#socket
    const bytes = Buffer.concat(
      lines.map((line) => countedFrame(syslogMessage(this.#sender, line))),
    )
    for (let from = 0; from < bytes.length; from += PIECE_BYTES) {
      const piece = bytes.subarray(from, from + PIECE_BYTES)
      const written = new Promise<void>((resolve, reject) => {
        socket?.write(piece, (error) => (error ? reject(error) : resolve()))
      })
      await inTime(written, 'sending')
    }
    return bytes.length
  }

  async settle(patience: AbortSignal): Promise<boolean> {
    const socket = this.#socket
    if (socket === undefined) return true
    if (this.#problem !== undefined) throw this.#problem
    this.#socket = undefined
    socket.end()
    const ended = this.#ended.promise.then(() => true)
    const late = new Promise<boolean>((resolve) => {
      if (patience.aborted) resolve(false)
      patience.addEventListener('abort', () => resolve(false), { once: true })
    })
    try {
      return await Promise.race([ended, late])
    } finally {
      socket.destroy()
    }
  }

  reset(): void {
    const socket = this.#socket
    this.#socket = undefined
    this.#problem = undefined
    socket?.destroy()
  }
}

/** A connection that is being opened. */
interface Opening {
  readonly socket: Socket
  /** What bears it: the same, or what TLS goes over. */
  readonly carrier: Socket
  readonly opened: 'connect' | 'secureConnect'
}

function open(place: StreamPlace): Opening {
  switch (place.kind) {
    case 'tcp': {
      const socket = connect({ ...hostOf(place), allowHalfOpen: true })
      return { socket, carrier: socket, opened: 'connect' }
    }
    case 'unix': {
      const socket = connect({ path: place.path, allowHalfOpen: true })
      return { socket, carrier: socket, opened: 'connect' }
    }
    case 'tls':
      return openTls(place)
    default:
      throw place satisfies never
  }
}

/**
 * TLS over a pair of streams in place of the connection itself. Otherwise TLS writes its own last word to the
 * connection and passes over how that went; a reset is told of once, to whoever writes or reads next: then what is
 * read looks like an orderly end, and would be taken for a receipt.
 */
function openTls(place: StreamPlace & { readonly kind: 'tls' }): Opening {
  const carrier = connect({ ...hostOf(place), allowHalfOpen: true })
  const [inner, outer] = duplexPair()
  carrier.pipe(outer).pipe(carrier)
  carrier.on('error', (error) => outer.destroy(error))
  outer.on('error', () => undefined)
  const socket = connectTls({
    ...place.tls,
    socket: inner,
    host: place.host,
    minVersion: 'TLSv1.2',
  })
  socket.on('close', () => carrier.destroy())
  return { socket, carrier, opened: 'secureConnect' }
}

function hostOf({ host, port }: { readonly host: string; readonly port: number }) {
  return { host, port }
}
