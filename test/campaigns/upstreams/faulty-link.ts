import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { duplexPair } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls'
import type { CertificateFiles, LinkCertificates } from './link-certificates.ts'
import type { UpstreamFault } from './upstream-faults.ts'

/** A way to an upstream that breaks when it is told to. */
export interface FaultyLink {
  readonly port: number
  readonly break: (fault: UpstreamFault) => Promise<void>
  /** New connections are as they should be; one that met the fault stays as the fault left it. */
  readonly mend: () => Promise<void>
  /** How many connections met the fault since it began. */
  readonly met: () => number
  readonly close: () => Promise<void>
}

/** What a link leads to, and how. */
export interface FaultyLinkOptions {
  readonly targetPort: number
  /** By how much answers come late while it is slow. */
  readonly delayMs: number
  /** TLS ends at the link; left out, it passes on what it gets. */
  readonly tls?: LinkCertificates | undefined
  /** TLS begins as PostgreSQL's clients begin it. */
  readonly beginsAsPostgres?: boolean
  /** Nothing is answered over it: what a client sends meets the fault. */
  readonly isOneWay?: boolean
}

/** One connection through the link. */
interface Passage {
  /** From the client, as it came. */
  readonly raw: Socket
  /** The same, readable. */
  readonly near: Socket
  readonly far: Socket
  /** Its number since the link was opened: faults take turns in their ways. */
  readonly turn: number
  /** Answers that wait for their moment, in order. */
  queue: Promise<void>
  /** Met a fault: what is said over it is over. */
  isSpent: boolean
}

const HOST = '127.0.0.1'
/** What a client sends for TLS: its length and a number. Source: PostgreSQL, "SSL Session Encryption". */
const POSTGRES_TLS_BYTES = 8
const GARBAGE_BYTES = 300
const LISTEN_TRIES = 50

