import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import { makeCertificate } from '../../test/deploy/make-certificate.ts'
import { CLIENT_TIMES, type ClientTimes, type Listener, listen } from './listener.ts'
import {
  type ConnectionBounds,
  connectionFigures,
  newConnectionMemory,
  openConnections,
} from './open-connections.ts'

const PATIENCE_MS = 10_000
const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'
const BOUNDS: ConnectionBounds = { maxOpen: 100, maxOfAddress: 0, maxHandshakes: 100 }

const open: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
})

interface Wanted {
  readonly bounds?: Partial<ConnectionBounds>
  readonly times?: Partial<ClientTimes>
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer }
  readonly memory?: SharedArrayBuffer
  readonly handle?: (request: IncomingMessage, response: ServerResponse) => void
}

async function start(
  wanted: Wanted = {},
): Promise<{ listener: Listener; memory: SharedArrayBuffer }> {
  const memory = wanted.memory ?? newConnectionMemory()
  const listener = await listen({
    host: '127.0.0.1',
    port: 0,
    tls: wanted.tls,
    connections: openConnections(memory, { ...BOUNDS, ...wanted.bounds }),
    times: { ...CLIENT_TIMES, ...wanted.times },
    lenientHeaders: false,
    handle: wanted.handle ?? ((_request, response) => response.end('served')),
    newRequestId: () => 'id',
    isShared: false,
    isLeaving: () => false,
    onError: (error) => assert.fail(error),
  })
  open.push(() => listener.drain(0))
  return { listener, memory }
}

interface Line {
  readonly socket: Socket
  /** All that has come so far. */
  readonly got: () => string
  /** Fulfilled when the other side has ended it. */
  readonly ended: Promise<unknown>
}

async function dial({ port }: Listener, localAddress = '127.0.0.1'): Promise<Line> {
  const socket = connect({ port, host: '127.0.0.1', localAddress })
  open.push(() => {
    socket.destroy()
  })
  let text = ''
  socket.on('error', () => undefined)
  socket.on('data', (chunk) => {
    text += chunk
  })
  const ended = new Promise((resolve) => socket.once('close', resolve))
  await Promise.race([new Promise((resolve) => socket.once('connect', resolve)), ended])
  return { socket, got: () => text, ended }
}

/** Whether somebody who sends a request is served. */
async function isServed(line: Line): Promise<boolean> {
  line.socket.write(GET)
  while (!line.got().endsWith('served') && !line.socket.destroyed) await sleep(5)
  return line.got().endsWith('served')
}

async function until(isSo: () => boolean): Promise<void> {
  for (const endMs = performance.now() + PATIENCE_MS; !isSo(); await sleep(5)) {
    assert.ok(performance.now() < endMs, 'it took too long')
  }
}

const folder = mkdtempSync(join(tmpdir(), 'keyturn-listener-'))
after(() => rmSync(folder, { recursive: true }))

function certificate() {
  const { pem, keyFile } = makeCertificate(folder)
  return { cert: pem, key: readFileSync(keyFile) }
}

test('connections are bounded for all listeners of a node together, and a closed one makes room', async () => {
  const bounds = { maxOpen: 4 }
  const { listener: one, memory } = await start({ bounds })
  const { listener: other } = await start({ bounds, memory })
  const lines: Line[] = []
  for (const listener of [one, other, one, other]) {
    const line = await dial(listener)
    assert.ok(await isServed(line))
    lines.push(line)
  }
  for (const listener of [one, other]) assert.equal(await isServed(await dial(listener)), false)
  assert.deepEqual(connectionFigures(memory), {
    open: 4,
    handshakes: 0,
    cut: { node: 2, address: 0, handshake: 0, reader: 0 },
  })
  lines[0]?.socket.destroy()
  await until(() => connectionFigures(memory).open === 3)
  assert.ok(await isServed(await dial(other)))
})

test('those of one address are bounded, and another one has its own', async () => {
  const bounds = { maxOfAddress: 2 }
  const { listener, memory } = await start({ bounds })
  const { listener: other } = await start({ bounds, memory })
  assert.ok(await isServed(await dial(listener)))
  const second = await dial(other)
  assert.ok(await isServed(second))
  assert.equal(await isServed(await dial(listener)), false)
  assert.ok(await isServed(await dial(listener, '127.0.0.2')))
  second.socket.destroy()
  await until(() => connectionFigures(memory).open === 2)
  assert.ok(await isServed(await dial(listener)))
  assert.equal(connectionFigures(memory).cut.address, 1)
})

test('who sends nothing, or no end of the headers, or of the body, is told so and cut off', async () => {
  const { listener } = await start({
    times: { headersMs: 200, requestMs: 400 },
    handle: (request) => {
      request.on('error', () => undefined).resume()
    },
  })
  const silent = await dial(listener)
  const slow = await dial(listener)
  slow.socket.write('GET / HTTP/1.1\r\nHost: x\r\n')
  const drip = setInterval(() => slow.socket.write('X: y\r\n'), 20)
  const body = await dial(listener)
  body.socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n')
  const dripBody = setInterval(() => body.socket.write('x'), 20)
  await Promise.all([silent.ended, slow.ended, body.ended])
  clearInterval(drip)
  clearInterval(dripBody)
  for (const line of [silent, slow, body]) {
    assert.match(line.got(), /^HTTP\/1\.1 408 Request Timeout\r\n.*"error_code":"APIGW\.0201"/s)
  }
})

