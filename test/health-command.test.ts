import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { run } from '../src/cli/run.ts'
import { makeCertificate, type TestCertificate } from './deploy/make-certificate.ts'
import { startTestServer, type TestServer } from './server.ts'

interface Result {
  readonly code: number
  readonly out: string
  readonly err: string
}

async function health(args: readonly string[], environment = {}): Promise<Result> {
  let [out, err] = ['', '']
  const code = await run(['health', ...args], {
    environment,
    print: (text) => {
      out += text
    },
    printError: (text) => {
      err += text
    },
  })
  return { code, out, err }
}

describe('keyturn health', () => {
  let folder: string
  let certificate: TestCertificate
  let server: TestServer
  let listen: string
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'keyturn-health-'))
    certificate = makeCertificate(folder)
    const { certFile, keyFile } = certificate
    // Nobody signs in here: whom it asks does not matter.
    const identity = ['--identity', 'keystone', '--identity-url', 'http://127.0.0.1:1']
    server = await startTestServer({
      flags: [...identity, '--tls-cert', certFile, '--tls-key', keyFile],
    })
    listen = new URL(server.url).host
  })
  after(async () => {
    await server.stop()
    rmSync(folder, { recursive: true })
  })

  test('asks the server of the variables, on this machine', async () => {
    const tls = { KEYTURN_TLS_CERT: certificate.certFile, KEYTURN_TLS_KEY: certificate.keyFile }
    const { code, out } = await health([], { KEYTURN_LISTEN: listen, ...tls })
    assert.deepEqual([code, out], [0, 'ready'])
    const port = listen.split(':')[1]
    const anywhere = await health([], { KEYTURN_LISTEN: `0.0.0.0:${port}`, ...tls })
    assert.equal(anywhere.code, 0, anywhere.err)
  })

  test('trusts another machine only by its certificate', async () => {
    const url = `${server.url}/healthz`
    const trusted = await health(['--url', url, '--ca', certificate.certFile])
    assert.deepEqual([trusted.code, trusted.out], [0, 'ok'])
    const stranger = await health(['--url', url])
    assert.equal(stranger.code, 1)
    assert.match(stranger.err, /self-signed certificate/)
  })

  test('says why not', async () => {
    const missing = await health(['--url', `${server.url}/x`, '--ca', certificate.certFile])
    assert.equal(missing.code, 1)
    assert.match(missing.err, /^keyturn: 404 /)
    const nobody = await health(['--url', 'http://127.0.0.1:1/healthz'])
    assert.equal(nobody.code, 1)
    assert.match(nobody.err, /does not answer/)
    assert.equal((await health(['--url', 'kms.example'])).code, 2)
    assert.equal((await health(['--nonsense'])).code, 2)
    assert.match((await health(['--help'])).out, /--url URL/)
  })
})
