import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startTestServer, type TestServer } from './server.ts'

describe('from a new key to one that has rotated', () => {
  let server: TestServer
  before(async () => {
    server = await startTestServer()
  })
  after(() => server.stop())

  test('create, encrypt, rotate, decrypt, ask', async () => {
    const keyId = await server.createKey({ key_alias: 'journey' })
    const encrypted = await server.kms('encrypt-data', { key_id: keyId, plain_text: 'before 数据' })
    assert.equal(encrypted.status, 200)
    assert.deepEqual((await server.kms('enable-key-rotation', { key_id: keyId })).body, {})
    const interval = { key_id: keyId, rotation_interval: 30 }
    assert.deepEqual((await server.kms('update-key-rotation-interval', interval)).body, {})
    const rotated = await server.kms('rotate-on-demand', { key_id: keyId })
    assert.deepEqual(rotated.body, { key_id: keyId })

    const { cipher_text } = encrypted.body
    const decrypted = await server.kms('decrypt-data', { cipher_text })
    assert.equal(decrypted.body.plain_text, 'before 数据')
    assert.equal(decrypted.body.plain_text_base64, Buffer.from('before 数据').toString('base64'))

    const { body } = await server.kms('get-key-rotation-status', { key_id: keyId })
    assert.equal(body.number_of_rotations, 1)
    assert.match(body.last_rotation_time, /^\d{13}$/)
    assert.equal(body.rotation_interval, 30)
    assert.equal(body.key_rotation_enabled, true)

    const path = `/keyturn/v1/${server.credentials.project_id}/keys/${keyId}/rotation-events`
    const { body: listed } = await server.send('GET', path)
    assert.equal(listed.events.length, 1)
    assert.equal(listed.events[0].cause, 'demand')
    assert.equal(listed.events[0].actor, server.credentials.user_name)
    assert.equal(listed.events[0].time, body.last_rotation_time)
  })
})

describe('ten years on a virtual clock', () => {
  let server: TestServer
  before(async () => {
    server = await startTestServer({ flags: ['--clock', 'virtual:2026-01-01T00:00:00Z'] })
  })
  after(() => server.stop())

  const intervals = [30, 31, 90, 365]
  const days = 3653

  test('every rotation happens, once, at its time, and every old text opens', async () => {
    const keys = []
    for (const [index, interval] of intervals.entries()) {
      const spec = index % 2 === 0 ? 'AES_256' : 'SM4'
      const keyId = await server.createKey({ key_spec: spec })
      await server.kms('enable-key-rotation', { key_id: keyId })
      const body = { key_id: keyId, rotation_interval: interval }
      await server.kms('update-key-rotation-interval', body)
      keys.push({ keyId, interval, texts: [] as string[] })
    }
    const start = Number((await server.send('GET', '/keyturn/v1/clock')).body.time)
    for (let day = 0; day < days; day += 100) {
      for (const { keyId, texts } of keys) {
        const body = { key_id: keyId, plain_text: `day ${day}` }
        texts.push((await server.kms('encrypt-data', body)).body.cipher_text)
      }
      const step = JSON.stringify({ days: Math.min(100, days - day) })
      assert.equal((await server.send('POST', '/keyturn/v1/clock', { body: step })).status, 200)
    }
    for (const { keyId, interval, texts } of keys) {
      const expected = Math.floor(days / interval)
      const { body } = await server.kms('get-key-rotation-status', { key_id: keyId })
      assert.equal(body.number_of_rotations, expected, `every ${interval} days`)
      const last = start + expected * interval * 86_400_000
      assert.equal(body.last_rotation_time, String(last))
      assert.equal(body.key_materials.length, 1)
      assert.equal(body.key_materials[0].create_time, String(last))

      const path = `/keyturn/v1/${server.credentials.project_id}/keys/${keyId}/rotation-events`
      const { events } = (await server.send('GET', path)).body
      assert.equal(events.length, expected)
      for (const [index, event] of events.entries()) {
        assert.equal(event.late_ms, 0)
        assert.equal(event.to_version, index + 2)
        assert.equal(event.cause, 'schedule')
        assert.equal(event.time, String(start + (index + 1) * interval * 86_400_000))
      }
      for (const [index, cipher_text] of texts.entries()) {
        const opened = await server.kms('decrypt-data', { cipher_text })
        assert.equal(opened.body.plain_text, `day ${index * 100}`)
      }
    }
  })

  test('a key that slept through many periods rotates once when it is enabled again', async () => {
    const keyId = await server.createKey()
    await server.kms('enable-key-rotation', { key_id: keyId })
    await server.kms('update-key-rotation-interval', { key_id: keyId, rotation_interval: 30 })
    await server.kms('disable-key', { key_id: keyId })
    await server.send('POST', '/keyturn/v1/clock', { body: '{"days":400}' })
    const asleep = await server.kms('get-key-rotation-status', { key_id: keyId })
    assert.equal(asleep.body.number_of_rotations, 0)
    assert.equal('last_rotation_time' in asleep.body, false)
    await server.kms('enable-key', { key_id: keyId })
    const awake = await server.kms('get-key-rotation-status', { key_id: keyId })
    assert.equal(awake.body.number_of_rotations, 1)
    const path = `/keyturn/v1/${server.credentials.project_id}/keys/${keyId}/rotation-events`
    const { events } = (await server.send('GET', path)).body
    assert.equal(events[0].cause, 're-enable')
    assert.equal(events[0].late_ms, 370 * 86_400_000)
    await server.send('POST', '/keyturn/v1/clock', { body: '{"days":29}' })
    const waiting = await server.kms('get-key-rotation-status', { key_id: keyId })
    assert.equal(waiting.body.number_of_rotations, 1)
    await server.send('POST', '/keyturn/v1/clock', { body: '{"days":1}' })
    const again = await server.kms('get-key-rotation-status', { key_id: keyId })
    assert.equal(again.body.number_of_rotations, 2)
  })

  test('a shorter interval that is already over rotates at once', async () => {
    const keyId = await server.createKey()
    await server.kms('enable-key-rotation', { key_id: keyId })
    await server.send('POST', '/keyturn/v1/clock', { body: '{"days":100}' })
    const body = { key_id: keyId, rotation_interval: 99 }
    await server.kms('update-key-rotation-interval', body)
    const status = await server.kms('get-key-rotation-status', { key_id: keyId })
    assert.equal(status.body.number_of_rotations, 1)
  })

  test('a key waits for its deletion, then it and all its texts are gone, its events stay', async () => {
    const keyId = await server.createKey()
    await server.kms('rotate-on-demand', { key_id: keyId })
    const text = await server.kms('encrypt-data', { key_id: keyId, plain_text: 'x' })
    const scheduled = await server.kms('schedule-key-deletion', {
      key_id: keyId,
      pending_days: '7',
    })
    assert.deepEqual(scheduled.body, { key_id: keyId, key_state: '4' })
    await server.send('POST', '/keyturn/v1/clock', { body: '{"days":6}' })
    assert.equal((await server.kms('describe-key', { key_id: keyId })).status, 200)
    await server.send('POST', '/keyturn/v1/clock', { body: '{"days":1}' })
    assert.equal((await server.kms('describe-key', { key_id: keyId })).status, 404)
    const opened = await server.kms('decrypt-data', { cipher_text: text.body.cipher_text })
    assert.equal(opened.body.error_code, 'KMS.0207')
    const path = `/keyturn/v1/${server.credentials.project_id}/keys/${keyId}/rotation-events`
    assert.equal((await server.send('GET', path)).body.events.length, 1)
  })
})

