import type { Server } from 'node:http'
import type { Server as TlsServer } from 'node:https'
import type { Socket } from 'node:net'
import type { OpenConnections } from './open-connections.ts'

/** How often in the time that a client has to read it is looked whether it does. */
const LOOKS = 6

/** What a server lets its clients do. */
export interface GuardOptions {
  readonly connections: OpenConnections
  /** How long a client may take to take a reply, or a piece of a long one. */
  readonly replyTimeoutMs: number
}

/**
 * Keeps the connections of a server within their bounds: turns away those that are too many, cuts off
 * handshakes that take the place of others, and clients that do not read what they asked for.
 *
 * @returns The sockets that are open, those included whose handshake is under way.
 */
export function guardConnections(
  server: Server | TlsServer,
  { connections, replyTimeoutMs }: GuardOptions,
): ReadonlySet<Socket> {
  const sockets = new Set<Socket>()
  /** What replies are written to: over TLS that is not the socket that was accepted. */
  const written = new Set<Socket>()
  const isTls = 'setSecureContext' in server
  const beginHandshake = isTls ? watchHandshakes(server, connections) : undefined

  server.on('connection', (socket: Socket) => {
    const { remoteAddress } = socket
    // Without an address it is gone already.
    const leave = remoteAddress === undefined ? undefined : connections.enter(remoteAddress)
    if (typeof leave !== 'function') {
      if (leave !== undefined) connections.countCut(leave)
      socket.resetAndDestroy()
      return
    }
    sockets.add(socket)
    socket.once('close', () => {
      sockets.delete(socket)
      leave()
    })
    if (beginHandshake === undefined) watchReader(socket)
    else beginHandshake(socket)
  })
  if (isTls) server.on('secureConnection', watchReader)

  function watchReader(socket: Socket): void {
    written.add(socket)
    socket.once('close', () => written.delete(socket))
  }
  watchReaders(server, written, replyTimeoutMs, () => connections.countCut('reader'))
  return sockets
}

/** Each handshake that begins when there are too many ends the one of this thread that began first. */
function watchHandshakes(server: TlsServer, connections: OpenConnections) {
  /** By the far end, in the order in which they began. */
  const underWay = new Map<string, Socket>()
  const end = (far: string, socket: Socket | undefined): void => {
    if (underWay.get(far) !== socket || !underWay.delete(far)) return
    connections.endHandshake()
  }
  server.on('secureConnection', (socket) => {
    const far = farEnd(socket)
    end(far, underWay.get(far))
  })
  return (socket: Socket): void => {
    while (!connections.beginHandshake()) {
      connections.countCut('handshake')
      const [oldest] = underWay
      if (oldest === undefined) {
        socket.resetAndDestroy()
        return
      }
      end(...oldest)
      oldest[1].resetAndDestroy()
    }
    const far = farEnd(socket)
    underWay.set(far, socket)
    socket.once('close', () => end(far, socket))
  }
}

/** Address and port of the client: the same for a socket that was accepted and for TLS over it. */
function farEnd({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`
}

/** Cuts off whoever has taken nothing whole of what waits to be sent for the whole time. */
function watchReaders(
  server: Server | TlsServer,
  sockets: ReadonlySet<Socket>,
  timeoutMs: number,
  onCut: () => void,
): void {
  const stuck = new Map<Socket, { readonly sentBytes: number; readonly sinceMs: number }>()
  const sweep = setInterval(() => {
    const nowMs = performance.now()
    for (const socket of stuck.keys()) if (!sockets.has(socket)) stuck.delete(socket)
    for (const socket of sockets) {
      const waitingBytes = socket.writableLength
      const sentBytes = socket.bytesWritten - waitingBytes
      const known = stuck.get(socket)
      if (waitingBytes === 0) stuck.delete(socket)
      else if (known?.sentBytes !== sentBytes) stuck.set(socket, { sentBytes, sinceMs: nowMs })
      else if (nowMs - known.sinceMs >= timeoutMs) {
        onCut()
        socket.destroy()
      }
    }
  }, timeoutMs / LOOKS).unref()
  server.once('close', () => clearInterval(sweep))
}
