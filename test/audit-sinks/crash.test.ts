import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { type NodeProcess, startNode } from '../campaigns/node-process.ts'
import { passwordAuth, signIn } from '../server.ts'
import { assertWhole, tcpFlags, textsOf } from './sink-server.ts'
import { startReceiver } from './syslog-receiver.ts'

const CLIENTS = 4
const KILL_AFTER_MS = [700, 300, 1100]

const folder = mkdtempSync(join(tmpdir(), 'keyturn-sinks-'))
after(() => rmSync(folder, { recursive: true }))

/** Calls without an end; answers how many were answered once the server is gone. */
async function callUntilGone(node: NodeProcess, projectId: string, token: string): Promise<number> {
  for (let answered = 0; ; answered++) {
    const called = await fetch(`${node.url}/v1.0/${projectId}/kms/list-keys`, {
      method: 'POST',
      headers: { 'X-Auth-Token': token, 'Content-Type': 'application/json' },
      body: '{}',
    }).then(
      (response) => response.text(),
      () => undefined,
    )
    if (called === undefined) return answered
  }
}

test('a server that is killed in mid-call goes on with its sink: none is missing, and what is there twice is alike', async () => {
  const receiver = await startReceiver()
  after(() => receiver.close())
  const flags = [...tcpFlags(receiver.port), '--workers', '2', '--log-level', 'error']
  const start = () => startNode({ name: 'kms-1', directory: folder, flags })
  let answered = 0
  for (const afterMs of KILL_AFTER_MS) {
    const node = await start()
    const file = join(folder, 'bootstrap-credentials.json')
    const credentials = JSON.parse(readFileSync(file, 'utf8'))
    const token = await signIn(node.url, passwordAuth(credentials))
    const calling = Array.from({ length: CLIENTS }, () =>
      callUntilGone(node, credentials.project_id, token),
    )
    await setTimeout(afterMs)
    await node.kill9()
    answered += (await Promise.all(calling)).reduce((sum, count) => sum + count, 0)
  }
  const last = await start()
  assert.equal(await last.stop(), 0)
  assertWhole(folder, receiver)
  const records = new Set(textsOf(receiver).filter((text) => text.includes('"op":"ListKeys"')))
  assert.ok(answered > 50 && records.size >= answered, `${records.size} of ${answered} answered`)
})
