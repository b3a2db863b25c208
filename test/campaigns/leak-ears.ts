import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startReceiver } from '../audit-sinks/syslog-receiver.ts'
import type { Mark } from './leak-search.ts'

const PATIENCE_MS = 30_000
const LOOK_EACH_MS = 50

/** Everything that a server tells others by itself: traces, events, audit records. */
export interface Ears {
  /** Flags that make a server talk to them. */
  readonly flags: readonly string[]
  readonly marks: readonly Mark[]
  /** Fulfilled once an event has come. */
  readonly untilEvent: () => Promise<void>
  /** What each has heard, headers with it. */
  readonly places: () => ReadonlyMap<string, Buffer>
  readonly close: () => Promise<void>
}

/** Starts a collector of traces, a receiver of events and one of syslog, which write all down. */
export async function startEars(folder: string): Promise<Ears> {
  const spans: Buffer[] = []
  const events: Buffer[] = []
  const collector = await listen(spans)
  const webhook = await listen(events)
  const syslog = await startReceiver()
  const secret = `whsec_${randomBytes(32).toString('base64')}`
  const secretFile = join(folder, 'webhook-secret')
  writeFileSync(secretFile, `${secret}\n`, { mode: 0o600 })
  return {
    flags: [
      ...['--otlp-endpoint', collector.url, '--webhook-url', webhook.url],
      ...['--webhook-secret-file', secretFile, '--audit-sinks', 'file,syslog,stdout'],
      ...['--audit-syslog', `syslog+tcp://127.0.0.1:${syslog.port}`],
    ],
    marks: [{ what: 'webhook secret', value: secret.slice('whsec_'.length) }],
    async untilEvent() {
      for (let tries = 0; events.length === 0; tries++) {
        if (tries > PATIENCE_MS / LOOK_EACH_MS) throw new Error('no event came')
        await sleep(LOOK_EACH_MS)
      }
    },
    places: () =>
      new Map([
        ['traces (OTLP)', Buffer.concat(spans)],
        ['events (webhook)', Buffer.concat(events)],
        ['syslog', Buffer.from(syslog.messages.join('\n'))],
      ]),
    async close() {
      for (const { server } of [collector, webhook]) {
        server.closeAllConnections()
        server.close()
      }
      await syslog.close()
    },
  }
}

async function listen(heard: Buffer[]): Promise<{ readonly server: Server; readonly url: string }> {
  const server = createServer(async (request, response) => {
    heard.push(Buffer.from(`${request.url}\n${request.rawHeaders.join('\n')}\n`))
    for await (const chunk of request) heard.push(chunk as Buffer)
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // it listens on a port
  return { server, url: `http://127.0.0.1:${port}/here` }
}
