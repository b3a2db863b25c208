import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { startTestServer } from '../server.ts'
import { assertWhole, probe, until } from './sink-server.ts'

/** A receiver of syslog over UDP; one message a datagram. */
async function startUdpReceiver(port = 0) {
  const messages: string[] = []
  const socket = createSocket('udp4')
  socket.on('message', (message) => messages.push(message.toString('utf8')))
  socket.bind(port, '127.0.0.1')
  await once(socket, 'listening')
  after(() => new Promise<void>((resolve) => socket.close(() => resolve())))
  return { messages, problems: [], port: socket.address().port, socket }
}

/** A port that nobody has. */
async function freePort(): Promise<number> {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address()
  socket.close()
  await once(socket, 'close')
  return port
}

const flagsTo = (port: number) => [
  ...['--audit-sinks', 'file,syslog:best-effort', '--audit-sink-lag-ms', '1000'],
  ...['--audit-syslog', `syslog+udp://127.0.0.1:${port}`],
]

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'keyturn-sinks-'))
  after(() => rmSync(path, { recursive: true }))
  return path
}

test('over UDP: a datagram for each line', async () => {
  const receiver = await startUdpReceiver()
  const directory = folder()
  const server = await startTestServer({ directory, flags: flagsTo(receiver.port) })
  await server.createKey()
  await server.stop()
  assertWhole(directory, receiver)
  for (const message of receiver.messages)
    assert.match(message, /^<1\d\d>1 .* keyturn \d+ (record|seal) - \{/)
})

test('over UDP to nobody: the machine says so, failures are counted, calls are served; who comes later has it all', async () => {
  const port = await freePort()
  const directory = folder()
  const server = await startTestServer({ directory, flags: flagsTo(port) })
  await server.createKey()
  const failures = async () =>
    Number(
      /keyturn_audit_sink_failures_total\{sink="syslog"\} (\d+)/.exec(
        await probe(server, '/metrics'),
      )?.[1],
    )
  await until('counted', async () => (await failures()) >= 2)
  assert.equal(await probe(server, '/readyz'), '200 ready\n')
  const receiver = await startUdpReceiver(port)
  await until('something arrived', () => receiver.messages.length > 0)
  await server.createKey()
  await server.stop()
  assertWhole(directory, receiver)
})
