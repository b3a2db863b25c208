import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { runKeyturn } from '../cli/run-keyturn.ts'
import { makeCertificate } from '../deploy/make-certificate.ts'
import { startTestServer } from '../server.ts'
import { assertWhole, bestEffort, LAG, probe, tcpFlags, textsOf, until } from './sink-server.ts'
import { partsOf, receivedLines } from './sink-stream.ts'
import { startReceiver } from './syslog-receiver.ts'

describe('audit records over syslog', { concurrency: 4 }, () => {
  const folders: string[] = []
  const folder = (): string => {
    const path = mkdtempSync(join(tmpdir(), 'keyturn-sinks-'))
    folders.push(path)
    return path
  }
  after(() => {
    for (const path of folders) rmSync(path, { recursive: true })
  })

  test('two threads: the receiver has every line of both chains, in order, as RFC 5424', async () => {
    const receiver = await startReceiver()
    const directory = folder()
    const server = await startTestServer({
      directory,
      flags: [...tcpFlags(receiver.port), '--workers', '2', '--node-name', 'kms-1'],
    })
    const key = await server.createKey()
    for (let n = 0; n < 60; n++) {
      await server.kms('describe-key', { key_id: key }, { headers: { Connection: 'close' } })
    }
    await server.kms('describe-key', { key_id: 'nonsense' })
    const made = ['project', 'create', '--name', 'by-command', '--data', directory]
    assert.equal((await runKeyturn(made)).code, 0)
    await server.stop()
    assertWhole(directory, receiver)
    assert.ok(textsOf(receiver).some((text) => text.includes('"op":"project create"')))
    const headers = receiver.messages.map((message) => partsOf(message).header)
    const form =
      /^<1(09|10)>1 (-|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) kms-1 keyturn \d+ (record|seal) - $/
    for (const header of headers) assert.match(header, form)
    assert.ok(
      headers.some((header) => header.startsWith('<109>')),
      'a refusal is a notice',
    )
    await receiver.close()
  })

  test('a receiver that takes each connection and resets it: calls are refused, and stay so', async () => {
    const resetting = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.once('data', () => socket.resetAndDestroy())
    })
    await once(resetting.listen(0, '127.0.0.1'), 'listening')
    const { port } = resetting.address() as { readonly port: number } // it listens on TCP
    const directory = folder()
    const server = await startTestServer({ directory, flags: tcpFlags(port) })
    await until('not ready', async () => (await probe(server, '/readyz')).startsWith('503'))
    for (let tries = 0; tries < 30; tries++) {
      assert.match(await probe(server, '/readyz'), /^503/)
      await setTimeout(100)
    }
    resetting.close()
    await once(resetting, 'close')
    const receiver = await startReceiver({ port })
    await until('ready', async () => (await probe(server, '/readyz')).startsWith('200'))
    await server.stop()
    assertWhole(directory, receiver)
    await receiver.close()
  })

  test('the receiver goes with unread bytes: calls are refused, then served; no record is missing', async () => {
    const first = await startReceiver()
    const directory = folder()
    const server = await startTestServer({ directory, flags: tcpFlags(first.port) })
    const key = await server.createKey()
    await until('something arrived', () => first.messages.length > 0)
    first.stopReading()
    // These reach the kernel of the receiver, and die with it.
    for (let n = 0; n < 20; n++) await server.kms('describe-key', { key_id: key })
    await setTimeout(300)
    const { port } = first
    await first.close()
    await until('not ready', async () => (await probe(server, '/readyz')).startsWith('503'))
    assert.match(await probe(server, '/readyz'), /503 the audit sink syslog takes no records/)
    assert.match(await probe(server, '/healthz'), /^200 ok\n.*syslog.*refused/)
    assert.match(await probe(server, '/metrics'), /keyturn_audit_sink_failing\{sink="syslog"\} 1/)
    const refused = await server.kms('describe-key', { key_id: key })
    assert.deepEqual([refused.status, refused.body.error_code], [500, 'KMS.0102'])
    const second = await startReceiver({ port })
    await until('ready', async () => (await probe(server, '/readyz')).startsWith('200'))
    assert.match(await probe(server, '/metrics'), /keyturn_audit_sink_failing\{sink="syslog"\} 0/)
    assert.equal((await server.kms('describe-key', { key_id: key })).status, 200)
    await server.stop()
    assertWhole(directory, first, second)
    assert.ok(
      textsOf(second).some((text) => text.includes('"code":"KMS.0102"')),
      'what was refused meanwhile is on record too',
    )
    await second.close()
  })

  test('a server that starts without its receiver refuses, and a restart goes on where it was', async () => {
    const first = await startReceiver()
    const { port } = first
    const directory = folder()
    const before = await startTestServer({ directory, flags: tcpFlags(port) })
    await before.createKey()
    await before.stop()
    const known = first.messages.length
    await first.close()
    const without = await startTestServer({ directory, flags: tcpFlags(port) })
    await until('not ready', async () => (await probe(without, '/readyz')).startsWith('503'))
    await without.stop()
    const second = await startReceiver({ port })
    const again = await startTestServer({ directory, flags: tcpFlags(port) })
    await again.createKey()
    await again.stop()
    assertWhole(directory, first, second)
    assert.equal(receivedLines(textsOf(second)).size, 1)
    const early = textsOf(first)
    assert.ok(
      known > 0 && !textsOf(second).some((text) => early.includes(text)),
      'none comes again',
    )
    await second.close()
  })

  test('best effort: calls are served without the receiver, which gets everything later', async () => {
    const first = await startReceiver()
    const { port } = first
    await first.close()
    const directory = folder()
    const flags = bestEffort(tcpFlags(port))
    const server = await startTestServer({ directory, flags })
    const failing = /keyturn_audit_sink_failing\{sink="syslog"\} 1/
    await until('told', async () => failing.test(await probe(server, '/metrics')))
    assert.equal(await probe(server, '/readyz'), '200 ready\n')
    await server.createKey()
    const second = await startReceiver({ port })
    await until('well', async () => !failing.test(await probe(server, '/metrics')))
    await server.stop()
    assertWhole(directory, second)
    await second.close()
  })

  test('over TLS to a receiver that is known, and to no other', async () => {
    const place = folder()
    const { certFile, keyFile } = makeCertificate(place)
    const tls = { cert: readFileSync(certFile), key: readFileSync(keyFile) }
    const receiver = await startReceiver({ tls })
    const flags = [
      ...['--audit-sinks', 'file,syslog', ...LAG],
      ...['--audit-syslog', `syslog+tls://127.0.0.1:${receiver.port}`],
    ]
    const directory = folder()
    const stranger = await startTestServer({ directory, flags })
    await until('not ready', async () => (await probe(stranger, '/readyz')).startsWith('503'))
    await stranger.stop()
    assert.deepEqual(receiver.messages, [])
    const server = await startTestServer({
      directory,
      flags: [...flags, '--audit-syslog-ca', certFile],
    })
    await server.createKey()
    await server.stop()
    assertWhole(directory, receiver)
    await receiver.close()
  })

  test('over a Unix socket', async () => {
    const path = join(folder(), 'log')
    const receiver = await startReceiver({ path })
    const directory = folder()
    const flags = ['--audit-sinks', 'file,syslog', '--audit-syslog', `syslog+unix:${path}`]
    const server = await startTestServer({ directory, flags })
    await server.createKey()
    await server.stop()
    assertWhole(directory, receiver)
    await receiver.close()
  })
})
