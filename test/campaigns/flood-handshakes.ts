import { connect, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'

/** Where handshakes are begun. */
export interface HandshakeTarget {
  readonly host: string
  readonly port: number
}

/** Addresses of this machine: those who end no handshake would else use up what one address may have. */
const ADDRESSES = { unfinished: '127.0.0.66', whole: '127.0.0.67' } as const

/** How many addresses the flood comes from. */
export const HANDSHAKE_ADDRESSES = Object.keys(ADDRESSES).length

/** Begins handshakes, in turn: nothing said, half a hello, a hello and no more, and whole ones in a rush. */
export async function openHandshakes(target: HandshakeTarget): Promise<(turn: number) => Socket> {
  const hello = await clientHello()
  const ways: readonly (() => Socket)[] = [
    () => unfinished(target, hello.subarray(0, 0)),
    () => unfinished(target, hello.subarray(0, hello.length / 2)),
    () => unfinished(target, hello),
    () => whole(target),
    () => whole(target),
  ]
  return (turn) => (ways[turn % ways.length] ?? (() => whole(target)))()
}

/** What a client of this program says first. */
function clientHello(): Promise<Buffer> {
  return new Promise((resolve) => {
    const sink = new Duplex({
      read: () => undefined,
      write: (chunk, _encoding, done) => {
        resolve(chunk)
        done()
      },
    })
    connectTls({ socket: sink, servername: 'keyturn' }).on('error', () => undefined)
  })
}

function unfinished({ host, port }: HandshakeTarget, bytes: Buffer): Socket {
  const socket = connect({ host, port, localAddress: ADDRESSES.unfinished })
  socket.on('error', () => undefined).resume()
  if (bytes.length > 0) socket.write(bytes)
  return socket
}

/** Nothing is asked for: a client that goes as soon as it came. */
function whole({ host, port }: HandshakeTarget): Socket {
  const raw = connect({ host, port, localAddress: ADDRESSES.whole })
  raw.on('error', () => undefined)
  const secure = connectTls({ socket: raw, servername: 'keyturn', rejectUnauthorized: false })
  secure.on('error', () => undefined)
  secure.once('secureConnect', () => secure.destroy())
  return raw
}