/** Opens a link. */
export async function openFaultyLink(options: FaultyLinkOptions): Promise<FaultyLink> {
  const { targetPort, tls, beginsAsPostgres = false, isOneWay = false, delayMs } = options
  const open = new Set<Socket>()
  const passages = new Set<Passage>()
  const contexts = new Map<CertificateFiles, SecureContext>()
  let fault: UpstreamFault | undefined
  let turns = 0
  let met = 0

  const keep = (socket: Socket): void => {
    open.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => open.delete(socket))
  }

  function take(raw: Socket): void {
    keep(raw)
    const turn = turns++
    if (fault !== undefined && isMetAtOnce(fault, turn, tls !== undefined, isOneWay)) {
      met++
      meetAtOnce(raw, fault)
    } else if (tls === undefined) pass(raw, raw, turn)
    else if (beginsAsPostgres) {
      raw.once('data', (bytes) => {
        if (bytes.length !== POSTGRES_TLS_BYTES) raw.destroy()
        raw.write('S')
        terminate(raw, tls, turn)
      })
    } else terminate(raw, tls, turn)
  }

  function terminate(raw: Socket, certificates: LinkCertificates, turn: number): void {
    const isWrong = fault === 'certificate'
    if (isWrong) met++
    const { wrong, right } = certificates
    const files = isWrong ? (wrong[turn % wrong.length] ?? right) : right
    // Over a pair of streams, not over the socket itself: TLS would take its handle, and a reset be an orderly end.
    const [inner, outer] = duplexPair({ allowHalfOpen: true })
    const near = new TLSSocket(inner, { isServer: true, secureContext: contextOf(files) })
    near.on('error', () => raw.destroy())
    raw.on('close', () => outer.destroy())
    outer.on('error', () => undefined)
    raw.pipe(outer).pipe(raw)
    near.on('secure', () => pass(raw, near, turn))
  }

  function contextOf(files: CertificateFiles): SecureContext {
    const context = contexts.get(files) ?? createSecureContext(files)
    contexts.set(files, context)
    return context
  }

  function pass(raw: Socket, near: Socket, turn: number): void {
    const far = connect({ host: HOST, port: targetPort, allowHalfOpen: true })
    keep(far)
    const passage: Passage = { raw, near, far, turn, queue: Promise.resolve(), isSpent: false }
    passages.add(passage)
    near.on('data', (bytes) => {
      if (passage.isSpent) return
      if (isOneWay && fault !== undefined) meetAsking(passage, fault)
      if (!passage.isSpent) far.write(bytes)
    })
    far.on('data', (bytes: Buffer) => {
      if (passage.isSpent) return
      if (fault === undefined) later(passage, 0, () => near.write(bytes))
      else meetAnswering(passage, fault, bytes)
    })
    near.on('end', () => far.end())
    far.on('end', () => later(passage, 0, () => near.end()))
    near.on('close', () => {
      passages.delete(passage)
      far.destroy()
    })
    far.on('close', (isError) => {
      if (passage.isSpent) return
      if (isError) reset(raw)
      else later(passage, 0, () => near.end())
    })
  }

  /** Does `work` after `ms`, and not before what was put off earlier. */
  function later(passage: Passage, ms: number, work: () => void): void {
    const dueMs = performance.now() + ms
    passage.queue = passage.queue.then(async () => {
      const leftMs = dueMs - performance.now()
      if (leftMs > 0) await sleep(leftMs)
      if (!passage.near.destroyed) work()
    })
  }

  /** What a client sends over a link that answers nothing meets the fault. */
  function meetAsking(passage: Passage, of: UpstreamFault): void {
    met++
    if (of === 'slow') {
      passage.near.pause()
      later(passage, delayMs, () => passage.near.resume())
      return
    }
    passage.isSpent = true
    if (of === 'half-open') passage.near.pause()
    else reset(passage.raw)
  }

  function meetAnswering(passage: Passage, of: UpstreamFault, bytes: Buffer): void {
    const { near, raw } = passage
    met++
    if (of === 'slow') {
      later(passage, delayMs, () => near.write(bytes))
      return
    }
    passage.isSpent = true
    if (of === 'garbage') {
      near.write(randomBytes(GARBAGE_BYTES))
      return
    }
    near.write(bytes.subarray(0, bytes.length / 2), () => {
      if (of === 'reset') reset(raw)
    })
  }

  let server: Server = await listen(0, take)
  const { port } = server.address() as { readonly port: number } // it listens on TCP
  const isListening = () => server.listening

  return {
    port,
    met: () => met,
    async break(of) {
      met = 0
      fault = of
      if (of === 'down') {
        server.close()
        for (const socket of open) socket.destroy()
      } else if (of === 'certificate' || isOneWay) {
        // It is shown when a connection begins.
        for (const { raw } of passages) raw.destroy()
      } else if (of === 'half-open') {
        for (const passage of passages) passage.isSpent = true
      }
    },
    async mend() {
      fault = undefined
      if (!isListening()) server = await listen(port, take)
    },
    async close() {
      for (const socket of open) socket.destroy()
      if (!isListening()) return
      server.close()
      await once(server, 'close')
    },
  }
}

/** Whether a connection meets the fault before anything is read: each fault has several ways. */
function isMetAtOnce(fault: UpstreamFault, turn: number, isTls: boolean, isOneWay: boolean) {
  if (fault === 'garbage') return isOneWay || turn % 2 === 0
  if (fault === 'half-open' || fault === 'reset') return turn % (isTls ? 2 : 3) === 0
  return false
}

function meetAtOnce(raw: Socket, fault: UpstreamFault): void {
  if (fault === 'half-open') raw.pause()
  else if (fault === 'reset') raw.once('data', () => reset(raw))
  else raw.once('data', () => raw.end(randomBytes(GARBAGE_BYTES)))
}

/** Listens; a port that was just given up may be somebody's for a moment. */
async function listen(port: number, take: (socket: Socket) => void): Promise<Server> {
  for (let tries = 1; ; tries++) {
    const server = createServer({ allowHalfOpen: true }, take)
    try {
      await once(server.listen(port, HOST), 'listening')
      return server
    } catch (error) {
      if (tries === LISTEN_TRIES) throw error
      await sleep(100)
    }
  }
}

/**
 * Resets a connection. `resetAndDestroy` of Node.js ends its own side first, and whoever sees that before the
 * reset has seen an orderly end.
 */
function reset(socket: Socket): void {
  Object.assign(socket, { resetAndClosing: true })
  socket.destroy()
}
