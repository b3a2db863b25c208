import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { run } from '../src/cli/run.ts'
import { type Json, startTestServer, type TestServer } from './server.ts'

const START = '2026-03-01T08:00:00.000Z'
const DAY_MS = 86_400_000

interface Result {
  readonly code: number
  readonly out: string
  readonly err: string
}

describe('keyturn rehearse', () => {
  let place: string
  let server: TestServer
  const keys: Record<string, string> = {}

  async function rehearse(args: readonly string[], watched = false): Promise<Result> {
    let [out, err] = ['', '']
    const code = await run(['rehearse', ...args], {
      environment: {
        HOME: place,
        KEYTURN_ENDPOINT: server.url,
        OS_USERNAME: server.credentials.user_name,
        OS_PASSWORD: server.credentials.password,
        OS_PROJECT_ID: server.credentials.project_id,
        OS_USER_DOMAIN_NAME: server.credentials.domain_name,
      },
      print: (text) => {
        out += `${text}\n`
      },
      printError: (text) => {
        err += text
      },
      isWatched: watched,
    })
    return { code, out, err }
  }

  async function planOf(...args: readonly string[]): Promise<Json> {
    const { code, out, err } = await rehearse([...args, '--output', 'json'])
    assert.equal(code, 0, err)
    return JSON.parse(out)
  }

  async function ok(name: string, body: unknown): Promise<void> {
    const { status, text } = await server.kms(name, body)
    assert.equal(Math.floor(status / 100), 2, text)
  }

  const advance = (days: number) =>
    server.send('POST', '/keyturn/v1/clock', { body: JSON.stringify({ days }) })

  before(async () => {
    place = mkdtempSync(join(tmpdir(), 'keyturn-rehearse-'))
    server = await startTestServer({
      directory: join(place, 'data'),
      flags: ['--clock', `virtual:${START}`],
    })
    const make = async (name: string, interval?: number, fields = {}) => {
      const id = await server.createKey({ key_alias: name, ...fields })
      keys[name] = id
      if (interval === undefined) return
      await ok('enable-key-rotation', { key_id: id })
      if (interval === 365) return
      await ok('update-key-rotation-interval', { key_id: id, rotation_interval: interval })
    }
    await make('monthly', 30)
    await make('yearly', 365)
    await advance(11)
    await make('odd', 77)
    await make('held', 45)
    await make('never')
    await make('pair', undefined, { key_spec: 'EC_P256' })
    await make('doomed', 30)
    await ok('schedule-key-deletion', { key_id: keys['doomed'], pending_days: '20' })
    await ok('disable-key', { key_id: keys['held'] })
    await make('late', 30)
    await ok('disable-key', { key_id: keys['late'] })
    await advance(34)
    await ok('update-key-alias', { key_id: keys['never'], key_alias: 'never-again' })
  })
  after(async () => {
    await server.stop()
    rmSync(place, { recursive: true })
  })

  /** A digest of every file of the data folder but the audit log, which tells of each call. */
  function fingerprint(folder: string): string {
    const digest = createHash('sha256')
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || entry.parentPath.includes('audit')) continue
      if (entry.name.endsWith('-shm')) continue // SQLite's own memory, which a reader marks
      digest.update(entry.name).update(readFileSync(join(entry.parentPath, entry.name)))
    }
    return digest.digest('hex')
  }

  test('reads a data folder and says the same, and neither writes', async () => {
    const from = new Date(Date.parse(START) + 45 * DAY_MS).toISOString()
    const before = fingerprint(server.directory)
    const byServer = await planOf('--years', '10')
    const byFolder = await planOf('--years', '10', '--data', server.directory, '--from', from)
    assert.equal(fingerprint(server.directory), before)
    const sorted = (plan: Json) => ({
      ...plan,
      listed_keys: plan.listed_keys.toSorted((a: Json, b: Json) => (a.key_id < b.key_id ? -1 : 1)),
    })
    assert.deepEqual(sorted(byFolder), sorted(byServer))
  })

  test('says why keys never rotate, and what ends', async () => {
    const plan = await planOf('--years', '1')
    const reasons = Object.fromEntries(plan.not_rotating.map((row: Json) => [row.reason, row.keys]))
    assert.deepEqual(reasons, { off: 1, disabled: 2, kind: 1 })
    assert.equal(plan.periods.length, 13)
    const { code, out } = await rehearse(['--years', '1', '--key', 'monthly'], true)
    assert.equal(code, 0)
    assert.match(out, /2026-04 +\d+ +#+/)
    assert.match(out, /monthly/)
    assert.doesNotMatch(out, /yearly/)
  })

  test('is called wrongly', async () => {
    for (const args of [
      ['--years', '0'],
      ['--years', '1.5'],
      ['--by', 'week'],
      ['--from', 'tomorrow'],
      ['--from', '2027-01-01T12:00'],
      ['--key', 'nobody'],
      ['more'],
    ]) {
      const { code, err } = await rehearse(args)
      assert.equal(code, 2, `${args}: ${err}`)
    }
    assert.equal((await rehearse(['--data', join(place, 'nowhere')])).code, 1)
  })

  test('what it says is what the scheduler then does, to the millisecond', async () => {
    await ok('disable-key-rotation', { key_id: keys['odd'] })
    await ok('enable-key-rotation', { key_id: keys['odd'] })
    await ok('update-key-rotation-interval', { key_id: keys['odd'], rotation_interval: 77 })
    const plan = await planOf('--years', '10')
    const from = Date.parse(plan.from)
    const until = Date.parse(plan.until)
    await advance((until - from) / DAY_MS)

    let rotations = 0
    const byDay = new Map<string, number>()
    for (const listed of plan.listed_keys) {
      const path = `/keyturn/v1/${server.credentials.project_id}/keys/${listed.key_id}/rotation-events?limit=1000`
      const { body, status } = await server.send('GET', path)
      assert.equal(status, 200)
      const done = body.events.filter((event: Json) => Number(event.time) > from)
      assert.equal(done.length, listed.rotations, listed.alias)
      rotations += done.length
      for (const event of done) {
        const day = new Date(Number(event.time)).toISOString().slice(0, 10)
        byDay.set(day, (byDay.get(day) ?? 0) + 1)
      }
      if (done.length === 0) continue
      const [first, last] = [done[0], done.at(-1)].map((event: Json) =>
        new Date(Number(event.time)).toISOString(),
      )
      assert.deepEqual([listed.first, listed.last], [first, last], listed.alias)
    }
    assert.equal(plan.rotations, rotations)
    assert.ok(rotations > 150)
    assert.equal(plan.rotations_on_busiest_day, Math.max(...byDay.values()))
    assert.equal(byDay.get(plan.busiest_day), plan.rotations_on_busiest_day)
    const sum = plan.periods.reduce((total: number, row: Json) => total + row.rotations, 0)
    assert.equal(sum, rotations)
  })
})
