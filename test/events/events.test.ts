import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { freePort } from '../free-port.ts'
import { type Json, startTestServer, type TestServer } from '../server.ts'
import { type Arrived, aSecret, type Receiver, startReceiver } from './receiver.ts'

const DAY_MS = 86_400_000
const DAYS = (count: number) => count * DAY_MS

describe('events go to a webhook', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-events-'))
  const secretFile = join(folder, 'secret')
  let receiver: Receiver
  let server: TestServer
  before(async () => {
    writeFileSync(secretFile, aSecret(1))
    receiver = await startReceiver([aSecret(1)])
    server = await startTestServer({
      flags: ['--clock', 'virtual', ...webhookFlags(receiver.url, secretFile)],
    })
  })
  after(async () => {
    await server.stop()
    await receiver.stop()
    rmSync(folder, { recursive: true })
  })

  const of = (keyId: string, type: string): Arrived[] =>
    receiver.arrived.filter((event) => event.data.key_id === keyId && event.type === type)
  const pass = (days: number) =>
    server.send('POST', '/keyturn/v1/clock', { body: JSON.stringify({ days }) })
  const eventually = async (claim: () => boolean, what: string) => {
    for (let tries = 0; !claim(); tries++) {
      if (tries > 200) assert.fail(what)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  test('a rotation on demand: who, which versions, when; signed', async () => {
    const keyId = await server.createKey({ key_alias: 'told' })
    const { status } = await server.kms('enable-key-rotation', { key_id: keyId })
    assert.equal(status, 200)
    const before = Date.now()
    await rotateOnDemand(server, keyId)
    await eventually(() => of(keyId, 'key.rotated').length === 1, 'no event of a rotation')
    const [event] = of(keyId, 'key.rotated')
    assert.equal(event?.id, `rotated_${keyId}_2`)
    assert.equal(event?.path, '/hook?a=b')
    const { time, due_time: dueTime, ...rest } = event?.data ?? {}
    assert.deepEqual(rest, {
      region: 'local-1',
      project_id: server.credentials.project_id,
      key_id: keyId,
      key_alias: 'told',
      cause: 'demand',
      actor: server.credentials.user_name,
      from_version: 1,
      to_version: 2,
      late_ms: 0,
    })
    assert.ok(time >= before - DAYS(1) && dueTime > time)
    assert.equal(new Date(event?.timestamp ?? '').getTime(), time)
    assert.deepEqual(receiver.problems, [])
  })

  test('ten years: each rotation told once, and each ahead of its time, on the very day', async () => {
    const keyId = await server.createKey()
    await server.kms('enable-key-rotation', { key_id: keyId })
    await server.kms('update-key-rotation-interval', { key_id: keyId, rotation_interval: 90 })
    const started = (await statusOf(server, keyId)).key_materials[0].create_time
    await pass(3650)
    const count = Math.floor(3650 / 90)
    await eventually(() => of(keyId, 'key.rotated').length >= count, 'rotations are missing')
    await eventually(
      () => of(keyId, 'key.rotation_upcoming').length >= count,
      'notices are missing',
    )
    const rotated = of(keyId, 'key.rotated').sort(byTime)
    const upcoming = of(keyId, 'key.rotation_upcoming').sort(byTime)
    assert.equal(rotated.length, count)
    assert.equal(upcoming.length, count)
    for (const [index, { data }] of rotated.entries()) {
      assert.equal(data.time - Number(started), DAYS(90 * (index + 1)), `rotation ${index}`)
      assert.equal(data.to_version, index + 2)
      assert.equal(data.late_ms, 0)
      const notice = upcoming[index]?.data
      assert.equal(notice.due_time, data.time, `notice ${index}`)
      assert.equal(notice.time, data.time - DAYS(7), `notice ${index}`)
    }
    assert.equal(of(keyId, 'key.rotation_late').length, 0)
  })

  test('a deletion is told ahead of its time', async () => {
    const keyId = await server.createKey()
    await server.kms('schedule-key-deletion', { key_id: keyId, pending_days: '30' })
    await pass(22)
    assert.equal(of(keyId, 'key.deletion_upcoming').length, 0)
    await pass(1)
    await eventually(() => of(keyId, 'key.deletion_upcoming').length === 1, 'no notice')
    await pass(8)
    const [event] = of(keyId, 'key.deletion_upcoming')
    assert.equal(event?.data.due_time - event?.data.time, DAYS(7))
    assert.equal(of(keyId, 'key.deletion_upcoming').length, 1)
  })

  test('an event that was refused comes again, under the same id and with the same body', async () => {
    const keyId = await server.createKey({ key_alias: 'first-name' })
    const seen: Json[] = []
    receiver.answer = (event) => {
      if (event.data.key_id !== keyId) return 204
      seen.push(event)
      return seen.length < 2 ? 500 : 200
    }
    await rotateOnDemand(server, keyId)
    await eventually(() => seen.length === 1, 'no first attempt')
    await server.kms('update-key-alias', { key_id: keyId, key_alias: 'second-name' })
    await eventually(() => of(keyId, 'key.rotated').length === 1, 'no second attempt')
    assert.deepEqual(seen[0], seen[1])
    assert.equal(seen[1].data.key_alias, 'first-name')
    receiver.answer = () => 204
  })

  test('an old version that is retired, restored and retired again is told three times', async () => {
    const keyId = await server.createKey({ key_alias: 'two-versions' })
    await rotateOnDemand(server, keyId)
    const path = `/keyturn/v1/${server.credentials.project_id}/keys/${keyId}/versions/1`
    const ask = async (deed: string, body: object) => {
      const reply = await server.send('POST', `${path}/${deed}`, { body: JSON.stringify(body) })
      return { status: reply.status, at: Number(reply.body?.retired_time) }
    }
    assert.equal((await ask('retire', { re_encrypted: 'all orders' })).status, 400)
    assert.equal((await ask('restore', {})).status, 400)
    await pass(91)
    const first = await ask('retire', { re_encrypted: 'all orders', unused_days: 90 })
    assert.equal(first.status, 200)
    assert.equal((await ask('restore', {})).status, 200)
    assert.equal((await ask('retire', { re_encrypted: 'backups too' })).status, 200)
    await eventually(() => of(keyId, 'key.version_retired').length === 2, 'not told of retiring')
    await eventually(() => of(keyId, 'key.version_restored').length === 1, 'not of restoring')

    const retired = of(keyId, 'key.version_retired').sort(byTime)
    const [restored] = of(keyId, 'key.version_restored')
    const told = {
      region: 'local-1',
      project_id: server.credentials.project_id,
      key_id: keyId,
      key_alias: 'two-versions',
      version: 1,
      actor: server.credentials.user_name,
    }
    const { time, ...rest } = retired.find(({ data }) => data.time === first.at)?.data ?? {}
    assert.deepEqual(rest, { ...told, retirement_note: rest.retirement_note })
    const notes = retired.map(({ data }) => data.retirement_note).sort()
    assert.deepEqual(notes, ['all orders', 'backups too'])
    const { time: restoredAt, ...restoredRest } = restored?.data ?? {}
    assert.ok(restoredAt >= time)
    assert.equal(new Date(restored?.timestamp ?? '').getTime(), restoredAt)
    assert.deepEqual(restoredRest, told)
    const ids = new Set([...retired, restored].map((event) => event?.id))
    assert.equal(ids.size, 3)
    for (const id of ids) assert.match(String(id), new RegExp(`^(retired|restored)_${keyId}_1_`))
    assert.deepEqual(receiver.problems, [])
  })

  test('a redirect is not followed, and other events pass one that nobody takes', async () => {
    const [poison, good] = [await server.createKey(), await server.createKey()]
    receiver.answer = (event) =>
      event.data.key_id === poison ? { status: 307, location: '/elsewhere' } : 204
    await rotateOnDemand(server, poison)
    await rotateOnDemand(server, good)
    await eventually(() => of(good, 'key.rotated').length === 1, 'the other event does not come')
    assert.ok(receiver.arrived.every(({ path }) => path === '/hook?a=b'))
    assert.equal(of(poison, 'key.rotated').length, 0)
    receiver.answer = () => 204
    await eventually(() => of(poison, 'key.rotated').length === 1, 'it does not come afterwards')
  })

  test('events that failed together are one failure: a receiver that was away for a moment is soon asked again', async () => {
    receiver.answer = () => 500
    const keys = await Promise.all(Array.from({ length: 12 }, () => server.createKey()))
    const before = receiver.attempts.length
    await Promise.all(keys.map((keyId) => rotateOnDemand(server, keyId)))
    while (receiver.attempts.length < before + 3) await new Promise((r) => setTimeout(r, 10))
    const arrived = new Set(receiver.arrived.map(({ id }) => id)).size
    receiver.answer = () => 204
    const backAtMs = performance.now()
    await receiver.until(arrived + 1)
    assert.ok(performance.now() - backAtMs < 8000)
    await receiver.until(arrived + keys.length)
    assert.ok(performance.now() - backAtMs < 16_000)
  })

  test('figures tell what waits and what was delivered', async () => {
    const page = (await server.send('GET', '/metrics', { token: null })).text
    assert.match(page, /^keyturn_events_waiting 0$/m)
    assert.match(page, /^keyturn_events_oldest_seconds 0$/m)
    assert.match(page, /^keyturn_webhook_gone 0$/m)
    const delivered = /^keyturn_webhook_attempts_total\{outcome="delivered"\} (\d+)$/m.exec(page)
    assert.equal(Number(delivered?.[1]), receiver.arrived.length)
    assert.match(page, /^keyturn_webhook_attempts_total\{outcome="failed"\} [1-9]/m)
    assert.deepEqual(receiver.problems, [])
    assert.equal(new Set(receiver.arrived.map(({ id }) => id)).size, receiver.arrived.length)
  })
})

describe('a webhook and its troubles', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-events-'))
  const secretFile = join(folder, 'secret')
  after(() => rmSync(folder, { recursive: true }))

  test('what happens while the receiver is away arrives when it is back; also after a restart', async () => {
    writeFileSync(secretFile, aSecret(2))
    const port = await freePort()
    const flags = webhookFlags(`http://127.0.0.1:${port}/`, secretFile)
    const directory = join(folder, 'data')
    let server = await startTestServer({ flags, directory })
    const keyId = await server.createKey()
    for (let times = 0; times < 5; times++) await rotateOnDemand(server, keyId)
    await server.stop()
    server = await startTestServer({ flags, directory })
    const receiver = await startReceiver([aSecret(2)], undefined, port)
    try {
      await receiver.until(5)
      const ids = [2, 3, 4, 5, 6].map((version) => `rotated_${keyId}_${version}`)
      assert.deepEqual([...new Set(receiver.arrived.map(({ id }) => id))].sort(), ids)
      assert.deepEqual(receiver.problems, [])
    } finally {
      await server.stop()
      await receiver.stop()
    }
  })

  test('a secret changes without a restart: both sign, then the new one', async () => {
    writeFileSync(secretFile, aSecret(3))
    const receiver = await startReceiver([aSecret(4), aSecret(3)])
    const server = await startTestServer({ flags: webhookFlags(receiver.url, secretFile) })
    try {
      writeFileSync(secretFile, `${aSecret(4)}\n${aSecret(3)}\n`)
      await rotateOnDemand(server, await server.createKey())
      await receiver.until(1)
      assert.deepEqual(receiver.problems, [])
      writeFileSync(secretFile, 'no secret\n')
      await rotateOnDemand(server, await server.createKey())
      await receiver.until(2)
      assert.deepEqual(receiver.problems, [])
    } finally {
      await server.stop()
      await receiver.stop()
    }
  })

  test('410 ends it: nothing is sent any more, and what waits still waits', async () => {
    writeFileSync(secretFile, aSecret(5))
    const receiver = await startReceiver([aSecret(5)])
    receiver.answer = () => 410
    const server = await startTestServer({ flags: webhookFlags(receiver.url, secretFile) })
    try {
      const keyId = await server.createKey()
      await rotateOnDemand(server, keyId)
      while (receiver.attempts.length === 0) await sleep(50)
      await rotateOnDemand(server, keyId)
      await sleep(2500)
      assert.equal(receiver.attempts.length, 1)
      const page = (await server.send('GET', '/metrics', { token: null })).text
      assert.match(page, /^keyturn_webhook_gone 1$/m)
      assert.match(page, /^keyturn_events_waiting 2$/m)
    } finally {
      await server.stop()
      await receiver.stop()
    }
  })

  test('without a webhook nothing is kept for it', async () => {
    const server = await startTestServer()
    try {
      await rotateOnDemand(server, await server.createKey())
      assert.deepEqual(await server.running.storage.outbox.waiting(10), [])
    } finally {
      await server.stop()
    }
  })

  test('only events that were asked for are sent', async () => {
    writeFileSync(secretFile, aSecret(6))
    const receiver = await startReceiver([aSecret(6)])
    const flags = [
      ...webhookFlags(receiver.url, secretFile),
      '--webhook-events',
      'key.deletion_upcoming, key.rotation_late',
    ]
    const server = await startTestServer({ flags: [...flags, '--clock', 'virtual'] })
    try {
      const keyId = await server.createKey()
      await rotateOnDemand(server, keyId)
      await server.kms('schedule-key-deletion', { key_id: keyId, pending_days: '7' })
      await server.send('POST', '/keyturn/v1/clock', { body: '{"days":1}' })
      await receiver.until(1)
      assert.deepEqual(
        receiver.arrived.map(({ type }) => type),
        ['key.deletion_upcoming'],
      )
    } finally {
      await server.stop()
      await receiver.stop()
    }
  })
})

function webhookFlags(url: string, secretFile: string): readonly string[] {
  return ['--webhook-url', url, '--webhook-secret-file', secretFile]
}

async function rotateOnDemand(server: TestServer, keyId: string): Promise<void> {
  const { status, text } = await server.kms('rotate-on-demand', { key_id: keyId })
  assert.equal(status, 200, text)
}

async function statusOf(server: TestServer, keyId: string): Promise<Json> {
  return (await server.kms('get-key-rotation-status', { key_id: keyId })).body
}

function byTime(a: Arrived, b: Arrived): number {
  return a.data.time - b.data.time
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
