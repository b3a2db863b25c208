import { connect, type Socket } from 'node:net'

/** What a load run measured. */
export interface LoadResult {
  readonly requests: number
  readonly seconds: number
  /** Latencies in milliseconds, sorted. */
  readonly latenciesMs: Float64Array
}

/** What to send, and how. */
export interface LoadOptions {
  readonly port: number
  readonly connections: number
  readonly durationMs: number
  /** A whole HTTP request; asked anew for each, so that signatures can be fresh. */
  readonly nextRequest: () => Buffer
}

const HEAD_END = Buffer.from('\r\n\r\n')

/**
 * Sends requests over a few connections, the next one on each as soon as the last is answered.
 *
 * @throws {Error} at the first reply that is not 200
 */
export async function load(options: LoadOptions): Promise<LoadResult> {
  const latencies: number[] = []
  const startMs = performance.now()
  const endMs = startMs + options.durationMs
  const clients = Array.from({ length: options.connections }, () =>
    client(options, endMs, latencies),
  )
  await Promise.all(clients)
  return {
    requests: latencies.length,
    seconds: (performance.now() - startMs) / 1000,
    latenciesMs: Float64Array.from(latencies).sort(),
  }
}

function client(options: LoadOptions, endMs: number, latencies: number[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect({ port: options.port, host: '127.0.0.1', noDelay: true })
    let sentAtMs = 0
    let received: Buffer = Buffer.alloc(0)
    const send = () => {
      if (performance.now() >= endMs) {
        socket.end()
        resolve()
        return
      }
      const request = options.nextRequest()
      sentAtMs = performance.now()
      socket.write(request)
    }
    socket.on('connect', send)
    socket.on('error', reject)
    socket.on('data', (chunk: Buffer) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
      const headEnd = received.indexOf(HEAD_END)
      if (headEnd < 0) return
      const head = received.toString('latin1', 0, headEnd)
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0)
      if (received.length < headEnd + 4 + length) return
      if (!head.startsWith('HTTP/1.1 200')) {
        socket.destroy()
        reject(new Error(received.toString('utf8', 0, 500)))
        return
      }
      received = Buffer.alloc(0)
      latencies.push(performance.now() - sentAtMs)
      send()
    })
  })
}

/** The value below which a share of the latencies lies. */
export function percentile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
