import { type Connection, openConnection } from './connection.ts'
import type { LoadOptions } from './load.ts'

/** What an open-loop run measured. */
export interface OpenLoadResult {
  readonly requests: number
  readonly seconds: number
  /** From when each request was due to its reply, in milliseconds, sorted. */
  readonly latenciesMs: Float64Array
  /** How much later than due each request was sent, in milliseconds, sorted. */
  readonly latenessMs: Float64Array
  /** Share of one core that this process, the generator, used. */
  readonly generatorShare: number
}

/** As {@link LoadOptions}, with a rate that does not wait for replies. */
export interface OpenLoadOptions extends LoadOptions {
  /** Requests a second, evenly spread. */
  readonly perSecond: number
}

/**
 * Sends requests when they are due, whether those before are answered or not, and counts latency from
 * then: a server that stalls has all of them wait, and each of them counts. They leave by the timer, so
 * up to a millisecond late, which counts as well; they wait for a connection when none is free.
 *
 * @throws {Error} at the first reply that is not 200
 */
export async function openLoad(options: OpenLoadOptions): Promise<OpenLoadResult> {
  const { port, connections, durationMs, perSecond, nextRequest } = options
  const total = Math.floor((durationMs / 1000) * perSecond)
  const latenciesMs = new Float64Array(total)
  const latenessMs = new Float64Array(total)
  const cpuBefore = process.cpuUsage()
  const idle: Connection[] = []
  const dueOf = new Map<Connection, number>()
  let opened = 0
  let startMs = 0
  let sent = 0
  let answered = 0
  const dueAtMs = (index: number) => startMs + (index * 1000) / perSecond

  await new Promise<void>((resolve, reject) => {
    const sendDue = () => {
      const nowMs = performance.now()
      while (sent < total && dueAtMs(sent) <= nowMs) {
        const connection = idle.pop()
        if (connection === undefined) return
        latenessMs[sent] = nowMs - dueAtMs(sent)
        dueOf.set(connection, dueAtMs(sent))
        sent++
        connection.send(nextRequest())
      }
    }
    const tick = () => {
      sendDue()
      if (sent < total) setTimeout(tick, 1)
    }
    for (let index = 0; index < connections; index++) {
      openConnection(port, {
        opened(connection) {
          idle.push(connection)
          if (++opened < connections) return
          startMs = performance.now()
          tick()
        },
        answered(connection) {
          latenciesMs[answered++] = performance.now() - (dueOf.get(connection) ?? 0)
          idle.push(connection)
          if (answered === total) resolve()
          else sendDue()
        },
        failed: reject,
      })
    }
  })
  const seconds = (performance.now() - startMs) / 1000
  const { user, system } = process.cpuUsage(cpuBefore)
  for (const connection of idle) connection.close()
  return {
    requests: total,
    seconds,
    latenciesMs: latenciesMs.sort(),
    latenessMs: latenessMs.sort(),
    generatorShare: (user + system) / 1e6 / seconds,
  }
}
