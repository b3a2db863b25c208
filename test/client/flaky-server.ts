import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a server does with a request: answer it, break the connection, or say nothing. */
export type Deed =
  | {
      readonly status: number
      readonly headers?: Readonly<Record<string, string>>
      readonly body?: unknown
    }
  | 'break'
  | 'break-midway'
  | 'silence'

/** A request that it got. */
export interface Seen {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
  readonly atMs: number
}

/** A server on a real socket that does what it is told, one deed for each request. */
export interface FlakyServer {
  readonly url: string
  readonly seen: readonly Seen[]
  /** Forgets what it saw, and does these next; the last one again and again. */
  readonly play: (deeds: readonly Deed[] | ((seen: Seen) => Deed)) => void
  readonly stop: () => Promise<void>
}

/** Starts a flaky server. */
export async function startFlakyServer(): Promise<FlakyServer> {
  const seen: Seen[] = []
  let next: (seen: Seen) => Deed = () => ({ status: 200 })
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const { method = '', url = '', headers } = request
    const one = { method, path: url, headers, body, atMs: performance.now() }
    seen.push(one)
    const deed = next(one)
    if (deed === 'silence') return
    if (deed === 'break') {
      request.socket.destroy()
      return
    }
    if (deed === 'break-midway') {
      response.writeHead(200, { 'Content-Length': '100' })
      response.write('{"key', () => request.socket.destroy())
      return
    }
    const text = typeof deed.body === 'string' ? deed.body : JSON.stringify(deed.body ?? {})
    response.writeHead(deed.status, { 'Content-Type': 'application/json', ...deed.headers })
    response.end(deed.status === 204 ? undefined : text)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // it listens on TCP
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    play(deeds) {
      seen.length = 0
      if (typeof deeds === 'function') next = deeds
      else next = () => deeds[Math.min(seen.length, deeds.length) - 1] ?? 'break'
    },
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
