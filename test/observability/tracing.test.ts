import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { SETTINGS, type Settings } from '../../src/server/settings-table.ts'
import { tracesUrl } from '../../src/server/trace-settings.ts'
import { type Json, startTestServer, type TestServer } from '../server.ts'

interface Span {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string
  readonly name: string
  readonly kind: number
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes: Readonly<Record<string, string>>
  readonly status: { readonly code: number }
}

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const PARENT = 'b7ad6b7169203331'
const SECRET = 'a-plain-text-that-is-for-nobody'

describe('traces', () => {
  let collector: Server
  let server: TestServer
  let resource: Readonly<Record<string, string>> = {}
  const spans: Span[] = []
  const bodies: string[] = []
  const paths = new Set<string>()

  before(async () => {
    collector = createServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const text = Buffer.concat(chunks).toString('utf8')
      paths.add(`${request.method} ${request.url} ${request.headers['content-type']}`)
      bodies.push(text)
      for (const { resource: from, scopeSpans } of JSON.parse(text).resourceSpans) {
        resource = plain(from.attributes)
        for (const { spans: found } of scopeSpans) {
          for (const span of found) spans.push({ ...span, attributes: plain(span.attributes) })
        }
      }
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    })
    await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve))
    const { port } = collector.address() as AddressInfo
    server = await startTestServer({ flags: ['--otlp-endpoint', `http://127.0.0.1:${port}/`] })
    const keyId = await server.createKey()
    const headers = { traceparent: `00-${TRACE}-${PARENT}-01`, tracestate: 'vendor=1' }
    const told = await server.kms(
      'encrypt-data',
      { key_id: keyId, plain_text: SECRET },
      { headers },
    )
    assert.equal(told.status, 200)
    await server.kms('create-key', { key_alias: 'pair', key_spec: 'RSA_2048' }, { headers })
    await server.kms('describe-key', { key_id: 'no such key' }, { headers })
    const unsampled = { traceparent: `00-${'1'.repeat(32)}-${PARENT}-00` }
    await server.kms('list-keys', {}, { headers: unsampled })
    await server.kms('list-keys', {}, { headers: { traceparent: 'nonsense' } })
    await server.stop()
  })
  after(() => {
    collector.closeAllConnections()
    collector.close()
  })

  const ofCaller = () => spans.filter(({ traceId }) => traceId === TRACE)

  test('go to the collector as OTLP in JSON, with who made them', () => {
    assert.deepEqual([...paths], ['POST /v1/traces application/json'])
    assert.equal(resource['service.name'], 'keyturn')
    assert.ok(resource['service.version'] && resource['service.instance.id'])
    for (const { traceId, spanId, startTimeUnixNano, endTimeUnixNano } of spans) {
      assert.match(traceId, /^[0-9a-f]{32}$/)
      assert.match(spanId, /^[0-9a-f]{16}$/)
      const [start, end] = [BigInt(startTimeUnixNano), BigInt(endTimeUnixNano)]
      assert.ok(end >= start && start > BigInt(Date.now() - 120_000) * 1_000_000n)
    }
  })

  test('go on where the caller began', () => {
    const names = ofCaller()
      .filter(({ parentSpanId }) => parentSpanId === PARENT)
      .map(({ name, kind }) => `${name} ${kind}`)
    assert.deepEqual(names.sort(), ['CreateKey 2', 'EncryptData 2', 'ListKeyDetail 2'])
    assert.equal(spans.filter(({ traceId }) => traceId === '1'.repeat(32)).length, 0)
    const own = spans.filter(({ name }) => name === 'ListKeys')
    assert.equal(own.length, 1, 'nonsense begins a trace of its own')
    assert.equal(own[0]?.parentSpanId, '')
  })

  test('have the operation, the status and the id of the request', () => {
    const found = ofCaller().find(({ name }) => name === 'EncryptData')
    const { 'keyturn.request_id': requestId, ...rest } = found?.attributes ?? {}
    assert.match(requestId ?? '', /^[0-9a-f]{32}$/)
    assert.deepEqual(rest, {
      'http.request.method': 'POST',
      'http.response.status_code': '200',
      'keyturn.operation': 'EncryptData',
    })
  })

  test('have spans of the store and of slow work beneath the request that waits for them', () => {
    const request = ofCaller().find(({ name }) => name === 'CreateKey')
    const beneath = ofCaller().filter(({ parentSpanId }) => parentSpanId === request?.spanId)
    const names = beneath.map(({ name }) => name)
    assert.ok(names.includes('store: storing a key'), names.join())
    assert.ok(
      names.some((name) => name.startsWith('slow: ')),
      names.join(),
    )
    for (const span of beneath) {
      assert.ok(BigInt(span.startTimeUnixNano) >= BigInt(request?.startTimeUnixNano ?? 0))
      assert.ok(BigInt(span.endTimeUnixNano) <= BigInt(request?.endTimeUnixNano ?? 0))
    }
    // What nobody asked for is in no trace.
    assert.ok(spans.every(({ name, parentSpanId }) => parentSpanId !== '' || !/^store/.test(name)))
  })

  test('hold nothing that is secret', () => {
    const all = bodies.join('\n')
    const { token, credentials } = server
    for (const secret of [SECRET, token, credentials.password, credentials.secret_key]) {
      assert.ok(!all.includes(secret))
      assert.ok(!all.includes(Buffer.from(secret).toString('base64')))
    }
  })
})

test('a collector that is away, or refuses, costs no request', async () => {
  const server = await startTestServer({ flags: ['--otlp-endpoint', 'http://127.0.0.1:9'] })
  try {
    for (let times = 0; times < 20; times++) {
      assert.equal((await server.kms('list-keys')).status, 200)
    }
  } finally {
    await server.stop()
  }
})

test('the variables of OpenTelemetry count, and the flag weighs more', () => {
  const none = Object.fromEntries(
    Object.entries(SETTINGS).map(([name, row]) => [name, row.default]),
  ) as unknown as Settings
  const flag = { ...none, 'otlp-endpoint': 'http://flag:4318' } as Settings
  const base = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://base:4318/' }
  const own = { ...base, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://own:4318/x' }
  assert.equal(tracesUrl(none, {}), undefined)
  assert.equal(tracesUrl(none, base), 'http://base:4318/v1/traces')
  assert.equal(tracesUrl(none, own), 'http://own:4318/x')
  assert.equal(tracesUrl(flag, own), 'http://flag:4318/v1/traces')
  assert.equal(tracesUrl(flag, { ...own, OTEL_SDK_DISABLED: 'true' }), undefined)
  assert.throws(
    () => tracesUrl(none, { OTEL_EXPORTER_OTLP_ENDPOINT: 'grpc:4317' }),
    /must be a URL/,
  )
  for (const url of ['http://user:secret@base:4318', 'http://:secret@base:4318']) {
    assert.throws(
      () => tracesUrl(none, { OTEL_EXPORTER_OTLP_ENDPOINT: url }),
      (error: Error) =>
        /without user and password/.test(error.message) && !/secret/.test(error.message),
    )
  }
})

function plain(attributes: Json): Readonly<Record<string, string>> {
  return Object.fromEntries(
    attributes.map(({ key, value }: Json) => [key, String(Object.values(value)[0])]),
  )
}
