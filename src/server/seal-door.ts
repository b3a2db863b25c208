import { chmod, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { join, relative, resolve } from 'node:path'
import { SecretBytes } from '../crypto/secret-bytes.ts'
import { SealError } from '../ports/seal.ts'
import { ShareError } from '../seals/share-collection.ts'
import type { SealState } from './unsealing.ts'

/** Name of the socket in the data folder, by which an operator on the machine unseals. */
export const SEAL_SOCKET = 'seal.sock'
/** What the door is asked for. */
export const SEAL_PATH = '/seal'
/** Longest secret that is taken, in bytes. */
const MAX_BODY_BYTES = 4096
const REQUEST_TIMEOUT_MS = 10_000
/** Most callers at a time. */
const MAX_CONNECTIONS = 8
/** Longest name of a socket that every system takes, in bytes. Source: unix(7), `sun_path`. */
const MAX_SOCKET_PATH_BYTES = 103

/** What stands behind the door. */
export interface SealDesk {
  readonly state: () => SealState
  /** @throws {SealError} */
  readonly offer: (secret: SecretBytes) => Promise<void>
  /** Forgets shares that were given. */
  readonly reset: () => Promise<void>
}

/** A door that is open. */
export interface SealDoor {
  /** Puts another desk behind it. */
  readonly hand: (desk: SealDesk) => void
  readonly close: () => Promise<void>
}

/**
 * The shortest name of the socket of a data folder: systems bound the length of these names.
 *
 * @throws {Error} when even that is too long
 */
export function sealSocketOf(directory: string): string {
  const absolute = join(resolve(directory), SEAL_SOCKET)
  const [path = absolute] = [absolute, relative(process.cwd(), absolute)].sort(
    (a, b) => Buffer.byteLength(a) - Buffer.byteLength(b),
  )
  if (Buffer.byteLength(path) <= MAX_SOCKET_PATH_BYTES) return path
  throw new Error(
    `the path of ${absolute} is too long for a socket: start where the data folder is near`,
  )
}

/**
 * Opens the door: HTTP over a socket in the data folder, which its owner alone may use. It is not on the
 * network: nobody guesses there, or sees what is said.
 */
export async function openSealDoor(directory: string, first: SealDesk): Promise<SealDoor> {
  const path = sealSocketOf(directory)
  let desk = first
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
    answer(desk, request, response).catch(() => response.destroy())
  })
  server.maxConnections = MAX_CONNECTIONS
  // The folder is locked: what is there is left from a server that is gone.
  await rm(path, { force: true })
  await new Promise<void>((done, failed) => {
    server.once('error', failed)
    server.listen(path, done)
  })
  await chmod(path, 0o600)
  return {
    hand(next) {
      desk = next
    },
    close() {
      return new Promise((done) => {
        server.close(() => done())
        server.closeIdleConnections()
      })
    },
  }
}

async function answer(
  desk: SealDesk,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // Each call has a connection of its own: none is kept that would hold the door open.
  response.shouldKeepAlive = false
  const { method, url } = request
  if (url !== SEAL_PATH) return reply(response, 404, { error: 'absent' })
  if (method === 'GET') return reply(response, 200, desk.state())
  if (method === 'DELETE') {
    await desk.reset()
    return reply(response, 200, desk.state())
  }
  if (method !== 'POST') return reply(response, 405, { error: 'method' })
  const secret = await readSecret(request)
  if (secret === undefined) return reply(response, 413, { error: 'length' })
  try {
    await desk.offer(secret)
    return reply(response, 200, desk.state())
  } catch (error) {
    const kind = error instanceof SealError ? error.kind : 'failed'
    const problem = error instanceof ShareError ? { problem: error.problem } : {}
    return reply(response, kind === 'wrong' ? 403 : 500, { error: kind, ...problem })
  }
}

async function readSecret(request: IncomingMessage): Promise<SecretBytes | undefined> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > MAX_BODY_BYTES) return undefined
    chunks.push(chunk)
  }
  const secret = Buffer.concat(chunks)
  for (const chunk of chunks) chunk.fill(0)
  return new SecretBytes(secret)
}

function reply(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body)
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
  })
  response.end(text)
}
