import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { makeCertificate } from './deploy/make-certificate.ts'
import { startTestServer } from './server.ts'

test('who connects and says nothing does not keep a server with TLS from stopping', {
  timeout: 20_000,
}, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-tls-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const { certFile, keyFile } = makeCertificate(folder)
  // Whom it asks who callers are does not matter: nobody calls.
  const server = await startTestServer({
    flags: [
      ...['--identity', 'keystone', '--identity-url', 'http://127.0.0.1:1', '--drain-ms', '500'],
      ...['--tls-cert', certFile, '--tls-key', keyFile],
    ],
  })
  const silent = connect(Number(new URL(server.url).port), '127.0.0.1')
  t.after(() => silent.destroy())
  silent.on('error', () => undefined)
  await sleep(100)
  const startedAtMs = performance.now()
  await server.stop()
  assert.ok(performance.now() - startedAtMs < 3000)
})

/** Connects, by its own loop, and sends one request; tells what came back. */
const CALLER = `
  const { parentPort, workerData } = require('node:worker_threads')
  const { connect } = require('node:net')
  const socket = connect(workerData.port, '127.0.0.1')
  let text = ''
  socket.on('connect', () => {
    Atomics.add(new Int32Array(workerData.buffer), 0, 1)
    socket.write('GET /healthz HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n')
  })
  socket.on('data', (chunk) => (text += chunk))
  socket.on('error', (error) => (text += error.code))
  socket.on('close', () => parentPort.postMessage(text))
`

test('a connection that waits to be accepted when the server stops is answered', {
  timeout: 20_000,
}, async () => {
  const server = await startTestServer()
  const port = Number(new URL(server.url).port)
  const buffer = new SharedArrayBuffer(4)
  const callers = Array.from(
    { length: 8 },
    () => new Worker(CALLER, { eval: true, workerData: { port, buffer } }),
  )
  const answers = callers.map(
    (caller) => new Promise<string>((resolve) => caller.once('message', resolve)),
  )
  await Promise.all(
    callers.map((caller) => new Promise((resolve) => caller.once('online', resolve))),
  )
  // This loop stands still, so that connections wait in the queue of the system.
  const connected = new Int32Array(buffer)
  const endsAtMs = performance.now() + 5000
  while (Atomics.load(connected, 0) < callers.length && performance.now() < endsAtMs);
  assert.equal(connected[0], callers.length)
  const stopped = server.stop()
  for (const answer of await Promise.all(answers)) assert.match(answer, /^HTTP\/1\.1 200/)
  await stopped
})
