import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { PeerError, type Peers } from '../ports/peers.ts'
import { readPeers } from './peers.ts'

const KEY_ID = '0d0466b0-e727-4d9c-b35d-f84bb474a37f'
const PATIENCE_MS = 10_000

const folder = mkdtempSync(join(tmpdir(), 'keyturn-peers-'))
let answer: (response: ServerResponse) => void = () => undefined
const region = createServer((request, response) => {
  request.resume().once('end', () => answer(response))
})
let peers: Peers

before(async () => {
  await new Promise<void>((done) => region.listen(0, '127.0.0.1', done))
  const { port } = region.address() as AddressInfo
  writeFileSync(join(folder, 'west.sk'), 'a secret key', { mode: 0o600 })
  writeFileSync(join(folder, 'shared'), 's'.repeat(48), { mode: 0o600 })
  writeFileSync(
    join(folder, 'peers.toml'),
    `[[peer]]
region = "west"
endpoint = "http://127.0.0.1:${port}"
access-key = "somebody"
secret-key-file = "west.sk"
shared-secret-file = "shared"
timeout-ms = ${PATIENCE_MS}
`,
  )
  peers = readPeers(join(folder, 'peers.toml'), 'east')
})
after(() => {
  region.closeAllConnections()
  region.close()
  rmSync(folder, { recursive: true })
})

const send = () => peers.send('west', 'project', new Uint8Array(3))
const says = (status: number, body: unknown) => (response: ServerResponse) => {
  response.statusCode = status
  response.end(typeof body === 'string' ? body : JSON.stringify(body))
}

test('a region that took a parcel says under which key', async () => {
  answer = says(200, { key_id: KEY_ID, domain_id: 'd' })
  assert.deepEqual(await send(), { keyId: KEY_ID, tenantId: 'd' })
})

for (const [what, status, body] of [
  ['null', 200, null],
  ['null with a refusal', 404, null],
  ['a list', 200, []],
  ['a text', 200, '"yes"'],
  ['a number', 400, '7'],
  ['what is no JSON', 200, '<html>welcome</html>'],
  ['nothing', 200, ''],
  ['no key', 200, { domain_id: 'd' }],
  ['a key that is none', 200, { key_id: { of: KEY_ID }, domain_id: 'd' }],
  ['no domain', 200, { key_id: KEY_ID }],
  ['a domain that is none', 200, { key_id: KEY_ID, domain_id: 7 }],
  ['a defect of its own', 500, { error_code: 'KMS.0101' }],
] as const) {
  test(`a region that answers ${what} is one whose answer is invalid`, async () => {
    answer = says(status, body)
    await assert.rejects(send(), (error) => error instanceof PeerError && error.kind === 'invalid')
  })
}

test('an answer without end is given up long before the time is', { timeout: 8000 }, async () => {
  let sentBytes = 0
  answer = (response) => {
    response.writeHead(200, { 'Content-Type': 'application/json' })
    const more = (): void => {
      while (!response.destroyed) {
        const chunk = Buffer.alloc(64 * 1024, 0x20)
        sentBytes += chunk.length
        if (!response.write(chunk)) break
      }
    }
    response.on('drain', more)
    more()
  }
  await assert.rejects(send(), (error) => error instanceof PeerError && error.kind === 'invalid')
  assert.ok(sentBytes < 64 * 1024 * 1024, `${sentBytes} bytes were taken`)
})

test('the code of a refusal is told, and only if it is one', async () => {
  const codeOf = async (code: unknown): Promise<string> => {
    answer = says(403, { error_code: code })
    const error: unknown = await send().catch((thrown: unknown) => thrown)
    assert.ok(error instanceof PeerError && error.kind === 'refused', String(error))
    return error.code
  }
  assert.equal(await codeOf('KMS.0307'), 'KMS.0307')
  assert.equal(await codeOf('APIGW.0301'), 'APIGW.0301')
  for (const code of [undefined, 7, {}, 'x'.repeat(1000), '<b>', 'KMS.0307\nKMS']) {
    assert.equal(await codeOf(code), '403')
  }
})
