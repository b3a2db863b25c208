import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type TlsOptions } from 'node:tls'

/** A receiver of syslog over a stream, which takes messages apart by their lengths. */
export interface SyslogReceiver {
  readonly port: number
  /** Messages in the order of their arrival. */
  readonly messages: string[]
  /** What was wrong about the bytes that came. */
  readonly problems: string[]
  /** Takes nothing more, and drops connections with what is unread in them. */
  readonly close: () => Promise<void>
  /** Reads nothing more: what comes stays in the buffers of the kernel. */
  readonly stopReading: () => void
  readonly goOnReading: () => void
}

/** Where a receiver listens. */
export interface ReceiverPlace {
  readonly port?: number
  readonly path?: string
  readonly tls?: TlsOptions
  /** Keeps its side of a connection open for ever. */
  readonly neverCloses?: true
  /** Waits for so long after each piece that it reads. */
  readonly restMs?: number
}

/** Starts a receiver. */
export async function startReceiver(place: ReceiverPlace = {}): Promise<SyslogReceiver> {
  const messages: string[] = []
  const problems: string[] = []
  const sockets = new Set<Socket>()
  let isReading = true
  const take = (socket: Socket) => {
    sockets.add(socket)
    let waiting: Buffer = Buffer.alloc(0)
    if (!isReading) socket.pause()
    if (place.restMs !== undefined) {
      socket.on('data', () => {
        socket.pause()
        setTimeout(() => socket.resume(), place.restMs)
      })
    }
    socket.on('data', (chunk: Buffer) => {
      waiting = Buffer.concat([waiting, chunk])
      for (;;) {
        const space = waiting.indexOf(0x20)
        if (space < 0) return
        const digits = waiting.toString('latin1', 0, space)
        if (!/^[1-9]\d*$/.test(digits)) problems.push(`no length: ${digits}`)
        const end = space + 1 + Number(digits)
        if (waiting.length < end) return
        messages.push(waiting.toString('utf8', space + 1, end))
        waiting = waiting.subarray(end)
      }
    })
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
  }
  const server: Server = place.tls
    ? createTlsServer(place.tls, take)
    : createServer({ allowHalfOpen: place.neverCloses === true }, take)
  if (place.path === undefined) server.listen(place.port ?? 0, '127.0.0.1')
  else server.listen(place.path)
  await once(server, 'listening')
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    messages,
    problems,
    stopReading() {
      isReading = false
      for (const socket of sockets) socket.pause()
    },
    goOnReading() {
      isReading = true
      for (const socket of sockets) socket.resume()
    },
    async close() {
      for (const socket of sockets) socket.resetAndDestroy()
      server.close()
      await once(server, 'close')
    },
  }
}
