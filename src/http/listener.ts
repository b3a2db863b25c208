import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https'
import { type AddressInfo, Server as NetServer, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { errorReply } from '../contract/error-body.ts'
import { fault } from '../core/fault.ts'
import { guardConnections } from './connection-guard.ts'
import type { OpenConnections } from './open-connections.ts'

const MAX_HEADER_BYTES = 16 * 1024
/** How long clients may take for what they do. */
export const CLIENT_TIMES: ClientTimes = {
  handshakeMs: 10_000,
  headersMs: 15_000,
  requestMs: 30_000,
  replyMs: 60_000,
  keepAliveMs: 75_000,
}
/** How often it is looked whether requests arrive in time, at least. */
const CONNECTIONS_CHECK_MS = 5_000
/** A connection that was just opened may have a request on its way: it gets this long to arrive. */
const DRAIN_GRACE_MS = 200
const DRAIN_SWEEP_MS = 20
/** How long a client that was refused may take to read why. */
const LINGER_MS = 1000

/** Certificate chain and private key, PEM. */
export interface TlsFiles {
  readonly cert: Buffer
  readonly key: Buffer
}

/** How long clients may take, in milliseconds. */
export interface ClientTimes {
  /** To a TLS connection, from when it was accepted. */
  readonly handshakeMs: number
  /** Until all headers have arrived. */
  readonly headersMs: number
  /** Until the whole request has arrived. */
  readonly requestMs: number
  /** To take a reply, or a piece of a long one. */
  readonly replyMs: number
  /** From a reply to the next request. */
  readonly keepAliveMs: number
}

/** Where and how to listen. */
export interface ListenOptions {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  readonly tls: TlsFiles | undefined
  readonly connections: OpenConnections
  readonly times: ClientTimes
  /** Takes header lines that are folded or otherwise obsolete; some old clients send them. */
  readonly lenientHeaders: boolean
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void
  readonly newRequestId: () => string
  /** Whether other threads listen on the same port: the kernel then shares connections out. */
  readonly isShared: boolean
  /** Whether the server is about to stop: connections then end with their next reply. */
  readonly isLeaving: () => boolean
  /** Told when a connection could not be accepted: the system has no file descriptor left, say. */
  readonly onError: (error: Error) => void
}

/** A server that listens. */
export interface Listener {
  readonly host: string
  readonly port: number
  /** Takes new certificates for new connections. */
  readonly replaceTls: (tls: TlsFiles) => void
  /** Takes no new requests; fulfilled when those under way are answered, or the time is over. */
  readonly drain: (timeoutMs: number) => Promise<void>
}

/** Listens as told; fulfilled when it does. */
export function listen(options: ListenOptions): Promise<Listener> {
  const { handle, tls, host, port, times, connections } = options
  const limits = {
    maxHeaderSize: MAX_HEADER_BYTES,
    requestTimeout: times.requestMs,
    headersTimeout: times.headersMs,
    keepAliveTimeout: times.keepAliveMs,
    connectionsCheckingInterval: Math.min(CONNECTIONS_CHECK_MS, times.headersMs / 2),
    insecureHTTPParser: options.lenientHeaders,
    noDelay: true,
  }
  let isDraining = false
  const handleUnlessLast = (request: IncomingMessage, response: ServerResponse): void => {
    if (isDraining || options.isLeaving()) response.shouldKeepAlive = false
    handle(request, response)
  }
  const server = tls
    ? createTlsServer(
        { ...limits, ...tls, ...TLS_POLICY, handshakeTimeout: times.handshakeMs },
        handleUnlessLast,
      )
    : createServer(limits, handleUnlessLast)
  const sockets = guardConnections(server, { connections, replyTimeoutMs: times.replyMs })
  /** Those to whom can be said what is wrong. */
  const secured = new WeakSet<Duplex>()
  if (tls) server.on('secureConnection', (socket) => secured.add(socket))
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // What is written before the handshake is done waits for it, and the connection with it.
    if (tls && !secured.has(socket)) socket.destroy()
    else refuseConnection(error, socket as Socket, options.newRequestId()) // both kinds are sockets
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port, reusePort: options.isShared }, () => {
      server.off('error', reject)
      server.on('error', options.onError)
      resolve(
        asListener(server, sockets, host, () => {
          isDraining = true
        }),
      )
    })
  })
}

