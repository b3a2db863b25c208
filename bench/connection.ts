import { connect, type Socket } from 'node:net'

/** A connection that carries one request at a time. */
export interface Connection {
  /** Sends a whole HTTP request; the reply to the one before must have come. */
  readonly send: (request: Buffer) => void
  readonly close: () => void
}

/** What happens on a connection. */
export interface ConnectionEvents {
  readonly opened: (connection: Connection) => void
  /** A reply with status 200 has come as a whole. */
  readonly answered: (connection: Connection) => void
  /** Another reply has come, or the connection broke. */
  readonly failed: (error: Error) => void
}

const HEAD_END = Buffer.from('\r\n\r\n')

/** Opens a connection to a port of this machine. */
export function openConnection(port: number, events: ConnectionEvents): Connection {
  const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true })
  const connection: Connection = {
    send: (request) => void socket.write(request),
    close: () => void socket.end(),
  }
  let received: Buffer = Buffer.alloc(0)
  socket.on('connect', () => events.opened(connection))
  socket.on('error', events.failed)
  socket.on('data', (chunk: Buffer) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
    const headEnd = received.indexOf(HEAD_END)
    if (headEnd < 0) return
    const head = received.toString('latin1', 0, headEnd)
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0)
    if (received.length < headEnd + HEAD_END.length + length) return
    if (!head.startsWith('HTTP/1.1 200')) {
      socket.destroy()
      events.failed(new Error(received.toString('utf8', 0, 500)))
      return
    }
    received = Buffer.alloc(0)
    events.answered(connection)
  })
  return connection
}
