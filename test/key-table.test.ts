import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { issueToken } from '../src/auth/token.ts'
import type { ProjectId, TenantId, UserId } from '../src/core/ids.ts'
import { DAY_MS, type EpochMs } from '../src/core/time.ts'
import { randomHex } from '../src/crypto/random.ts'
import { fileSeal } from '../src/seals/file-seal.ts'
import { type Json, startTestServer, type TestServer } from './server.ts'

const ID = '88888888-8888-4888-8888-888888888888'
const START = Date.parse('2026-01-01T12:00:00Z')

describe('the table of keys', () => {
  let server: TestServer
  let base: string
  const ids: Record<string, string> = {}
  before(async () => {
    server = await startTestServer({ flags: ['--clock', 'virtual:2026-01-01T12:00:00Z'] })
    base = `/keyturn/v1/${server.credentials.project_id}`
    for (const [name, fields] of Object.entries({
      'app-one': {},
      'app-two': {},
      'app-three': { key_spec: 'SM4' },
      signing: { key_spec: 'EC_P256' },
      imported: { origin: 'external' },
    })) {
      ids[name] = await server.createKey({ key_alias: name, ...fields })
    }
    const of = (name: string) => ({ key_id: ids[name] })
    await must('enable-key-rotation', of('app-two'))
    await must('update-key-rotation-interval', { ...of('app-two'), rotation_interval: 30 })
    await must('enable-key-rotation', of('app-three'))
    await must('rotate-on-demand', of('app-three'))
    await must('disable-key', of('signing'))
    await must(`${ids['app-one']}/tags`, { tag: { key: 'team', value: 'blue' } })
    await must(`${ids['app-two']}/tags`, { tag: { key: 'team', value: 'red' } })
    const { status } = await server.send('POST', `${base}/default-keys`, {
      body: JSON.stringify({ service: 'evs' }),
    })
    assert.equal(status, 200)
  })
  after(() => server.stop())

  const must = async (operation: string, body: unknown): Promise<Json> => {
    const reply = await server.kms(operation, body)
    assert.ok(reply.status < 300, reply.text)
    return reply.body
  }
  const search = async (query: string): Promise<Json> => {
    const { status, body, text } = await server.send('GET', `${base}/keys?${query}`)
    assert.equal(status, 200, text)
    return body
  }
  const names = async (query: string): Promise<readonly string[]> =>
    (await search(query)).keys.map(({ key_alias }: Json) => key_alias)

  test('has every key of the project, in order of creation, default keys too', async () => {
    const { keys, next_marker, total } = await search('')
    assert.deepEqual(
      keys.map(({ key_alias }: Json) => key_alias),
      ['app-one', 'app-two', 'app-three', 'signing', 'imported', 'evs/default'],
    )
    assert.equal(total, 6)
    assert.equal(next_marker, '')
  })

  test('tells of each what describe-key tells, and its rotation', async () => {
    const [row] = (await search('alias=app-three')).keys
    const { key_info } = await must('describe-key', { key_id: ids['app-three'] })
    const { primary_version, rotation_interval, next_rotation_time, last_rotation_time, ...rest } =
      row
    assert.deepEqual(rest, { ...key_info, number_of_rotations: 1 })
    assert.equal(primary_version, 2)
    assert.equal(rotation_interval, 365)
    assert.equal(last_rotation_time, String(START))
    assert.equal(next_rotation_time, String(START + 365 * DAY_MS))
    const alone = await server.send('GET', `${base}/keys/${ids['app-three']}`)
    assert.deepEqual(alone.body.key, row)
  })

  test('leaves out what a key has not', async () => {
    const [row] = (await search('alias=imported')).keys
    assert.equal(row.number_of_rotations, 0)
    for (const name of ['primary_version', 'rotation_interval', 'next_rotation_time']) {
      assert.ok(!(name in row), name)
    }
    assert.ok(!('last_rotation_time' in row))
  })

  for (const [query, found] of [
    ['key_state=3', ['signing']],
    ['key_state=5', ['imported']],
    ['key_state=1', []],
    ['key_spec=SM4', ['app-three']],
    ['key_spec=ALL&alias=s', ['signing']],
    ['alias=app-t', ['app-two', 'app-three']],
    ['alias=APP', []],
    ['tag_key=team', ['app-one', 'app-two']],
    ['tag_key=team&tag_value=red', ['app-two']],
    ['tag_key=nothing', []],
    ['rotation=on', ['app-two', 'app-three']],
    ['rotation=off', ['app-one']],
    ['rotation=never', ['app-one', 'app-two']],
    ['rotation=overdue', []],
    ['rotation=on&key_spec=AES_256&tag_key=team', ['app-two']],
    ['sort=alias', ['app-one', 'app-three', 'app-two', 'evs/default', 'imported', 'signing']],
    ['sort=alias&order=desc&alias=app', ['app-two', 'app-three', 'app-one']],
    ['sort=next-rotation&rotation=on', ['app-two', 'app-three']],
    ['sort=next-rotation&rotation=on&order=desc', ['app-three', 'app-two']],
    ['sort=last-rotation&alias=app', ['app-three', 'app-one', 'app-two']],
  ] as const) {
    test(`finds by ${query}`, async () => {
      assert.deepEqual(await names(query), found)
    })
  }

  test('an overdue key is found while nobody rotates it', async () => {
    const key_id = await server.createKey({ key_alias: 'zz-late' })
    await must('enable-key-rotation', { key_id })
    await must('update-key-rotation-interval', { key_id, rotation_interval: 30 })
    const { running } = server
    const stored = await running.storage.keys.find(key_id as never)
    assert.ok(stored?.key.schedule.kind === 'on')
    const schedule = { ...stored.key.schedule, periodStart: (START - 31 * DAY_MS) as never }
    await running.storage.keys.replace(stored, { ...stored.key, schedule })
    assert.deepEqual(await names('rotation=overdue'), ['zz-late'])
    const { body } = await server.send('GET', `${base}/rotation-overview`)
    assert.equal(body.overdue, 1)
    await must('disable-key', { key_id })
    assert.deepEqual(await names('rotation=overdue'), [])
    await must('schedule-key-deletion', { key_id, pending_days: 7 })
  })

  test('pages go on where they stopped, also while keys come and go', async () => {
    const seen: string[] = []
    let marker = ''
    do {
      const page = await search(`sort=alias&limit=2&marker=${marker}`)
      assert.ok(page.keys.length <= 2)
      seen.push(...page.keys.map(({ key_alias }: Json) => key_alias))
      marker = page.next_marker
      // Before the place and after it: neither is seen twice, and none that was there is missed.
      if (seen.length === 2) await server.createKey({ key_alias: 'aaa' })
      if (seen.length === 2) await server.createKey({ key_alias: 'zzz' })
    } while (marker !== '')
    assert.deepEqual(seen, [
      ...['app-one', 'app-three', 'app-two', 'evs/default', 'imported', 'signing'],
      ...['zz-late', 'zzz'],
    ])
  })

  test('a forged marker, or one of another order, is refused', async () => {
    const { next_marker } = await search('sort=alias&limit=1')
    const forged = (list: unknown) => Buffer.from(JSON.stringify(list)).toString('base64url')
    for (const [query, marker] of [
      ['sort=alias&order=desc', next_marker],
      ['sort=created', next_marker],
      ['sort=alias', `${next_marker}x`],
      ['sort=alias', 'x'],
      ['sort=alias', '%00'],
      ['sort=alias', forged(['alias', 'asc', 7, 1, ID])],
      ['sort=alias', forged(['alias', 'asc', 'a', -1, ID])],
      ['sort=alias', forged(['alias', 'asc', 'a\0', 1, ID])],
      ['sort=alias', forged(['alias', 'asc', 'a', 1, ID, 1])],
      ['sort=alias', forged(['alias', 'asc', 'a', 1, 'x'])],
      ['sort=alias', forged(['alias', 'asc', 'a', 1])],
      ['sort=created', forged(['created', 'asc', null, 1.5, ID])],
      ['sort=next-rotation', forged(['nextRotation', 'asc', 'x', 1, ID])],
      ['sort=next-rotation', forged(['nextRotation', 'asc', null, 1e300, ID])],
    ]) {
      const { status, body } = await server.send('GET', `${base}/keys?${query}&marker=${marker}`)
      assert.equal(status, 400, marker)
      assert.equal(body.error.error_code, 'KMS.1602', marker)
    }
  })

  test('bad parameters are refused', async () => {
    for (const query of [
      'limit=0',
      'limit=201',
      'sort=x',
      'rotation=x',
      'tag_value=x',
      'key_state=9',
    ]) {
      const { status } = await server.send('GET', `${base}/keys?${query}`)
      assert.equal(status, 400, query)
    }
  })

  test('versions are listed, the newest first', async () => {
    const path = `${base}/keys/${ids['app-three']}/versions`
    const { body } = await server.send('GET', path)
    assert.deepEqual(
      body.versions.map(({ version, state }: Json) => [version, state]),
      [
        [2, 'primary'],
        [1, 'former'],
      ],
    )
    const first = (await server.send('GET', `${path}?limit=1`)).body
    assert.equal(first.next_marker, '2')
    const second = (await server.send('GET', `${path}?limit=1&marker=2`)).body
    assert.deepEqual(second.versions, [body.versions[1]])
    assert.equal(second.next_marker, '')
    const waiting = await server.send('GET', `${base}/keys/${ids['imported']}/versions`)
    assert.deepEqual(waiting.body.versions, [])
  })

  test('rotations of the project are listed, the newest first', async () => {
    const { body } = await server.send('GET', `${base}/rotation-events`)
    assert.equal(body.events.length, 1)
    assert.equal(body.events[0].key_id, ids['app-three'])
    assert.equal(body.next_marker, '')
    for (const [query, count] of [
      [`from=${START}`, 1],
      [`from=${START + 1}`, 0],
      [`to=${START}`, 0],
      [`to=${START + 1}`, 1],
    ] as const) {
      const found = await server.send('GET', `${base}/rotation-events?${query}`)
      assert.equal(found.body.events.length, count, query)
    }
    const forged = await server.send('GET', `${base}/rotation-events?marker=x`)
    assert.equal(forged.status, 400)
  })

  test('who may list only some keys sees only those, and not how many there are', async () => {
    const { credentials, running, directory } = server
    const { identity } = running.storage
    const tenantId = credentials.domain_id as TenantId
    const projectId = credentials.project_id as ProjectId
    const userId = randomHex(16) as UserId
    const document = JSON.stringify({
      Version: '1.1',
      Statement: [
        {
          Effect: 'Allow',
          Action: ['kms:cmk:list'],
          Resource: [`kms:*:*:KeyId:${ids['app-two']}`],
        },
      ],
    })
    await identity.putPolicy({ tenantId, name: 'some keys', document })
    await identity.insertUser({
      id: userId,
      tenantId,
      name: 'someone',
      passwordHash: undefined,
      enabled: true,
      defaultProjectId: projectId,
      tokensValidFrom: 0 as EpochMs,
    })
    await identity.insertAssignment({ userId, projectId, role: 'some keys' })
    const root = await fileSeal({ path: join(directory, 'root.key') }).open()
    const issuedAt = Date.now() as EpochMs
    const { token } = issueToken(root, {
      lineage: [],
      userId,
      tenantId,
      scope: { kind: 'project', projectId },
      methods: ['password'],
      issuedAt,
      expiresAt: (issuedAt + 60_000) as EpochMs,
    })
    const { status, body, text } = await server.send('GET', `${base}/keys`, { token })
    assert.equal(status, 200, text)
    assert.deepEqual(
      body.keys.map(({ key_id }: Json) => key_id),
      [ids['app-two']],
    )
    assert.ok(!('total' in body))
    const seen: string[] = []
    let marker = ''
    do {
      const query = `sort=alias&limit=1&marker=${marker}`
      const page = await server.send('GET', `${base}/keys?${query}`, { token })
      assert.equal(page.status, 200, page.text)
      seen.push(...page.body.keys.map(({ key_alias }: Json) => key_alias))
      marker = page.body.next_marker
      assert.doesNotMatch(Buffer.from(marker, 'base64url').toString(), /app|default|signing/)
      const asAnother = await server.send('GET', `${base}/keys?${query}`)
      if (!query.endsWith('=')) assert.equal(asAnother.body.error_code, 'KMS.1602')
    } while (marker !== '')
    assert.deepEqual(seen, ['app-two'])
    const own = (await search('sort=alias&limit=1')).next_marker
    const forged = await server.send('GET', `${base}/keys?sort=alias&marker=${own}`, { token })
    assert.equal(forged.body.error_code, 'KMS.1602')
    for (const path of ['rotation-events', 'rotation-overview', 'audit-records']) {
      const reply = await server.send('GET', `${base}/${path}`, { token })
      assert.equal(reply.status, 403, path)
    }
  })

  test('another project sees none of it', async () => {
    const other = await startTestServer()
    try {
      const keyId = await other.createKey()
      const path = `/keyturn/v1/${other.credentials.project_id}`
      const { body } = await other.send('GET', `${path}/keys`)
      assert.deepEqual(
        body.keys.map(({ key_id }: Json) => key_id),
        [keyId],
      )
      for (const rest of ['', '/versions']) {
        const { status } = await other.send('GET', `${path}/keys/${ids['app-one']}${rest}`)
        assert.equal(status, 404)
      }
    } finally {
      await other.stop()
    }
  })
})

