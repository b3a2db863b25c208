import type { Server } from 'node:http'
import type { Server as TlsServer } from 'node:https'
import type { Socket } from 'node:net'
import { boundHandshakes } from './handshakes.ts'
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
  const beginHandshake = isTls ? boundHandshakes(server, connections) : undefined

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
