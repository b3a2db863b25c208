import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { Browser, Page } from 'playwright-core'
import { build } from 'vite'
import type * as ClientModule from '../../src/client/index.ts'
import { startTestServer, type TestServer } from '../server.ts'
import { openBrowser, withoutBrowser } from './browser.ts'

const CSP = "default-src 'none'; script-src 'self'; connect-src 'self'"
const MAX_BUNDLE_BYTES = 8 * 1024

declare const keyturn: typeof ClientModule

/** The client as one script, as a browser would load it. */
async function bundle(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      write: false,
      target: 'es2024',
      lib: { entry: 'src/client/index.ts', formats: ['iife'], name: 'keyturn' },
    },
  })
  const [output] = Array.isArray(built) ? built : [built]
  if (output === undefined || !('output' in output)) throw new Error('nothing was built')
  return output.output[0].code
}

describe('the client in Chromium', { skip: withoutBrowser ?? false }, () => {
  let server: TestServer
  let front: ReturnType<typeof createServer>
  let browser: Browser
  let page: Page
  let script: string
  const complaints: string[] = []

  before(async () => {
    server = await startTestServer()
    script = await bundle()
    front = createServer((request, response) => {
      if (request.url === '/page') {
        response.setHeader('Content-Type', 'text/html')
        response.setHeader('Content-Security-Policy', CSP)
        response.end('<!doctype html><title>t</title><script src="/client.js"></script>')
      } else if (request.url === '/client.js') {
        response.setHeader('Content-Type', 'text/javascript')
        response.end(script)
      } else {
        const passed = httpRequest(
          `${server.url}${request.url}`,
          { method: request.method ?? 'GET', headers: request.headers },
          (reply) => {
            response.writeHead(reply.statusCode ?? 502, reply.headers)
            reply.pipe(response)
          },
        )
        request.pipe(passed)
      }
    }).listen(0, '127.0.0.1')
    await once(front, 'listening')
    browser = await openBrowser()
    page = await browser.newPage()
    page.on('console', (message) => complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(String(error)))
    const { port } = front.address() as AddressInfo // it listens on TCP
    await page.goto(`http://127.0.0.1:${port}/page`)
  })
  after(async () => {
    await browser?.close()
    front?.closeAllConnections()
    front?.close()
    await server?.stop()
  })

  test('is small', () => {
    const bytes = gzipSync(script).length
    assert.ok(bytes <= MAX_BUNDLE_BYTES, `${bytes} bytes compressed`)
  })

  test('signs in with a password, works, and signs out', async () => {
    const found = await page.evaluate(
      async ({ user_name: userName, password }) => {
        const client = keyturn.createClient({
          endpoint: location.origin,
          credentials: { kind: 'password', userName, password },
          language: 'zh',
        })
        const { key_info } = await client.createKey({
          key_alias: 'browser',
          key_description: '你好',
        })
        const { key_id } = key_info
        const { cipher_text } = await client.encryptData({ key_id, plain_text: 'grüezi' })
        const { plain_text } = await client.decryptData({ cipher_text })
        const aliases: string[] = []
        await client.createAlias({ key_id, alias: 'b-1' })
        for await (const page of keyturn.pages(client.listAliases, { key_id, limit: 1 })) {
          aliases.push(...page.aliases.map(({ alias }) => alias))
        }
        const error = await client.enableKey({ key_id }).catch((thrown) => thrown)
        const { token } = await client.signIn()
        await client.signOut()
        return { plain_text, aliases, message: error.message, code: error.code, token }
      },
      { ...server.credentials },
    )
    assert.equal(found.plain_text, 'grüezi')
    assert.deepEqual(found.aliases, ['b-1'])
    assert.match(found.message, /密钥/)
    assert.match(found.code, /^KMS\./)
    const checked = await server.send('HEAD', '/v3/auth/tokens', {
      headers: { 'X-Subject-Token': found.token },
    })
    assert.equal(checked.status, 404, 'the token was revoked')
  })

  test('signs requests with an access key by WebCrypto', async () => {
    const found = await page.evaluate(
      async ({ access_key: accessKey, secret_key: secretKey }) => {
        const client = keyturn.createClient({
          endpoint: location.origin,
          credentials: { kind: 'accessKey', accessKey, secretKey },
        })
        const { keys } = await client.listKeys({ limit: 5 })
        const { users } = await client.listUsers({ name: 'nobody at=all&' })
        return { keys: keys.length, users: users.length }
      },
      { ...server.credentials },
    )
    assert.deepEqual(found, { keys: 1, users: 0 })
  })

  test('a server that is gone, and a call that is ended', async () => {
    const found = await page.evaluate(async () => {
      const client = keyturn.createClient({
        endpoint: 'http://127.0.0.1:1',
        projectId: 'p',
        credentials: { kind: 'token', token: 't' },
        retries: 1,
      })
      const network = await client.listKeys().catch((thrown) => thrown)
      const aborted = await client
        .listKeys({}, { signal: AbortSignal.abort() })
        .catch((thrown) => thrown)
      return [network instanceof keyturn.KeyturnError, network.kind, aborted.name]
    })
    assert.deepEqual(found, [true, 'network', 'AbortError'])
    // Those two refusals of the policy, and the status that the browser tells of, are all it said.
    assert.deepEqual(
      complaints.filter((text) => !/Content Security Policy|Failed to load resource/.test(text)),
      [],
    )
  })
})
