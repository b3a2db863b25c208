import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { Agent, request as httpRequest } from 'node:http'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type Json, passwordAuth, signIn, startTestServer, type TestServer } from './server.ts'

const WORKERS = 3
/** So many that each worker has some, but for one start in a billion. */
const CONNECTIONS = 48

/** Connections that stay open, so that requests reach the worker that one wants. */
interface Line {
  readonly call: (
    name: string,
    body: unknown,
    token?: string,
  ) => Promise<{ status: number; body: Json }>
  readonly close: () => void
}

function openLine(server: TestServer): Line {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const { port } = new URL(server.url)
  return {
    close: () => agent.destroy(),
    call: (name, body, token = server.token) =>
      new Promise((resolve, reject) => {
        const text = JSON.stringify(body)
        const path = `/v1.0/${server.credentials.project_id}/kms/${name}`
        const headers = {
          'Content-Type': 'application/json',
          'Content-Length': Buffer.byteLength(text),
          'X-Auth-Token': token,
        }
        const request = httpRequest({ agent, port, method: 'POST', path, headers }, (response) => {
          let answer = ''
          response.setEncoding('utf8')
          response.on('data', (chunk) => {
            answer += chunk
          })
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, body: JSON.parse(answer || '{}') }),
          )
        })
        request.on('error', reject)
        request.end(text)
      }),
  }
}

