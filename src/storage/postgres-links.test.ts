import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { embeddedPostgres, NO_POSTGRES } from '../../test/postgres/binaries.ts'
import { openCutLink } from '../../test/postgres/cut-link.ts'
import { placeOf } from '../../test/postgres/place-of.ts'
import { startPostgres, type TestPostgres } from '../../test/postgres/start-postgres.ts'
import type { TenantId } from '../core/ids.ts'
import { StorageError } from '../ports/storage-error.ts'
import { storedKey } from '../ports/two-stores.conformance.ts'
import { openPostgres } from './postgres.ts'
import { PostgresClient } from './postgres-client.ts'
import { clientConfig, type PostgresPlace } from './postgres-links.ts'
import { lockOf } from './sql/advisory-locks.ts'

const binaries = embeddedPostgres()

describe('PostgreSQL', { skip: binaries === undefined && NO_POSTGRES }, () => {
  let postgres: TestPostgres
  before(async () => {
    if (binaries !== undefined) postgres = await startPostgres(binaries)
  })
  after(() => postgres.stop())

  const newPlace = async (): Promise<PostgresPlace> => placeOf(await postgres.newDatabase())
  const rawClient = async ({ host, port, database, user, password }: PostgresPlace) => {
    const client = new Client({ host, port, database, user, password: password?.() })
    await client.connect()
    return client
  }
  const until = async (claim: () => Promise<boolean>) => {
    const endsAtMs = Date.now() + 10_000
    while (!(await claim())) {
      if (Date.now() > endsAtMs) assert.fail('it never became so')
      await sleep(20)
    }
  }

  test('ten nodes may open an empty database at once, and an eleventh a full one', async () => {
    const place = await newPlace()
    const nodes = await Promise.all(Array.from({ length: 10 }, () => openPostgres(place)))
    for (const node of nodes) await storedKey(node)
    for (const node of nodes) await node.close()
    const again = await openPostgres(place)
    assert.equal(await again.changes.latest(), 10)
    await again.close()
  })

  test('a node that was killed while it made the tables keeps nobody out', async () => {
    const place = await newPlace()
    const killed = await rawClient(place)
    killed.on('error', () => undefined)
    await killed.query(`select pg_advisory_lock(${lockOf('migrations').join()})`)
    await killed.query('begin')
    await killed.query('create table meta (half text)')
    const opening = openPostgres({ ...place, statementTimeoutMs: 100, lockTimeoutMs: 100 })
    await sleep(500)
    await postgres.sql(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where state = 'idle in transaction' and datname = '${place.database}'`,
    )
    const storage = await opening
    await storage.meta.put('x', 'y')
    await storage.close()
  })

  test('a number does not show before a smaller one', async () => {
    const place = await newPlace()
    const storage = await openPostgres(place)
    const slow = await rawClient(place)
    // What logChange does, in a transaction that takes its time.
    await slow.query('begin')
    await slow.query(`select pg_advisory_xact_lock(${lockOf('changeLog').join()})`)
    const { rows } = await slow.query(
      "insert into changes (kind, id, at) values ('key', 'slow', 1) returning number",
    )
    const quick = storage.identity.insertTenant({ id: 'quick' as TenantId, name: 'quick' })
    await sleep(300)
    assert.deepEqual(await storage.changes.since(0, 10), [])
    await slow.query('commit')
    await quick
    const seen = await storage.changes.since(0, 10)
    assert.deepEqual(
      seen.map(({ id }) => id),
      ['slow', 'quick'],
    )
    assert.equal(seen[0]?.number, Number(rows[0].number))
    await slow.end()
    await storage.close()
  })

  test('a commit is announced before anybody is told of it; what is undone is not', async () => {
    let commits = 0
    const signal = { announce: () => void commits++, count: () => commits }
    const storage = await openPostgres({ ...(await newPlace()), signal })
    assert.equal(commits, 0)
    const tenant = { id: 't' as TenantId, name: 't' }
    let seen = 0
    await storage.identity.insertTenant(tenant).then(() => {
      seen = commits
    })
    assert.equal(seen, 1)
    await assert.rejects(storage.identity.insertTenant({ ...tenant, name: null as never }))
    assert.equal(commits, 1)
    await storage.close()
  })

  test('after a restart and after a crash it works again by itself; errors are storage errors', async () => {
    const place = await newPlace()
    const storage = await openPostgres(place)
    for (const [round, interrupt] of [
      () => postgres.restart(),
      async () => {
        await postgres.kill9()
        await assert.rejects(storage.meta.get('x'), StorageError)
        await postgres.start()
      },
    ].entries()) {
      await storage.meta.put('round', String(round))
      let isOver = false
      const users = Array.from({ length: 8 }, async () => {
        while (!isOver) {
          await storage.changes.latest().catch((error) => assert.ok(error instanceof StorageError))
          await sleep(5)
        }
      })
      await sleep(30)
      await interrupt()
      isOver = true
      await Promise.all(users)
      await until(() => storage.meta.get('round').then(Boolean, () => false))
      assert.equal(await storage.meta.get('round'), String(round))
    }
    await storage.close()
  })

  test('a link that is cut without a word fails what is under way, and not what comes after', async () => {
    const link = await openCutLink(postgres.port)
    const place = { ...(await newPlace()), host: '127.0.0.1', port: link.port }
    const storage = await openPostgres({ ...place, statementTimeoutMs: 300, connectTimeoutMs: 500 })
    await storage.meta.put('x', 'y')
    link.cut()
    const startedAtMs = performance.now()
    await assert.rejects(storage.meta.get('x'), StorageError)
    await assert.rejects(storedKey(storage), StorageError)
    assert.ok(performance.now() - startedAtMs < 4000)
    link.mend()
    assert.equal(await storage.meta.get('x'), 'y')
    await storage.close()
    await link.close()
  })

  test('a statement that waits too long for a lock fails, and the connection is still good', async () => {
    const place = await newPlace()
    const storage = await openPostgres({ ...place, lockTimeoutMs: 200, maxConnections: 1 })
    const { key } = await storedKey(storage)
    const holder = await rawClient(place)
    await holder.query('begin')
    await holder.query('select 1 from keys for update')
    const seen = (await storage.keys.find(key.id)) ?? assert.fail()
    await assert.rejects(storage.keys.replace(seen, key), StorageError)
    await holder.query('rollback')
    assert.equal(await storage.keys.replace(seen, key), 'replaced')
    await holder.end()
    await storage.close()
  })

  test('who listens is told when the connection was lost, and hears again afterwards', async () => {
    const place = await newPlace()
    const storage = await openPostgres(place)
    const events: string[] = []
    const stop = await storage.changes.listen?.(
      () => events.push('change'),
      () => events.push('lost'),
    )
    await storedKey(storage)
    await until(async () => events.length > 0)
    assert.deepEqual(events, ['change'])
    await postgres.restart()
    await until(async () => events.length >= 4)
    assert.deepEqual(events, ['change', 'lost', 'lost', 'change'])
    await until(() => storedKey(storage).then(Boolean, () => false))
    await until(async () => events.length > 4)
    await stop?.()
    const before = events.length
    await storedKey(storage)
    await sleep(100)
    assert.equal(events.length, before)
    await storage.close()
  })

  test('who listens over a link that is cut without a word is told too', async () => {
    const link = await openCutLink(postgres.port)
    const storage = await openPostgres({ ...(await newPlace()), port: link.port })
    let lost = 0
    await storage.changes.listen?.(
      () => undefined,
      () => lost++,
    )
    link.cut()
    await until(async () => lost > 0)
    link.mend()
    await until(async () => lost > 1)
    await storage.close()
    await link.close()
  })

  test('a store whose links were cut without a word closes all the same, and keeps none', async () => {
    const link = await openCutLink(postgres.port)
    const storage = await openPostgres({ ...(await newPlace()), port: link.port })
    await storage.changes.listen?.(
      () => undefined,
      () => undefined,
    )
    await storedKey(storage)
    link.cut()
    const startedAtMs = performance.now()
    await storage.close()
    assert.ok(performance.now() - startedAtMs < 5000)
    await link.close()
  })

  test('whoever waits for others to be done notices that the link was cut', async () => {
    const place = await newPlace()
    const holder = await openPostgres(place)
    const link = await openCutLink(postgres.port)
    const waiter = await openPostgres({ ...place, port: link.port })
    const { promise: done, resolve: end } = Promise.withResolvers<void>()
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
    const holding = holder.exclusively('cut', () => {
      begin()
      return done
    })
    await begun
    const waiting = assert.rejects(
      waiter.exclusively('cut', async () => undefined),
      StorageError,
    )
    await sleep(300)
    link.cut()
    await waiting
    end()
    await holding
    await Promise.all([holder.close(), waiter.close()])
    await link.close()
  })

  test('a connection that is ended while it is made: both are told, in time', async () => {
    const link = await openCutLink(postgres.port)
    link.cut()
    const place = { ...(await newPlace()), port: link.port, connectTimeoutMs: 10_000 }
    const client = new PostgresClient(clientConfig(place, 'limited'))
    const connecting = assert.rejects(client.connect(), /ended unanswered/)
    await sleep(100)
    await Promise.all([connecting, client.end(), client.end()])
    await client.end()
    await link.close()
  })

  test('a deadlock that others cause is not the caller’s concern', async () => {
    const place = await newPlace()
    const storage = await openPostgres(place)
    const [first, second] = [await storedKey(storage), await storedKey(storage)]
    const other = await rawClient(place)
    await other.query('begin')
    await other.query('select 1 from key_tallies for update')
    await other.query("set local deadlock_timeout = '60s'") // the other side finds it
    const replacing = storage.keys.replace(first, { ...first.key, state: { kind: 'disabled' } })
    await sleep(200)
    await other.query('select 1 from keys where id = $1 for update', [first.key.id])
    await other.query('rollback')
    assert.equal(await replacing, 'replaced')
    assert.ok(await storage.keys.find(second.key.id))
    await other.end()
    await storage.close()
  })

  test('a database that is not there, and a wrong password, are storage errors', async () => {
    const place = await newPlace()
    await assert.rejects(openPostgres({ ...place, database: 'nowhere' }), StorageError)
    await assert.rejects(openPostgres({ ...place, password: () => 'wrong' }), (error) => {
      assert.ok(error instanceof StorageError)
      assert.doesNotMatch(String(error.cause), /wrong/)
      return true
    })
    const { port } = place
    const link = await openCutLink(port)
    link.cut()
    await assert.rejects(
      openPostgres({ ...place, port: link.port, connectTimeoutMs: 200 }),
      StorageError,
    )
    await link.close()
  })

  test('nothing of a connection outlives its store', async () => {
    const place = await newPlace()
    const storage = await openPostgres(place)
    await storage.changes.listen?.(
      () => undefined,
      () => undefined,
    )
    await storedKey(storage)
    const count = async () => {
      const rows = await postgres.sql(
        `select application_name from pg_stat_activity where datname = '${place.database}'`,
      )
      assert.ok(rows.every((row) => row.application_name === 'keyturn'))
      return rows.length
    }
    assert.ok((await count()) >= 2)
    await storage.close()
    await until(async () => (await count()) === 0)
  })
})
