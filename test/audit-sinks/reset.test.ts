import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { duplexPair } from 'node:stream'
import { after, test } from 'node:test'
import { createSecureContext, TLSSocket } from 'node:tls'
import { StreamSink } from '../../src/audit/sinks/stream-sink.ts'
import { makeCertificate } from '../deploy/make-certificate.ts'

const folder = mkdtempSync(join(tmpdir(), 'keyturn-reset-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const LINE = { chain: '0123456789abcdef', text: '{"n":1,"status":200}' }

test('a connection that is reset just before it is ended gives no receipt, over TLS', async (t) => {
  const { certFile, keyFile, pem } = makeCertificate(folder)
  const secureContext = createSecureContext({ cert: pem, key: readFileSync(keyFile) })
  const got = Promise.withResolvers<void>()
  let settled: Promise<boolean> | undefined
  const server = createServer((raw) => {
    const [inner, outer] = duplexPair()
    raw.pipe(outer).pipe(raw)
    raw.on('error', () => undefined)
    new TLSSocket(inner, { isServer: true, secureContext }).on('data', () => {
      // A reset by the kernel at once: resetAndDestroy would end its own side first.
      Object.assign(raw, { resetAndClosing: true })
      raw.destroy()
      // In the same turn: the sink has not been told of it yet.
      settled = sink.settle(AbortSignal.timeout(5000))
      settled.catch(() => undefined)
      got.resolve()
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.after(() => server.close())
  const { port } = server.address() as AddressInfo
  const sink = new StreamSink(
    { kind: 'tls', host: '127.0.0.1', port, tls: { ca: readFileSync(certFile) } },
    { host: 'here', processId: 1 },
  )
  await sink.send([LINE])
  await got.promise
  await assert.rejects(settled ?? assert.fail(), /ECONNRESET|EPIPE|broke/)
  sink.reset()
})