test('who is told that something is wrong and keeps its end open is cut off', async () => {
  const { listener, memory } = await start()
  const socket = connect({ port: listener.port, host: '127.0.0.1', allowHalfOpen: true })
  open.push(() => {
    socket.destroy()
  })
  socket.on('error', () => undefined)
  socket.write('GARBAGE\r\n\r\n')
  const [reply] = await once(socket, 'data')
  assert.match(String(reply), /^HTTP\/1\.1 400 /)
  await until(() => connectionFigures(memory).open === 0)
})

/** More than the system takes for a client that does not read. */
const LONG = Buffer.alloc(16 * 1024 * 1024, 'x')

test('who does not read a reply is cut off, and who reads slowly is not', async () => {
  const { listener, memory } = await start({
    times: { replyMs: 3000 },
    handle: (_request, response) => response.end(LONG),
  })
  const deaf = await dial(listener)
  deaf.socket.pause()
  deaf.socket.write(GET)
  const slow = connect({ port: listener.port, host: '127.0.0.1' })
  let readBytes = 0
  slow.on('data', (chunk) => {
    readBytes += chunk.length
    slow.pause()
    setTimeout(() => slow.resume(), 2).unref()
  })
  slow.end(GET)
  const slowEnded = once(slow, 'end')
  await until(() => connectionFigures(memory).cut.reader === 1)
  await slowEnded
  assert.ok(readBytes > LONG.length)
  await until(() => connectionFigures(memory).open === 0)
  assert.equal(connectionFigures(memory).cut.reader, 1)
})

test('TLS: who does not end its handshake is cut off, and who does not read likewise', async () => {
  const tls = certificate()
  const { listener, memory } = await start({
    tls,
    times: { handshakeMs: 300, replyMs: 300 },
    handle: (_request, response) => response.end(LONG),
  })
  const silent = await dial(listener)
  await until(() => connectionFigures(memory).handshakes === 1)
  await silent.ended
  const plain = await dial(listener)
  plain.socket.write(GET)
  await plain.ended
  const deaf = connectTls({
    port: listener.port,
    host: '127.0.0.1',
    ca: tls.cert,
    servername: 'keyturn',
  })
  open.push(() => {
    deaf.destroy()
  })
  deaf.on('error', () => undefined)
  await once(deaf, 'secureConnect')
  await until(() => connectionFigures(memory).handshakes === 0)
  deaf.pause()
  deaf.write(GET)
  await until(() => connectionFigures(memory).cut.reader === 1)
  await until(() => connectionFigures(memory).open === 0)
})

test('TLS: when too many handshakes are under way the oldest gives way, and who comes is served', async () => {
  const tls = certificate()
  const { listener, memory } = await start({ tls, bounds: { maxHandshakes: 3 } })
  const silent: Line[] = []
  for (let n = 0; n < 3; n++) silent.push(await dial(listener))
  await until(() => connectionFigures(memory).handshakes === 3)
  const honest = connectTls({
    port: listener.port,
    host: '127.0.0.1',
    ca: tls.cert,
    servername: 'keyturn',
  })
  open.push(() => {
    honest.destroy()
  })
  await once(honest, 'secureConnect')
  await silent[0]?.ended
  await until(() => connectionFigures(memory).handshakes === 2)
  assert.deepEqual(connectionFigures(memory), {
    open: 3,
    handshakes: 2,
    cut: { node: 0, address: 0, handshake: 1, reader: 0 },
  })
  honest.write(GET)
  const [reply] = await once(honest, 'data')
  assert.match(String(reply), /^HTTP\/1\.1 200 OK/)
})

test('TLS: it is the address with the most handshakes under way that gives way, not who came before it', async () => {
  const { listener, memory } = await start({ tls: certificate(), bounds: { maxHandshakes: 4 } })
  const slow = [await dial(listener), await dial(listener)]
  await until(() => connectionFigures(memory).handshakes === 2)
  const flood: Line[] = []
  for (let n = 0; n < 30; n++) flood.push(await dial(listener, '127.0.0.66'))
  await Promise.all(flood.slice(0, 28).map(({ ended }) => ended))
  for (const { socket } of [...slow, ...flood.slice(28)]) assert.equal(socket.destroyed, false)
  assert.equal(connectionFigures(memory).handshakes, 4)
  assert.equal(connectionFigures(memory).cut.handshake, 28)
  // Where nobody has more than others, the oldest gives way.
  await dial(listener, '127.0.0.67')
  await slow[0]?.ended
  assert.equal(slow[1]?.socket.destroyed, false)
})
