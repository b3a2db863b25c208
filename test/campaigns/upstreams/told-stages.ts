import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { partsOf } from '../../audit-sinks/sink-stream.ts'
import { startReceiver as startSyslog } from '../../audit-sinks/syslog-receiver.ts'
import { aSecret, startReceiver } from '../../events/receiver.ts'
import { type Answer, type CallLine, openLine } from '../call-line.ts'
import { adminToken, credentialsOf } from '../ground.ts'
import { type NodeProcess, startNode } from '../node-process.ts'
import { openFaultyLink } from './faulty-link.ts'
import type { LinkCertificates } from './link-certificates.ts'
import type { Expected, Stage, Upstream } from './stage.ts'

/** How long what waits may take to come through, once the receiver is there: an event, after two tries. */
const ARRIVE_MS = 40_000
const WEBHOOK_TIMEOUT_MS = 1000
/** A sink may take five seconds for a step, and be late by so much before calls are refused. */
const SINK_STEP_MS = 5000
const SINK_LAG_MS = 2000

/** Nothing needs who is only told: all calls are served. */
const SERVED: Expected = { seen: ['200'], before: [], withinMs: 0 }

/** A receiver of events. */
export const webhookUpstream: Upstream = {
  about: 'a receiver of events, which wait for it in the store',
  missing: () => undefined,
  async set(folder: string, tls: LinkCertificates): Promise<Stage> {
    const secret = aSecret(7)
    const receiver = await startReceiver([secret])
    const targetPort = Number(new URL(receiver.url).port)
    const link = await openFaultyLink({ targetPort, delayMs: 3 * WEBHOOK_TIMEOUT_MS, tls })
    const secretFile = join(folder, 'secret')
    await writeFile(secretFile, secret, { mode: 0o600 })
    const world = await startWorld(folder, [
      ...['--webhook-url', `https://127.0.0.1:${link.port}/hook`, '--webhook-ca', tls.caFile],
      ...['--webhook-secret-file', secretFile, '--webhook-timeout-ms', `${WEBHOOK_TIMEOUT_MS}`],
    ])
    return {
      ...world.stage,
      way: link,
      needy: world.rotated,
      async whole() {
        const isThere = () => {
          const ids = new Set(receiver.arrived.map(({ data }) => data.key_id))
          return world.rotatedKeys.every((keyId) => ids.has(keyId))
        }
        const missing = (await isSoWithin(ARRIVE_MS, isThere)) ? [] : ['events did not arrive']
        return [...missing, ...receiver.problems.splice(0)]
      },
      async close() {
        await link.close()
        await receiver.stop()
      },
    }
  },
}

/** A collector of traces. */
export const collectorUpstream: Upstream = {
  about: 'a collector of traces, which are lost without it',
  missing: () => undefined,
  async set(folder: string, tls: LinkCertificates): Promise<Stage> {
    let spans = 0
    const collector = createServer(async (request, response) => {
      for await (const _ of request) spans++
      response.end('{}')
    })
    await once(collector.listen(0, '127.0.0.1'), 'listening')
    const { port } = collector.address() as { readonly port: number } // it listens on TCP
    const link = await openFaultyLink({ targetPort: port, delayMs: 12_000, tls })
    const world = await startWorld(folder, ['--otlp-endpoint', `https://127.0.0.1:${link.port}`], {
      NODE_EXTRA_CA_CERTS: tls.caFile,
    })
    return {
      ...world.stage,
      way: link,
      async whole() {
        const before = spans
        const line = openLine(world.stage.node.url)
        await world.stage.needy(line)
        line.close()
        return (await isSoWithin(ARRIVE_MS, () => spans > before)) ? [] : ['no spans any more']
      },
      async close() {
        await link.close()
        collector.closeAllConnections()
        collector.close()
      },
    }
  },
}

/** A receiver of audit records, without which no call may be served for long. */
export const syslogUpstream: Upstream = {
  about: 'a receiver of audit records over TLS that is required',
  missing: () => undefined,
  async set(folder: string, tls: LinkCertificates): Promise<Stage> {
    const receiver = await startSyslog()
    const link = await openFaultyLink({
      targetPort: receiver.port,
      delayMs: 2 * SINK_STEP_MS,
      tls,
      isOneWay: true,
    })
    const world = await startWorld(folder, [
      ...['--audit-sinks', 'file,syslog', '--audit-sink-lag-ms', `${SINK_LAG_MS}`],
      ...['--audit-syslog', `syslog+tls://127.0.0.1:${link.port}`, '--audit-syslog-ca', tls.caFile],
    ])
    return {
      ...world.stage,
      way: link,
      honest: async () => ({ path: '/healthz', token: '', method: 'GET' }),
      expected: (fault) =>
        // What comes late is in the buffers of the system meanwhile.
        fault === 'slow'
          ? { seen: ['200'], before: ['500 KMS.0102'], withinMs: SINK_STEP_MS }
          : {
              seen: ['500 KMS.0102'],
              before: ['200'],
              withinMs: 2 * SINK_STEP_MS + SINK_LAG_MS,
            },
      backMs: 2 * SINK_STEP_MS + SINK_LAG_MS,
      async whole() {
        const texts = () => receiver.messages.map((message) => partsOf(message).text).join('\n')
        const isThere = () => {
          const all = texts()
          return world.keys.every((keyId) => all.includes(keyId))
        }
        const missing = (await isSoWithin(ARRIVE_MS, isThere)) ? [] : ['records did not arrive']
        return [...missing, ...receiver.problems.splice(0)]
      },
      async close() {
        await link.close()
        await receiver.close()
      },
    }
  },
}

/** A node with a key, and the keys that needy calls make. */
async function startWorld(
  folder: string,
  more: readonly string[],
  environment: Readonly<Record<string, string>> = {},
) {
  const node: NodeProcess = await startNode({
    name: 'node',
    directory: join(folder, 'node'),
    flags: ['--log-level', 'error', '--workers', '1', ...more],
    environment,
  })
  const credentials = await credentialsOf([node])
  const token = await adminToken(node, credentials)
  const path = `/v1.0/${credentials.project_id}/kms`
  const keys: string[] = []
  const needy = async (line: CallLine): Promise<Answer> => {
    const body = { key_alias: `k-${crypto.randomUUID()}` }
    const answer = await line.call({ path: `${path}/create-key`, token, body })
    if (answer.status === 200) keys.push(answer.body.key_info.key_id)
    return answer
  }
  const rotatedKeys: string[] = []
  /** A new key that rotates, which is an event. */
  const rotated = async (line: CallLine): Promise<Answer> => {
    const made = await needy(line)
    if (made.status !== 200) return made
    const key_id: string = made.body.key_info.key_id
    const answer = await line.call({ path: `${path}/rotate-on-demand`, token, body: { key_id } })
    if (answer.status === 200) rotatedKeys.push(key_id)
    return answer
  }
  const line = openLine(node.url)
  await needy(line)
  line.close()
  const stage = {
    node,
    honest: async () => ({
      path: `${path}/encrypt-data`,
      token,
      body: { key_id: keys[0], plain_text: 'x' },
    }),
    needy,
    expected: () => SERVED,
    limitMs: 1000,
    backMs: 1000,
  } as const satisfies Partial<Stage>
  return { stage, keys, rotated, rotatedKeys }
}

async function isSoWithin(ms: number, isSo: () => boolean): Promise<boolean> {
  const endMs = performance.now() + ms
  while (!isSo()) {
    if (performance.now() > endMs) return false
    await sleep(50)
  }
  return true
}