/** TLS 1.3, and 1.2 with AEAD suites that keep forward secrecy. */
const TLS_POLICY = {
  minVersion: 'TLSv1.2',
  ciphers: [
    'TLS_AES_256_GCM_SHA384',
    'TLS_CHACHA20_POLY1305_SHA256',
    'TLS_AES_128_GCM_SHA256',
    'ECDHE-ECDSA-AES256-GCM-SHA384',
    'ECDHE-RSA-AES256-GCM-SHA384',
    'ECDHE-ECDSA-CHACHA20-POLY1305',
    'ECDHE-RSA-CHACHA20-POLY1305',
    'ECDHE-ECDSA-AES128-GCM-SHA256',
    'ECDHE-RSA-AES128-GCM-SHA256',
  ].join(':'),
  honorCipherOrder: true,
} as const

function asListener(
  server: Server | TlsServer,
  sockets: ReadonlySet<Socket>,
  host: string,
  beginDraining: () => void,
): Listener {
  const address = server.address() as AddressInfo // it listens on TCP
  return {
    host,
    port: address.port,
    replaceTls(tls) {
      if ('setSecureContext' in server) server.setSecureContext({ ...tls, ...TLS_POLICY })
    },
    drain(timeoutMs) {
      beginDraining()
      return new Promise((resolve) => {
        // The HTTP server does not count connections whose TLS handshake is not done.
        const cutOff = setTimeout(() => {
          for (const socket of sockets) socket.destroy()
        }, timeoutMs)
        const endOfGraceMs = performance.now() + Math.min(DRAIN_GRACE_MS, timeoutMs)
        // A connection that was busy is idle once its reply is sent, and would be kept open.
        const sweep = setInterval(() => {
          if (performance.now() >= endOfGraceMs) server.closeIdleConnections()
        }, DRAIN_SWEEP_MS)
        emptyAcceptQueue(server, endOfGraceMs, () => {
          // The HTTP server's own close would cut off connections that have yet to send a request.
          NetServer.prototype.close.call(server, () => {
            clearTimeout(cutOff)
            clearInterval(sweep)
            resolve()
          })
        })
      })
    },
  }
}

/**
 * Closing a server cuts off the connections that wait in the queue of the system. A turn of the loop
 * accepts one of them and then comes to what is immediate: after a turn that accepted none, `close` is
 * called with nothing between the two. Others may connect without end, so there is an end.
 */
function emptyAcceptQueue(server: Server | TlsServer, endsAtMs: number, close: () => void): void {
  let accepted = 0
  let known = -1
  server.on('connection', () => {
    accepted++
  })
  const turn = (): void => {
    if (accepted === known || performance.now() >= endsAtMs) {
      close()
      return
    }
    known = accepted
    setImmediate(turn)
  }
  turn()
}

/** What a client is told of what the parser says; of all else, that it is no HTTP. */
const REFUSALS: Readonly<Record<string, 'headers-too-large' | 'request-timeout'>> = {
  HPE_HEADER_OVERFLOW: 'headers-too-large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
}

/** Answers what is not HTTP in the form of all other errors, if somebody still listens. */
function refuseConnection(error: NodeJS.ErrnoException, socket: Socket, requestId: string): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const refusal = fault(REFUSALS[error.code ?? ''] ?? 'request-malformed')
  const { status, body } = errorReply(refusal, 'kms', 'en', requestId)
  const text = JSON.stringify(body)
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Connection: close',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(text)}`,
    `X-Request-Id: ${requestId}`,
  ]
  socket.end(`${lines.join('\r\n')}\r\n\r\n${text}`)
  // Whoever has not closed its end by then never will.
  const linger = setTimeout(() => socket.destroy(), LINGER_MS)
  socket.once('close', () => clearTimeout(linger))
}
