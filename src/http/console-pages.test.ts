import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { answerConsole, type BuiltConsole, type ConsoleFile } from './console-pages.ts'

const SCRIPT = Buffer.from(`console.log('${'x'.repeat(2000)}')\n`)

function fileOf(contentType: string, text: Buffer, isCompressed = false): ConsoleFile {
  const more = isCompressed ? { br: brotliCompressSync(text), gzip: gzipSync(text) } : {}
  return { contentType, digest: `digest-of-${text.length}`, bodies: { identity: text, ...more } }
}

const BUILT: BuiltConsole = {
  page: fileOf('text/html; charset=utf-8', Buffer.from('<!doctype html>page')),
  files: new Map([
    ['/console/assets/main-abc.js', fileOf('text/javascript; charset=utf-8', SCRIPT, true)],
    ['/console/icon.svg', fileOf('image/svg+xml', Buffer.from('<svg/>'))],
  ]),
}

describe('the console over HTTP', () => {
  let built: BuiltConsole | undefined = BUILT
  const server = createServer((incoming, response) => {
    if (answerConsole(() => built, '/kms', incoming, response)) return
    response.writeHead(418)
    response.end()
  })
  let port = 0

  before(async () => {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    port = (server.address() as AddressInfo).port
  })
  after(() => {
    server.close()
    server.closeAllConnections()
  })

  /** As it is sent: nothing tidies the path, nothing unpacks the reply. */
  async function get(path: string, headers: Record<string, string> = {}, method = 'GET') {
    const sent = request({ host: '127.0.0.1', port, path, headers, method })
    sent.end()
    const [response] = await once(sent, 'response')
    const chunks: Buffer[] = []
    for await (const chunk of response) chunks.push(chunk)
    return {
      status: response.statusCode as number,
      headers: response.headers as Record<string, string | undefined>,
      body: Buffer.concat(chunks),
    }
  }

  test('the page answers at every address that is no file', async () => {
    for (const path of [
      '/console',
      '/console/',
      '/console?x=/../',
      '/console/keys/0d0466b0-e727-4d9c-b35d-f84bb474a37f/rotation',
      '/console/keys/%E5%AF%86%E9%92%A5/',
      '/console/audit?user=a/b',
    ]) {
      const { status, headers, body } = await get(path)
      assert.equal(status, 200, path)
      assert.equal(String(body), '<!doctype html>page')
      assert.equal(headers['content-type'], 'text/html; charset=utf-8')
      assert.equal(headers['cache-control'], 'no-cache')
    }
  })

  test('no path leads out of the console, and a lost file is no page', async () => {
    for (const path of [
      '/console/../package.json',
      '/console/../../../../etc/passwd',
      '/console/%2e%2e/%2e%2e/etc/passwd',
      '/console/..%2f..%2fetc/passwd',
      '/console/..\\..\\etc\\passwd',
      '/console/a%00b',
      '/console//etc/passwd',
      '/console/%',
      '/console/assets/',
      '/console/assets/main-old.js',
      '/console/assets/../icon.svg',
      '/console/assets/main-abc.js/',
    ]) {
      const { status, headers, body } = await get(path)
      assert.equal(status, 404, path)
      assert.match(String(body), /no such file/)
      assert.equal(headers['cache-control'], 'no-store')
    }
    for (const path of ['/consoles', '/Console', '/console.html', '/', '/docs']) {
      assert.equal((await get(path)).status, 418, path)
    }
  })

  test('every answer has the policy and the headers that guard it', async () => {
    for (const path of ['/console', '/console/assets/main-abc.js', '/console/assets/lost.js']) {
      const { headers } = await get(path)
      assert.equal(
        headers['content-security-policy'],
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
          "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; " +
          "frame-ancestors 'none'",
      )
      assert.equal(headers['x-content-type-options'], 'nosniff')
      assert.equal(headers['referrer-policy'], 'no-referrer')
      assert.equal(headers['cross-origin-opener-policy'], 'same-origin')
      assert.equal(headers['cross-origin-resource-policy'], 'same-origin')
      assert.equal(headers['x-frame-options'], 'DENY')
    }
  })

  test('a file is sent in the best coding that the client takes', async () => {
    const codings: Readonly<Record<string, string | undefined>> = {
      'gzip, deflate, br': 'br',
      'br;q=0, gzip': 'gzip',
      'GZIP;q=0.5': 'gzip',
      '*': 'br',
      'deflate, *;q=0': undefined,
      'identity;q=0, br;q=0, gzip;q=0': undefined,
      deflate: undefined,
      '': undefined,
    }
    const tags = new Set<string>()
    for (const [accepted, coding] of Object.entries(codings)) {
      const { status, headers, body } = await get('/console/assets/main-abc.js', {
        'Accept-Encoding': accepted,
      })
      assert.equal(status, 200)
      assert.equal(headers['content-encoding'], coding, accepted)
      assert.equal(headers['vary'], 'Accept-Encoding')
      assert.equal(headers['content-length'], String(body.length))
      assert.equal(headers['cache-control'], 'public, max-age=31536000, immutable')
      assert.deepEqual(
        body,
        BUILT.files.get('/console/assets/main-abc.js')?.bodies[(coding ?? 'identity') as 'br'],
      )
      tags.add(headers['etag'] ?? '')
    }
    assert.equal(tags.size, 3) // a tag names one sequence of bytes
    const icon = await get('/console/icon.svg', { 'Accept-Encoding': 'br' })
    assert.equal(icon.headers['content-encoding'], undefined)
    assert.equal(icon.headers['cache-control'], 'no-cache')
  })

  test('HEAD has no body; what is known is not sent again; other methods are refused', async () => {
    const head = await get('/console', {}, 'HEAD')
    assert.equal(head.status, 200)
    assert.equal(head.headers['content-length'], '19')
    assert.equal(head.body.length, 0)
    const known = await get('/console', { 'If-None-Match': `W/${head.headers['etag']}` })
    assert.equal(known.status, 304)
    assert.equal(known.body.length, 0)
    assert.ok(known.headers['content-security-policy'])
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      const refused = await get('/console/keys', {}, method)
      assert.equal(refused.status, 405)
      assert.equal(refused.headers['allow'], 'GET, HEAD')
    }
  })

  test('a browser at the root is led to the console, a program is not', async () => {
    const page = await get('/', { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' })
    assert.equal(page.status, 302)
    assert.equal(page.headers['location'], '/kms/console')
    assert.equal(page.headers['vary'], 'Accept')
    for (const accept of ['*/*', 'application/json']) {
      assert.equal((await get('/', { Accept: accept })).status, 418)
    }
  })

  test('before it was built it says how to build it', async () => {
    built = undefined
    const { status, headers, body } = await get('/console/keys')
    assert.equal(status, 503)
    assert.match(String(body), /npm run build:console/)
    assert.match(String(body), /控制台尚未构建/)
    assert.equal(headers['cache-control'], 'no-store')
    built = BUILT
    assert.equal((await get('/console/keys')).status, 200)
  })
})
