import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** A way to a server that a test can cut without anybody being told, as a dropped link is. */
export interface CutLink {
  readonly port: number
  /** From now on nothing passes, and nobody hears of it. */
  readonly cut: () => void
  /** New connections pass again; what was cut stays cut. */
  readonly mend: () => void
  readonly close: () => Promise<void>
}

/** Opens such a way to a port of this machine. */
export async function openCutLink(targetPort: number): Promise<CutLink> {
  const sockets = new Set<Socket>()
  let isCut = false
  const server = createServer((near) => {
    const far = connect(targetPort, '127.0.0.1')
    for (const [socket, peer] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        if (!isCut) peer.destroy()
      })
      if (!isCut) socket.on('data', (bytes) => peer.write(bytes))
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    port: address.port,
    cut() {
      isCut = true
      for (const socket of sockets) socket.removeAllListeners('data').pause()
    },
    mend() {
      isCut = false
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
