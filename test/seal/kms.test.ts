import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, request } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { after, before, describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { SealError } from '../../src/ports/seal.ts'
import { kmsSeal } from '../../src/server/seal-settings.ts'
import { runKeyturn } from '../cli/run-keyturn.ts'
import { makeCertificate } from '../deploy/make-certificate.ts'
import { startTestServer, type TestServer } from '../server.ts'
import { startSealable } from './start-sealable.ts'

const home = mkdtempSync(join(tmpdir(), 'keyturn-kms-seal-'))
const credentials = join(home, 'credentials.json')
const data = join(home, 'data')
let peer: TestServer
let keyId = ''
/** What stands between the two: it passes on, or does something else. */
let fault: 'none' | 'garbage' | 'html' | 'reset' | 'hang' | 'endless' | 'other key' = 'none'
const between = createServer((incoming, outgoing) => {
  if (fault === 'hang') return
  if (fault === 'reset') return void incoming.socket.destroy()
  if (fault === 'endless') return void Readable.from(endless()).pipe(outgoing)
  if (fault === 'html') return void outgoing.end('<html>welcome</html>')
  const isOpening = incoming.url?.endsWith('/decrypt-datakey') === true
  if (fault === 'garbage' && isOpening) return void outgoing.end('{"data_key":"00"}')
  if (fault === 'other key' && isOpening)
    return void outgoing.end(`{"data_key":"${'00'.repeat(32)}"}`)
  const { method, headers, url } = incoming
  const onward = request(new URL(url ?? '/', peer.url), { method, headers }, (reply) => {
    outgoing.writeHead(reply.statusCode ?? 502, reply.headers)
    reply.pipe(outgoing)
  })
  onward.on('error', () => outgoing.destroy())
  incoming.pipe(onward)
})
let url = ''
let endlessBytes = 0

function* endless(): Generator<Buffer> {
  for (const chunk = Buffer.alloc(64 * 1024, 0x20); ; endlessBytes += chunk.length) yield chunk
}

before(async () => {
  peer = await startTestServer()
  keyId = await peer.createKey()
  const { user_name, password, domain_name, project_id } = peer.credentials
  writeFileSync(credentials, JSON.stringify({ user_name, password, domain_name, project_id }))
  await new Promise<void>((done) => between.listen(0, '127.0.0.1', done))
  url = `http://127.0.0.1:${(between.address() as AddressInfo).port}`
})
after(async () => {
  between.closeAllConnections()
  between.close()
  await peer.stop()
  rmSync(home, { recursive: true })
})

const flags = (at = url) => ['--seal-kms-url', at, '--seal-kms-credentials', credentials]
const seal = (verb: string, ...more: readonly string[]) =>
  runKeyturn(['seal', verb, '--data', data, ...more])

const start = () => startSealable(data, flags())

async function untilStatus(pattern: RegExp): Promise<void> {
  for (let tries = 0; ; tries++) {
    const { out } = await seal('status')
    if (pattern.test(out)) return
    assert.ok(tries < 400, `no ${pattern} in ${out}`)
    await setTimeout(50)
  }
}

describe('a root key that another Keyturn seals', () => {
  let rootId = ''

  test('the seal is made, and the server opens without anybody', async () => {
    const without = await seal('create', '--seal', 'kms', ...flags())
    assert.equal(without.code, 2)
    const absent = await seal('create', '--seal', 'kms', '--seal-kms-key', 'nope', ...flags())
    assert.equal(absent.err.match(/malformed/g)?.length, 1, absent.err)
    const made = await seal('create', '--seal', 'kms', '--seal-kms-key', keyId, ...flags())
    assert.equal(made.code, 0, made.err)
    rootId = made.out
    const text = readFileSync(join(data, 'root.key'), 'utf8')
    assert.ok(text.includes(keyId) && !text.includes(peer.credentials.password))
    const running = await start().running
    assert.equal((await fetch(`${running.url}/readyz`)).status, 200)
    await running.stop()
  })

  test('nothing of it travels readable: over plain HTTP only this machine is asked', async () => {
    for (const at of [
      'http://kms.example',
      'http://10.0.0.1:7480',
      'http://[fe80::1]',
      'http://127.0.0.1.nip.io',
    ]) {
      const refused = await seal(
        'create',
        '--seal',
        'kms',
        '--seal-kms-key',
        keyId,
        ...flags(at),
        '--data',
        join(home, 'elsewhere'),
      )
      assert.equal(refused.code, 2, at)
      assert.match(refused.err, /another machine, and over http/, at)
      const checked = await runKeyturn(['config', 'check', ...flags(at)])
      assert.equal(checked.code, 2, at)
    }
    for (const at of ['ftp://kms.example', 'https://u:p@kms.example', 'kms.example'])
      assert.match((await runKeyturn(['config', 'check', ...flags(at)])).err, /must be a URL/, at)
    for (const at of ['http://[::1]:7480', 'http://localhost', 'https://kms.example'])
      assert.equal((await runKeyturn(['config', 'check', ...flags(at)])).code, 0, at)
  })

  test('the same with an access key, which signs', async () => {
    const { access_key, secret_key, project_id } = peer.credentials
    const file = join(home, 'access.json')
    writeFileSync(file, JSON.stringify({ access_key, secret_key, project_id }))
    const seal = kmsSeal(join(data, 'root.key'), {
      'seal-kms-url': peer.url,
      'seal-kms-credentials': file,
    })
    assert.equal((await seal.open()).id, rootId)
  })

  test('each fault of the peer is named, and none is taken for the key', async () => {
    const open = (at = url) =>
      kmsSeal(join(data, 'root.key'), {
        'seal-kms-url': at,
        'seal-kms-credentials': credentials,
      }).open()
    const fails = (pattern: RegExp) => (error: unknown) => {
      assert.ok(error instanceof SealError && error.kind !== 'damaged', String(error))
      assert.match(error.message, pattern)
      assert.ok(!error.message.includes(peer.credentials.password))
      return true
    }
    for (const [what, pattern] of [
      ['html', /not|answer/i],
      ['garbage', /no data key/],
      ['reset', /cannot be reached.*(ECONNRESET|hang up)/],
      ['other key', /does not open the seal/],
      ['endless', /more than \d+ bytes/],
      ['hang', /did not answer within/],
    ] as const) {
      fault = what
      await assert.rejects(open(), fails(pattern), what)
    }
    fault = 'none'
    assert.ok(endlessBytes < 64 * 1024 * 1024, `${endlessBytes} bytes were taken`)
    await assert.rejects(open('http://127.0.0.1:1'), fails(/ECONNREFUSED/))

    const certificate = makeCertificate(home)
    const secure = createSecureServer({
      cert: String(certificate.pem),
      key: readFileSync(certificate.keyFile),
    })
    await new Promise<void>((done) => secure.listen(0, '127.0.0.1', done))
    const { port } = secure.address() as AddressInfo
    await assert.rejects(open(`https://127.0.0.1:${port}`), fails(/certificate|SELF_SIGNED/i))
    secure.close()
    assert.equal((await open()).id, rootId)
  })

  test('while the peer is away the server is sealed and says why; then it opens by itself', async () => {
    fault = 'reset'
    const server = start()
    const sealedUrl = await server.sealed
    const ready = await fetch(`${sealedUrl}/readyz`)
    assert.deepEqual([ready.status, await ready.text()], [503, 'sealed: unavailable\n'])
    assert.match((await seal('status')).out, /sealed, .*cannot be reached/)
    const asked = await seal('unseal')
    assert.equal(asked.code, 5)
    assert.match(asked.err, /opens by itself as soon as it can/)
    fault = 'none'
    const running = await server.running
    assert.equal((await fetch(`${running.url}/readyz`)).status, 200)
    assert.match((await seal('status')).out, new RegExp(`${rootId}[^]*unsealed`))
    await running.stop()
  })

  test('a rotated key of the peer still opens; a disabled one does not, until it is enabled', async () => {
    const rotated = await peer.kms('rotate-on-demand', { key_id: keyId })
    const running = await start().running
    await running.stop()
    const disabled = await peer.kms('disable-key', { key_id: keyId })
    assert.deepEqual([rotated.status, disabled.status], [200, 200], rotated.text)
    const server = start()
    await server.sealed
    await untilStatus(/sealed, .*(disabled|KMS\.\d{4})/)
    assert.equal((await peer.kms('enable-key', { key_id: keyId })).status, 200)
    await (await server.running).stop()
  })

  test('a server that waits for its peer stops when it is told to', async () => {
    fault = 'reset'
    const server = start()
    await server.sealed
    server.stop()
    await assert.rejects(server.running, /stopped while sealed/)
    fault = 'none'
  })

  test('a cipher text of the peer for another purpose is not taken', async () => {
    const path = join(data, 'root.key')
    const file = JSON.parse(readFileSync(path, 'utf8'))
    const reply = await peer.kms('decrypt-datakey', {
      key_id: keyId,
      cipher_text: file.guard.cipherText,
      datakey_cipher_length: '32',
    })
    assert.equal(reply.status >= 400, true, 'without the purpose it does not open')
  })

  test('it moves to a file and back, the same root key', async () => {
    const toFile = await seal('migrate', '--to', 'file', ...flags())
    assert.deepEqual([toFile.code, toFile.out], [0, rootId], toFile.err)
    const back = await seal('migrate', '--to', 'kms', '--seal-kms-key', keyId, ...flags())
    assert.deepEqual([back.code, back.out], [0, rootId], back.err)
  })
})