describe('several workers', { skip: process.platform !== 'linux' }, () => {
  let server: TestServer
  let lines: readonly Line[]
  before(async () => {
    // A bound that long is no help: only what workers tell one another is.
    server = await startTestServer({
      flags: ['--workers', `${WORKERS}`, '--staleness-ms', '60000'],
    })
    lines = Array.from({ length: CONNECTIONS }, () => openLine(server))
  })
  after(async () => {
    for (const line of lines) line.close()
    await server.stop()
  })

  const everywhere = (name: string, body: unknown, token?: string) =>
    Promise.all(lines.map((line) => line.call(name, body, token)))
  const first = () => lines[0] as Line // there are many

  test('each has its share of connections, and its audit chain', async () => {
    const keyId = await server.createKey()
    const answers = await everywhere('encrypt-data', { key_id: keyId, plain_text: 'x' })
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200])
    const folder = join(server.directory, 'audit')
    for (let worker = 1; worker <= WORKERS; worker++) {
      const files = readdirSync(join(folder, `worker-${worker}`)).filter((f) =>
        f.endsWith('.jsonl'),
      )
      const text = files
        .map((f) => readFileSync(join(folder, `worker-${worker}`, f), 'utf8'))
        .join()
      assert.match(text, /"op":"EncryptData"/, `worker ${worker}`)
    }
  })

  test('a disabled key is disabled for the next request, whoever answers it', async () => {
    const keyId = await server.createKey()
    const encrypt = { key_id: keyId, plain_text: 'x' }
    for (let round = 0; round < 25; round++) {
      const warm = await everywhere('encrypt-data', encrypt)
      assert.ok(warm.every(({ status }) => status === 200))
      assert.equal((await first().call('disable-key', { key_id: keyId })).status, 200)
      const answers = await everywhere('encrypt-data', encrypt)
      assert.deepEqual([...new Set(answers.map(({ body }) => body.error_code))], ['KMS.0209'])
      assert.equal((await first().call('enable-key', { key_id: keyId })).status, 200)
    }
  })

  test('a rotation is what everybody encrypts with, and old texts still open', async () => {
    const keyId = await server.createKey()
    const encrypt = { key_id: keyId, plain_text: 'before' }
    const texts = await everywhere('encrypt-data', encrypt)
    assert.equal((await first().call('rotate-on-demand', { key_id: keyId })).status, 200)
    const later = await everywhere('encrypt-data', encrypt)
    const versionIn = ({ body }: { body: Json }) => Buffer.from(body.cipher_text, 'base64')[11]
    assert.deepEqual([...new Set(texts.map(versionIn))], [1])
    assert.deepEqual([...new Set(later.map(versionIn))], [2])
    const opened = await Promise.all(
      lines.map((line, at) =>
        line.call('decrypt-data', { cipher_text: texts.at(-at)?.body.cipher_text }),
      ),
    )
    assert.ok(opened.every(({ body }) => body.plain_text === 'before'))
  })

  test('a revoked token is of no use at once, whoever answers', async () => {
    const keyId = await server.createKey()
    for (let round = 0; round < 5; round++) {
      const token = await signIn(server.url, passwordAuth(server.credentials))
      const encrypt = { key_id: keyId, plain_text: 'x' }
      assert.ok((await everywhere('encrypt-data', encrypt, token)).every((a) => a.status === 200))
      const revoked = await server.send('DELETE', '/v3/auth/tokens', {
        headers: { 'X-Subject-Token': token },
      })
      assert.equal(revoked.status, 204)
      // First where a token is no credential but what a new one is asked for with.
      const body = JSON.stringify({
        auth: { identity: { methods: ['token'], token: { id: token } } },
      })
      const again = await server.send('POST', '/v3/auth/tokens', {
        token: null,
        body,
        headers: { Connection: 'close' },
      })
      assert.equal(again.status, 401)
      const answers = await everywhere('encrypt-data', encrypt, token)
      assert.deepEqual([...new Set(answers.map(({ status }) => status))], [403])
    }
  })

  test('failed sign-ins are counted for all workers together', async () => {
    const body = JSON.stringify({
      auth: {
        identity: {
          methods: ['hw_ak_sk'],
          hw_ak_sk: { access: { key: 'NOBODY' }, secret: { key: 'x' } },
        },
      },
    })
    const statuses: number[] = []
    for (let guess = 0; guess < 24; guess++) {
      // A connection of its own: whichever worker gets it.
      const headers = { Connection: 'close' }
      const { status } = await server.send('POST', '/v3/auth/tokens', {
        token: null,
        body,
        headers,
      })
      statuses.push(status)
    }
    assert.deepEqual(statuses, [...Array(5).fill(401), ...Array(19).fill(429)])
  })

  test('writers of all threads at once: everything is there, once', async () => {
    const created = await Promise.all(
      lines.map((line, at) => line.call('create-key', { key_alias: `of-line-${at}` })),
    )
    const ids = created.map(({ body }) => body.key_info.key_id)
    assert.equal(new Set(ids).size, CONNECTIONS)
    const again = await Promise.all(
      lines.map((line, at) => line.call('create-key', { key_alias: `of-line-${at}` })),
    )
    assert.deepEqual([...new Set(again.map(({ body }) => body.error_code))], ['KMS.1104'])
    const listed = await server.kms('list-keys', { limit: '1000' })
    for (const id of ids) assert.ok(listed.body.keys.includes(id))
  })

  test('the process keeps its locks on the database, whatever its threads open and close', () => {
    // Closing any descriptor of a file takes the locks of the process on it. Without them a program
    // that reads the file and leaves removes the write-ahead log from under the server.
    const { ino } = statSync(join(server.directory, 'keyturn.sqlite'))
    const locks = readFileSync('/proc/locks', 'utf8').split('\n')
    const own = new RegExp(`POSIX +ADVISORY +READ +${process.pid} [0-9a-f]+:[0-9a-f]+:${ino} `)
    assert.ok(locks.some((line) => own.test(line)))
  })

  test('figures are of the whole machine, whoever is asked', async () => {
    const page = async () => (await server.send('GET', '/metrics', { token: null })).text
    const countIn = (text: string) =>
      Number(
        /keyturn_requests_total\{operation="ListKeys",status="200"\} (\d+)/.exec(text)?.[1] ?? 0,
      )
    const before = countIn(await page())
    await everywhere('list-keys', {})
    assert.equal(countIn(await page()) - before, CONNECTIONS)
    assert.match(await page(), /^keyturn_ready 1$/m)
    assert.equal((await page()).match(/^process_resident_memory_bytes \d/gm)?.length, 1)
  })

  test('a second server on the same port, and one on the same folder, are refused', async () => {
    const { port } = new URL(server.url)
    await assert.rejects(
      startTestServer({ flags: ['--workers', '2', '--listen', `127.0.0.1:${port}`] }),
      /EADDRINUSE/,
    )
    await assert.rejects(startTestServer({ directory: server.directory }), /another server runs/)
  })
})

test('a server with workers stops cleanly, its audit log is whole, and it starts again', async () => {
  const server = await startTestServer({ flags: ['--workers', '2'] })
  const keyId = await server.createKey()
  const { body } = await server.kms('encrypt-data', { key_id: keyId, plain_text: 'kept' })
  const { directory } = server
  await server.running.stop()
  const cli = new URL('../bin/keyturn.mjs', import.meta.url).pathname
  const verified = execFileSync(process.execPath, [cli, 'audit', 'verify', '--data', directory])
  assert.match(String(verified), /is whole: \d+ records in 3 chains/)
  const again = await startTestServer({ directory, flags: ['--workers', '2'] })
  const opened = await again.kms('decrypt-data', { cipher_text: body.cipher_text })
  assert.equal(opened.body.plain_text, 'kept')
  await again.stop()
})