describe('the calendar of rotations', () => {
  test('counts what is due, done and late by day, and what rotates not', async () => {
    const server = await startTestServer({ flags: ['--clock', 'virtual:2026-01-01T12:00:00Z'] })
    try {
      const base = `/keyturn/v1/${server.credentials.project_id}`
      const overview = async (query = ''): Promise<Json> => {
        const { status, body, text } = await server.send(
          'GET',
          `${base}/rotation-overview?${query}`,
        )
        assert.equal(status, 200, text)
        return body
      }
      const on = await server.createKey()
      await server.createKey()
      await server.createKey({ key_spec: 'RSA_2048' })
      await server.kms('enable-key-rotation', { key_id: on })
      await server.kms('update-key-rotation-interval', { key_id: on, rotation_interval: 30 })
      const today = Date.parse('2026-01-01T00:00:00Z')
      const dayOf = (days: number) => String(today + days * DAY_MS)
      assert.deepEqual(await overview(), {
        now: String(START),
        on: 1,
        off: 1,
        not_rotatable: 1,
        never_rotated: 2,
        overdue: 0,
        days: [{ day: dayOf(30), due: 1, done: 0, late: 0 }],
      })
      assert.deepEqual((await overview('days=30')).days, [])
      assert.equal((await overview('days=31')).days.length, 1)
      await server.send('POST', '/keyturn/v1/clock', { body: JSON.stringify({ days: 31 }) })
      const later = await overview(`from=${today}`)
      assert.equal(later.never_rotated, 1)
      assert.deepEqual(later.days, [
        { day: dayOf(30), due: 0, done: 1, late: 0 },
        { day: dayOf(60), due: 1, done: 0, late: 0 },
      ])
      await server.kms('disable-key', { key_id: on })
      await server.send('POST', '/keyturn/v1/clock', { body: JSON.stringify({ days: 60 }) })
      await server.kms('enable-key', { key_id: on })
      const last = await overview(`from=${today}&days=200`)
      assert.deepEqual(last.days, [
        { day: dayOf(30), due: 0, done: 1, late: 0 },
        { day: dayOf(91), due: 0, done: 1, late: 1 },
        { day: dayOf(121), due: 1, done: 0, late: 0 },
      ])
      for (const query of ['days=0', 'days=367', 'days=x', 'from=x']) {
        const { status } = await server.send('GET', `${base}/rotation-overview?${query}`)
        assert.equal(status, 400, query)
      }
    } finally {
      await server.stop()
    }
  })
})
