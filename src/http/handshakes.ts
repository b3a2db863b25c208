import type { Server as TlsServer } from 'node:https'
import type { Socket } from 'node:net'
import { addressBlock } from '../core/address-block.ts'
import type { OpenConnections } from './open-connections.ts'

/** A handshake that is under way. */
interface Handshake {
  readonly socket: Socket
  /** Whose it is. */
  readonly block: string
}

/**
 * Keeps the handshakes of a server within their bound: each that begins when there are too many ends one of
 * this thread. It is of the address that has the most, its newcomer counted, so that a flood takes from
 * itself; and of those the one that began first, for an honest one is done in milliseconds.
 *
 * @returns What to call with each connection that begins with a handshake.
 */
export function boundHandshakes(
  server: TlsServer,
  connections: OpenConnections,
): (socket: Socket) => void {
  /** By the far end. */
  const underWay = new Map<string, Handshake>()
  /** Far ends by address, each in the order in which they began. */
  const ofBlock = new Map<string, Set<string>>()

  function forget(far: string, { block }: Handshake): void {
    underWay.delete(far)
    const all = ofBlock.get(block)
    all?.delete(far)
    if (all?.size === 0) ofBlock.delete(block)
  }

  /** Who gives way. The bound on handshakes is one on how many are looked at here. */
  function heaviest(): string | undefined {
    let most: ReadonlySet<string> = new Set()
    for (const all of ofBlock.values()) if (all.size > most.size) most = all
    const [oldest] = most
    return oldest
  }

  function end(far: string): void {
    const over = underWay.get(far)
    if (over === undefined) return
    forget(far, over)
    connections.endHandshake()
  }

  server.on('secureConnection', (socket) => end(farEnd(socket)))

  return (socket) => {
    const far = farEnd(socket)
    // A client that broke off may be back from the same port before that is noticed.
    end(far)
    const own: Handshake = { socket, block: addressBlock(socket.remoteAddress ?? '') }
    underWay.set(far, own)
    const all = ofBlock.get(own.block) ?? new Set()
    ofBlock.set(own.block, all.add(far))
    while (!connections.beginHandshake()) {
      connections.countCut('handshake')
      const chosen = heaviest() ?? far
      const giving = underWay.get(chosen) ?? own
      forget(chosen, giving)
      giving.socket.resetAndDestroy()
      // The newcomer has not been counted yet.
      if (giving === own) return
      connections.endHandshake()
    }
    socket.once('close', () => {
      if (underWay.get(far) === own) end(far)
    })
  }
}

/** Address and port of the client: the same for a socket that was accepted and for TLS over it. */
function farEnd({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`
}
