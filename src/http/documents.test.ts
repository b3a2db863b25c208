import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestOptions, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { answerDocument, makeDocuments } from './documents.ts'

const PATHS = ['/openapi.json', '/docs', '/docs/zh', '/docs/reference.css', '/docs/reference.js']

describe('documents over HTTP', () => {
  const documents = makeDocuments({ version: '1.2.3', serverUrl: 'https://kms.example' })
  let server: Server
  let url = ''

  before(async () => {
    server = createServer((incoming, response) => {
      if (answerDocument(documents, incoming, response)) return
      response.writeHead(418)
      response.end()
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  after(() => {
    server.close()
    server.closeAllConnections()
  })

  test('each is there, with its type, an ETag and headers that guard it', async () => {
    const types: string[] = []
    for (const path of PATHS) {
      const response = await fetch(`${url}${path}`)
      assert.equal(response.status, 200, path)
      const bytes = await response.arrayBuffer()
      assert.equal(response.headers.get('content-length'), String(bytes.byteLength))
      assert.match(response.headers.get('etag') ?? '', /^"[\w-]{27}"$/)
      const policy = response.headers.get('content-security-policy') ?? ''
      assert.match(policy, /^default-src 'none'; style-src 'self'; script-src 'self'; /)
      assert.doesNotMatch(policy, /unsafe|https?:/)
      assert.equal(response.headers.get('x-content-type-options'), 'nosniff')
      assert.equal(response.headers.get('x-frame-options'), 'DENY')
      assert.equal(response.headers.get('referrer-policy'), 'no-referrer')
      assert.equal(response.headers.get('cache-control'), 'no-cache')
      types.push(response.headers.get('content-type') ?? '')
    }
    assert.deepEqual(types, [
      'application/json',
      'text/html; charset=utf-8',
      'text/html; charset=utf-8',
      'text/css; charset=utf-8',
      'text/javascript; charset=utf-8',
    ])
  })

  test('the description says version and server; the pages have their languages', async () => {
    const description = (await (await fetch(`${url}/openapi.json`)).json()) as {
      readonly info: { readonly version: string }
      readonly servers: unknown
    }
    assert.equal(description.info.version, '1.2.3')
    assert.deepEqual(description.servers, [{ url: 'https://kms.example' }])
    assert.match(await (await fetch(`${url}/docs?x=1`)).text(), /<html lang="en">/)
    assert.match(await (await fetch(`${url}/docs/zh/`)).text(), /<html lang="zh-CN">/)
  })

  test('HEAD has the headers and no body', async () => {
    const response = await fetch(`${url}/docs`, { method: 'HEAD' })
    assert.equal(response.status, 200)
    assert.ok(Number(response.headers.get('content-length')) > 10_000)
    assert.equal((await response.arrayBuffer()).byteLength, 0)
  })

  test('what has not changed is not sent again', async () => {
    const tag = (await fetch(`${url}/docs`)).headers.get('etag') ?? ''
    for (const wanted of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
      const again = await fetch(`${url}/docs`, { headers: { 'If-None-Match': wanted } })
      assert.equal(again.status, 304, wanted)
      assert.equal(again.headers.get('etag'), tag)
      assert.equal(await again.text(), '')
    }
    const other = await fetch(`${url}/docs`, { headers: { 'If-None-Match': '"other"' } })
    assert.equal(other.status, 200)
    assert.notEqual((await fetch(`${url}/docs/zh`)).headers.get('etag'), tag)
  })

  test('other methods are refused, a body ends the connection, another goes on', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      const response = await fetch(`${url}/docs`, { method })
      assert.equal(response.status, 405, method)
      assert.equal(response.headers.get('allow'), 'GET, HEAD')
      assert.equal(await response.text(), '')
    }
    const connectionOf = async (options: RequestOptions, body?: string) => {
      const sent = request(`${url}/docs`, options)
      sent.end(body)
      const [response] = await once(sent, 'response')
      response.resume()
      return response.headers.connection
    }
    assert.equal(await connectionOf({ method: 'POST' }, 'x'.repeat(10)), 'close')
    const chunked = { method: 'POST', headers: { 'Transfer-Encoding': 'chunked' } }
    assert.equal(await connectionOf(chunked, 'x'), 'close')
    assert.equal(await connectionOf({}), 'keep-alive')
  })

  test('other paths are left to others', async () => {
    for (const path of ['/', '/docs/reference.txt', '/docs//zh', '/docs/..', '/constructor']) {
      assert.equal((await fetch(`${url}${path}`)).status, 418, path)
    }
  })

  test('each is made once', () => {
    const load = documents.get('/docs')
    assert.equal(load?.(), load?.())
    assert.deepEqual([...documents.keys()], PATHS)
  })
})