describe('a key that cannot be served', () => {
  test('does not keep the others from rotating', async () => {
    let poisoned = ''
    const server = await startTestServer({
      flags: ['--clock', 'virtual:2026-01-01T00:00:00Z'],
      overrides: {
        storage: (storage) => ({
          ...storage,
          keys: {
            ...storage.keys,
            find: async (keyId) => {
              if (keyId === poisoned) throw new Error('this row cannot be read')
              return storage.keys.find(keyId)
            },
          },
        }),
      },
    })
    try {
      const keys = [await server.createKey(), await server.createKey(), await server.createKey()]
      for (const keyId of keys) await server.kms('enable-key-rotation', { key_id: keyId })
      poisoned = keys[0] ?? ''
      const days = JSON.stringify({ days: 365 })
      assert.equal((await server.send('POST', '/keyturn/v1/clock', { body: days })).status, 200)
      for (const keyId of keys.slice(1)) {
        const { body } = await server.kms('get-key-rotation-status', { key_id: keyId })
        assert.equal(body.number_of_rotations, 1)
      }
      poisoned = ''
      await server.send('POST', '/keyturn/v1/clock', { body: '{"milliseconds":1}' })
      const { body } = await server.kms('get-key-rotation-status', { key_id: keys[0] })
      assert.equal(body.number_of_rotations, 1)
    } finally {
      await server.stop()
    }
  })

  test('two who let time pass at once do not disturb each other', async () => {
    const server = await startTestServer({ flags: ['--clock', 'virtual:2026-01-01T00:00:00Z'] })
    try {
      const before = Number((await server.send('GET', '/keyturn/v1/clock')).body.time)
      const step = { body: '{"days":10}' }
      await Promise.all([1, 2, 3].map(() => server.send('POST', '/keyturn/v1/clock', step)))
      const after = Number((await server.send('GET', '/keyturn/v1/clock')).body.time)
      assert.equal(after - before, 30 * 86_400_000)
    } finally {
      await server.stop()
    }
  })
})
