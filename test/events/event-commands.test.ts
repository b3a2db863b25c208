import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { run } from '../../src/cli/run.ts'
import { makeCertificate } from '../deploy/make-certificate.ts'
import { freePort } from '../free-port.ts'
import { startTestServer } from '../server.ts'
import { aSecret, type Receiver, startReceiver } from './receiver.ts'

describe('commands of events', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-events-'))
  const secretFile = join(folder, 'secret')
  const certificate = makeCertificate(folder)
  let receiver: Receiver
  before(async () => {
    writeFileSync(secretFile, aSecret(9))
    receiver = await startReceiver([aSecret(9)], {
      cert: String(certificate.pem),
      key: readFileSync(certificate.keyFile, 'utf8'),
    })
  })
  after(async () => {
    await receiver.stop()
    rmSync(folder, { recursive: true })
  })

  const call = async (...args: readonly string[]) => {
    const [out, err]: [string[], string[]] = [[], []]
    const print = (text: string) => out.push(text)
    const code = await run(args, {
      environment: {},
      print,
      printError: (text) => err.push(text),
    })
    return { code, out: out.join('\n'), err: err.join('\n') }
  }
  const place = () => ['--webhook-url', receiver.url, '--webhook-secret-file', secretFile]
  const trusted = ['--webhook-ca', certificate.certFile]

  test('a test event arrives, signed, over TLS', async () => {
    const { code, out } = await call('events', 'test', ...place(), ...trusted)
    assert.equal(code, 0)
    const [event] = receiver.arrived
    assert.equal(event?.type, 'keyturn.test')
    assert.match(out, new RegExp(event?.id ?? 'none'))
    assert.deepEqual(receiver.problems, [])
  })

  test('a receiver that nobody vouches for gets nothing', async () => {
    const before = receiver.attempts.length
    const { code, err } = await call('events', 'test', ...place())
    assert.equal(code, 1)
    assert.match(err, /DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED/)
    assert.equal(receiver.attempts.length, before)
  })

  test('what the receiver answers is told', async () => {
    for (const status of [500, 410, 302]) {
      receiver.answer = () => status
      const { code, err } = await call('events', 'test', ...place(), ...trusted)
      assert.equal(code, 1)
      assert.match(err, new RegExp(`HTTP ${status}`))
    }
    receiver.answer = () => 204
  })

  test('settings that will not do are refused before anything is sent', async () => {
    const bad = join(folder, 'bad')
    writeFileSync(bad, 'whsec_short')
    for (const [args, words] of [
      [['--webhook-url', receiver.url], /go together/],
      [['--webhook-secret-file', secretFile], /go together/],
      [['--webhook-url', 'ftp://x', '--webhook-secret-file', secretFile], /http/],
      [['--webhook-url', 'https://u:p@x/', '--webhook-secret-file', secretFile], /without user/],
      [['--webhook-url', receiver.url, '--webhook-secret-file', bad], /whsec_/],
      [['--webhook-url', receiver.url, '--webhook-secret-file', join(folder, 'no')], /ENOENT/],
      [[...place(), '--webhook-events', 'key.rotated,key.turned'], /no event key.turned/],
      [[...place(), '--notice-days', '30'], /1 to 29/],
      [[], /--webhook-url is missing/],
    ] as const) {
      const { code, err } = await call('events', 'test', ...args)
      assert.equal(code, 2, err)
      assert.match(err, words)
      assert.doesNotMatch(err, /whsec_short/)
    }
  })

  test('what waits is listed, and can be given up', async () => {
    const away = `http://127.0.0.1:${await freePort()}/`
    const server = await startTestServer({
      flags: ['--webhook-url', away, '--webhook-secret-file', secretFile],
    })
    const data = ['--data', server.directory]
    try {
      assert.equal((await call('events', 'list', ...data)).out, 'No event waits.')
      const keyId = await server.createKey()
      await server.kms('rotate-on-demand', { key_id: keyId })
      let out = ''
      for (let tries = 0; !out.includes('ECONNREFUSED'); tries++) {
        assert.ok(tries < 200, out)
        ;({ out } = await call('events', 'list', ...data))
        await sleep(50)
      }
      const [headings, line, ...more] = out.split('\n')
      assert.match(headings ?? '', /^written +type +key +tries +next in +last answer$/)
      assert.match(line ?? '', new RegExp(`key\\.rotated +${keyId} +1 +\\d+ s +ECONNREFUSED$`))
      assert.deepEqual(more, [])
      const early = await call('events', 'discard', ...data, '--before', '2020-01-01T00:00:00Z')
      assert.equal(early.out, '0 events given up.')
      const late = await call('events', 'discard', ...data, '--before', '2999-01-01T00:00:00Z')
      assert.equal(late.out, '1 events given up.')
      assert.equal((await call('events', 'list', ...data)).out, 'No event waits.')
      assert.equal((await call('events', 'discard', ...data)).code, 2)
      assert.equal((await call('events', 'list', ...data, '--limit', '0')).code, 2)
    } finally {
      await server.stop()
    }
  })
})
