import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../free-port.ts'
import { openProxyClient, startLoad } from './constant-load.ts'
import { makeCertificate } from './make-certificate.ts'
import { type NodeProcess, startNode } from './node-process.ts'
import { openNodesWorld } from './nodes-world.ts'
import { openSharedStore } from './shared-store.ts'
import { NO_HAPROXY, startHaproxy, type TestProxy } from './start-haproxy.ts'

const NODES = [1, 2] as const
const LINES = 16
const ROUNDS = process.env['KEYTURN_LONG'] === undefined ? 2 : 20
/** Longer than the proxy of the test takes to see that a node is not ready. */
const HANDOVER_MS = 1500
const CHANGE_TIMEOUT_MS = 10_000

/** Waits until the proxy finds a node up, or down. */
async function waitUntil(proxy: TestProxy, node: number, isUp: boolean): Promise<void> {
  const endsAtMs = Date.now() + CHANGE_TIMEOUT_MS
  while ((await proxy.figuresOf(node)).isUp !== isUp) {
    assert.ok(Date.now() < endsAtMs, `node ${node} is never ${isUp ? 'up' : 'down'}`)
    await sleep(20)
  }
}

describe('a roll of two nodes behind a proxy', { skip: NO_HAPROXY }, () => {
  for (const workers of ['1', '2']) {
    test(`loses no request, workers: ${workers}`, async (t) => {
      const folder = mkdtempSync(join(tmpdir(), 'keyturn-roll-'))
      t.after(() => rmSync(folder, { recursive: true, force: true }))
      const certificate = makeCertificate(folder)
      const store = await openSharedStore(folder)
      t.after(() => store.stop())
      const world = await openNodesWorld(folder, NODES.length, store)
      const ports = [await freePort(), await freePort()]
      const nodes = new Map<number, NodeProcess>()
      const start = async (node: number) => {
        const flags = [
          ...world.flagsOf(node),
          ...['--listen', `127.0.0.1:${ports[node - 1]}`, '--workers', workers],
          ...['--tls-cert', certificate.certFile, '--tls-key', certificate.keyFile],
          ...['--handover-ms', `${HANDOVER_MS}`],
        ]
        nodes.set(node, await startNode(flags))
      }
      t.after(() => Promise.all([...nodes.values()].map((node) => node.stop())))
      await Promise.all(NODES.map(start))
      const proxy = await startHaproxy(folder, certificate, ports)
      t.after(() => proxy.stop())
      for (const node of NODES) await waitUntil(proxy, node, true)

      const client = await openProxyClient({
        port: proxy.port,
        ca: certificate.pem,
        connections: LINES,
        credentials: world.credentials,
      })
      t.after(() => client.close())
      const load = startLoad(client, LINES, world.keyId)
      t.after(() => load.stop())
      await sleep(500)
      for (let round = 0; round < ROUNDS; round++) {
        for (const node of NODES) {
          const stopping = nodes.get(node)?.stop()
          await waitUntil(proxy, node, false)
          assert.equal(await stopping, 0, nodes.get(node)?.output() ?? '')
          await start(node)
          await waitUntil(proxy, node, true)
          const { replies } = await proxy.figuresOf(node)
          await sleep(300)
          assert.ok((await proxy.figuresOf(node)).replies > replies, `node ${node} has its share`)
        }
      }
      await load.stop()
      assert.deepEqual(load.failures.slice(0, 5), [], proxy.log())
      for (const node of NODES) {
        const { failures } = await proxy.figuresOf(node)
        assert.equal(failures, 0, `node ${node}: nothing had to be tried again\n${proxy.log()}`)
      }
      assert.ok(load.answered() > 100 * ROUNDS)
      t.diagnostic(`${load.answered()} requests answered, ${ROUNDS} rounds`)
    })
  }
})
