import { setTimeout as sleep } from 'node:timers/promises'
import type { ClientConfig } from 'pg'
import { PostgresClient } from './postgres-client.ts'

/** How often a quiet connection is asked whether it is still there, and how long it may take. */
const PROBE_MS = 2000
const MIN_PAUSE_MS = 50
const MAX_PAUSE_MS = 1000

/** What a listener is told. */
export interface ListenerEvents {
  readonly notified: () => void
  readonly lost: () => void
}

/**
 * Listens on a channel with a connection of its own, which it makes again whenever it is lost. The
 * promise is fulfilled once it listens.
 *
 * @returns What ends it.
 */
export async function listenTo(
  config: ClientConfig,
  channel: string,
  events: ListenerEvents,
): Promise<() => Promise<void>> {
  let isStopped = false
  let current = await connect(config, channel, events.notified)

  const keepUp = async (): Promise<void> => {
    for (;;) {
      await current.ended
      if (isStopped) return
      events.lost()
      let pauseMs = MIN_PAUSE_MS
      for (;;) {
        try {
          const next = await connect(config, channel, events.notified)
          if (isStopped) await next.end()
          current = next
          break
        } catch {
          await sleep(pauseMs, undefined, { ref: false })
          if (isStopped) return
          pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS)
        }
      }
      if (isStopped) return
      // Only now is it known which database goes on, and it was not heard in between.
      events.lost()
      events.notified()
    }
  }
  const running = keepUp()
  return async () => {
    isStopped = true
    await current.end()
    await running
  }
}

interface Link {
  /** Fulfilled when the connection is no more. */
  readonly ended: Promise<void>
  readonly end: () => Promise<void>
}

async function connect(config: ClientConfig, channel: string, notified: () => void): Promise<Link> {
  const client = new PostgresClient({ ...config, query_timeout: PROBE_MS })
  const { promise: ended, resolve: markEnded } = Promise.withResolvers<void>()
  let probe: NodeJS.Timeout | undefined
  const drop = (): void => {
    clearInterval(probe)
    markEnded()
  }
  const end = async (): Promise<void> => {
    drop()
    await client.end().catch(() => undefined)
  }
  client.on('error', drop)
  client.on('end', drop)
  client.on('notification', () => notified())
  try {
    await client.connect()
    await client.query(`listen ${channel}`)
    // A link that was cut without a word is noticed by asking.
    probe = setInterval(() => {
      client.query('select 1').catch(() => end())
    }, PROBE_MS).unref()
  } catch (error) {
    await end()
    throw error
  }
  return { ended, end }
}
