import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { makeCertificate } from '../deploy/make-certificate.ts'
import { startTestServer } from '../server.ts'
import { assertWhole, LAG, probe, tcpFlags, until } from './sink-server.ts'
import { startReceiver } from './syslog-receiver.ts'

/** Listens, and does that with each connection. */
async function startListener(take: (socket: Socket) => void) {
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    take(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

describe('receivers of syslog that do not do their part', { concurrency: 4 }, () => {
  const folders: string[] = []
  const folder = (): string => {
    const path = mkdtempSync(join(tmpdir(), 'keyturn-sinks-'))
    folders.push(path)
    return path
  }
  after(() => {
    for (const path of folders) rmSync(path, { recursive: true })
  })
  const refuses = async (server: { readonly url: string }) =>
    (await probe(server, '/readyz')).startsWith('503 the audit sink syslog')

  // As a load balancer without a receiver behind it does, from as far as its answer takes.
  test('one that takes connections and drops each is as good as none', async () => {
    const listener = await startListener((socket) => {
      setTimeout(() => socket.resetAndDestroy(), 150)
    })
    const { port } = listener
    const directory = folder()
    const server = await startTestServer({ directory, flags: tcpFlags(port) })
    await server.createKey()
    await until('refused', () => refuses(server))
    await listener.close()
    const receiver = await startReceiver({ port })
    await until('served', async () => !(await refuses(server)))
    await server.createKey()
    await server.stop()
    assertWhole(directory, receiver)
    await receiver.close()
  })

  test('one that wants a certificate of us gets nothing without, everything with', async () => {
    const place = folder()
    const { certFile, keyFile, pem } = makeCertificate(place)
    const own = { cert: readFileSync(certFile), key: readFileSync(keyFile) }
    const tls = { ...own, ca: pem, requestCert: true, rejectUnauthorized: true }
    const receiver = await startReceiver({ tls })
    const directory = folder()
    const flags = [
      ...['--audit-sinks', 'file,syslog', ...LAG, '--audit-syslog-ca', certFile],
      ...['--audit-syslog', `syslog+tls://127.0.0.1:${receiver.port}`],
    ]
    const nobody = await startTestServer({ directory, flags })
    await until('refused', () => refuses(nobody))
    await nobody.stop()
    assert.deepEqual(receiver.messages, [])
    const shown = ['--audit-syslog-cert', certFile, '--audit-syslog-key', keyFile]
    const server = await startTestServer({ directory, flags: [...flags, ...shown] })
    await server.createKey()
    await server.stop()
    assertWhole(directory, receiver)
    await receiver.close()
  })
})
