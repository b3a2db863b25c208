import { type Connection, openConnection } from './connection.ts'

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
    let sentAtMs = 0
    const send = (connection: Connection) => {
      if (performance.now() >= endMs) {
        connection.close()
        resolve()
        return
      }
      const request = options.nextRequest()
      sentAtMs = performance.now()
      connection.send(request)
    }
    openConnection(options.port, {
      opened: send,
      answered(connection) {
        latencies.push(performance.now() - sentAtMs)
        send(connection)
      },
      failed: reject,
    })
  })
}

/** The value below which a share of the latencies lies. */
export function percentile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
