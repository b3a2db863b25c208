import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { Client } from 'pg'
import { everyPostgres } from '../../test/postgres/binaries.ts'
import { placeOf } from '../../test/postgres/place-of.ts'
import { startPostgres } from '../../test/postgres/start-postgres.ts'
import { FIRST_VERSION, type KeyId, nextVersion } from '../core/ids.ts'
import { rotate } from '../core/rotation.ts'
import { DAY_MS, days, type EpochMs } from '../core/time.ts'
import { RootKeyRing, rootKeyFrom } from '../crypto/root-key.ts'
import { rowMacs } from '../crypto/row-macs.ts'
import { SecretBytes } from '../crypto/secret-bytes.ts'
import type { StoredKey } from '../ports/key-store.ts'
import {
  DamagedRow,
  everyGuardedRow,
  type GuardWork,
  nameOfRow,
  type RowName,
} from '../ports/row-guard.ts'
import type { Storage } from '../ports/storage.ts'
import { firstVersionOf, NO_QUOTA, someKey, storedKey } from '../ports/two-stores.conformance.ts'
import { openPostgres } from './postgres.ts'
import { KEY_COLUMNS, textOfRow, VERSION_COLUMNS } from './sql/stored-rows.ts'
import { openSqlite } from './sqlite.ts'

const root = (fill: number) => rootKeyFrom(new SecretBytes(new Uint8Array(32).fill(fill)))
const NOW = (400 * DAY_MS) as EpochMs

/** A database that somebody changes behind Keyturn's back. */
interface Ground {
  readonly open: () => Promise<Storage>
  readonly tamper: (sql: string) => Promise<number>
  readonly remove: () => Promise<void>
}

function sqliteGround(): Promise<Ground> {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-guard-'))
  const file = join(folder, 'k.sqlite')
  return Promise.resolve({
    open: () => openSqlite({ file }),
    async tamper(sql) {
      const database = new DatabaseSync(file)
      try {
        return Number(database.prepare(sql).run().changes)
      } finally {
        database.close()
      }
    },
    remove: async () => rmSync(folder, { recursive: true }),
  })
}

async function postgresGround(): Promise<Ground> {
  const [binaries] = everyPostgres()
  if (binaries === undefined) throw new Error('there is no PostgreSQL')
  const postgres = await startPostgres(binaries, { isDurable: false })
  const place = placeOf(await postgres.newDatabase())
  return {
    open: () => openPostgres(place),
    async tamper(sql) {
      const { host, port, database, user } = place
      const client = new Client({ host, port, database, user, password: place.password?.() })
      await client.connect()
      try {
        return (await client.query(sql)).rowCount ?? 0
      } finally {
        await client.end()
      }
    },
    remove: () => postgres.stop(),
  }
}

guards('SQLite', sqliteGround, false)
guards('PostgreSQL', postgresGround, everyPostgres().length === 0)

function guards(name: string, make: () => Promise<Ground>, skip: boolean): void {
  describe(`rows with MACs: ${name}`, { skip }, () => {
    let ground: Ground
    let storage: Storage
    const told: RowName[] = []
    before(async () => {
      ground = await make()
      storage = await ground.open()
      storage.guard.watch(rowMacs(root(1)), ({ row }) => told.push(row))
    })
    after(async () => {
      await storage.close()
      await ground.remove()
    })

    async function discard(id: KeyId): Promise<void> {
      await ground.tamper(`delete from key_versions where key_id = '${id}'`)
      await ground.tamper(`delete from keys where id = '${id}'`)
    }
    const rotating = (start = 0) => ({
      schedule: { kind: 'on' as const, interval: days(365), periodStart: start as EpochMs },
    })
    async function walk(work: GuardWork, limit = 3) {
      const found = { written: 0, damaged: [] as string[], torn: [] as string[] }
      await everyGuardedRow(
        storage.guard,
        work,
        ({ written, damaged, torn }) => {
          found.written += written
          found.damaged.push(...damaged.map(nameOfRow))
          found.torn.push(...torn.map(nameOfRow))
        },
        limit,
      )
      return found
    }
    const isDamage = (table: RowName['table'], keyId: string) => (error: unknown) =>
      error instanceof DamagedRow && error.row.table === table && error.row.keyId === keyId

    test('text with half a surrogate pair, and what no keyboard has, is read as it was written', async () => {
      const { key } = await storedKey(storage, { description: 'a\ud800b 密钥 \u{1f511}\u0001' })
      assert.equal(
        (await storage.keys.find(key.id))?.key.description,
        'a\ufffdb 密钥 \u{1f511}\u0001',
      )
    })

    test('a key whose any column is another is not used, and named', async () => {
      const others: Readonly<Record<string, string>> = {
        id: '',
        usage: "'SIGN_VERIFY'",
        state: "'disabled'",
        region_role: "'primary'",
        number: 'number + 1000000',
        alias: "alias || 'x'",
      }
      for (const column of KEY_COLUMNS) {
        if (column === 'id') continue
        const { key } = await storedKey(storage, rotating())
        const isText = ['tenant_id', 'project_id', 'description', 'spec', 'origin']
          .concat([
            'enterprise_project_id',
            'keystore_id',
            'cancelled_to',
            'primary_region',
            'rotation',
          ])
          .includes(column)
        const value = others[column] ?? (isText ? "'other'" : `coalesce(${column}, 0) + 1`)
        assert.equal(
          await ground.tamper(`update keys set ${column} = ${value} where id = '${key.id}'`),
          1,
        )
        await assert.rejects(storage.keys.find(key.id), isDamage('keys', key.id), column)
        assert.deepEqual(told.at(-1), { table: 'keys', keyId: key.id })
        await discard(key.id)
      }
    })

    test('a version whose any column is another is not used, and named', async () => {
      for (const column of VERSION_COLUMNS) {
        if (column === 'key_id' || column === 'version') continue
        const { key } = await storedKey(storage)
        const hex = name === 'SQLite' ? "x'0102'" : "'\\x0102'"
        const value =
          column === 'wrapped_material' || column === 'fingerprint'
            ? hex
            : column === 'created_at' || column === 'expires_at'
              ? '12345'
              : "'other'"
        assert.equal(
          await ground.tamper(
            `update key_versions set ${column} = ${value} where key_id = '${key.id}'`,
          ),
          1,
        )
        const refused = isDamage('key_versions', key.id)
        await assert.rejects(storage.keys.findVersion(key.id, FIRST_VERSION), refused, column)
        await assert.rejects(storage.keys.versionsOf(key.id, { after: 0, limit: 9 }), refused)
        await discard(key.id)
      }
    })

    test('the row of another key, or of another version, does not pass for this one', async () => {
      const [one, two] = [await storedKey(storage), await storedKey(storage)]
      await ground.tamper(
        `update keys set mac = (select mac from keys where id = '${one.key.id}') where id = '${two.key.id}'`,
      )
      await assert.rejects(storage.keys.find(two.key.id), isDamage('keys', two.key.id))
      assert.ok(await storage.keys.find(one.key.id))
      await discard(two.key.id)
    })

    test('a MAC that was taken away is no way around', async () => {
      const { key } = await storedKey(storage)
      await ground.tamper(`update keys set state = 'disabled', mac = null where id = '${key.id}'`)
      await assert.rejects(storage.keys.find(key.id), isDamage('keys', key.id))
      assert.deepEqual((await walk('renew')).damaged, [nameOfRow({ table: 'keys', keyId: key.id })])
      await assert.rejects(storage.keys.find(key.id), isDamage('keys', key.id))
      await discard(key.id)
    })

    test('the scheduler passes a damaged key over and rotates the others', async () => {
      const keys: StoredKey[] = []
      for (let n = 0; n < 5; n++) keys.push(await storedKey(storage, rotating(n)))
      const bad = keys[2]?.key.id ?? assert.fail()
      await ground.tamper(`update keys set rotation_count = 7 where id = '${bad}'`)
      const step = ({ key: before }: StoredKey) => {
        const { key, event } = rotate(before, 'schedule', 'scheduler', NOW)
        return { key, event, version: { ...firstVersionOf(key), version: event.toVersion } }
      }
      const rotated: KeyId[] = []
      let batch = await storage.keys.rotateDue(NOW, 2, step)
      for (;;) {
        rotated.push(...batch.done.map(({ keyId }) => keyId))
        if (batch.next === undefined) break
        batch = await storage.keys.rotateDue(NOW, 2, step, batch.next)
      }
      const good = keys.map(({ key }) => key.id).filter((id) => id !== bad)
      assert.deepEqual([...rotated].sort(), [...good].sort())
      for (const id of good) {
        assert.equal((await storage.keys.find(id))?.key.rotationCount, 1)
        assert.ok(await storage.keys.findVersion(id, nextVersion(FIRST_VERSION)))
      }
      assert.ok(told.some(({ keyId }) => keyId === bad))
      await discard(bad)
    })

    test('material that is deleted leaves versions that are still whole', async () => {
      const seen = await storedKey(storage)
      const second = nextVersion(FIRST_VERSION)
      const { key, event } = rotate(seen.key, 'demand', 'somebody', NOW)
      const version = { ...firstVersionOf(key), version: second, expiresAt: NOW }
      assert.equal(await storage.keys.rotate(seen, key, version, event), 'rotated')
      const now = (await storage.keys.find(key.id)) ?? assert.fail()
      const next = { ...now.key, state: { kind: 'pendingImport' as const } }
      assert.equal(await storage.keys.expireMaterial(now, next, second), 'deleted')
      const [one, two] = await storage.keys.versionsOf(key.id, { after: 0, limit: 9 })
      assert.deepEqual([one?.wrappedMaterial.length, two?.wrappedMaterial.length], [3, 0])
      const again = (await storage.keys.find(key.id)) ?? assert.fail()
      assert.equal(await storage.keys.deleteMaterial(again, again.key), 'deleted')
      const gone = await storage.keys.versionsOf(key.id, { after: 0, limit: 9 })
      assert.deepEqual(
        gone.map(({ wrappedMaterial, expiresAt }) => [wrappedMaterial.length, expiresAt]),
        [
          [0, undefined],
          [0, undefined],
        ],
      )
    })

    test('a key that is put back to before a rotation, and one that lacks a version, are found', async () => {
      const [older, lacking] = [await storedKey(storage), await storedKey(storage)]
      const columns = KEY_COLUMNS.filter((column) => column !== 'id').concat('mac' as never)
      await ground.tamper(`create table kept as select * from keys where id = '${older.key.id}'`)
      for (const seen of [older, lacking]) {
        const { key, event } = rotate(seen.key, 'demand', 'somebody', NOW)
        const version = { ...firstVersionOf(key), version: event.toVersion }
        assert.equal(await storage.keys.rotate(seen, key, version, event), 'rotated')
      }
      assert.deepEqual((await walk('check')).torn, [])
      const set = columns.map((column) => `${column} = (select ${column} from kept)`).join(', ')
      await ground.tamper(`update keys set ${set} where id = '${older.key.id}'`)
      await ground.tamper(
        `delete from key_versions where version = 1 and key_id = '${lacking.key.id}'`,
      )
      const { torn, damaged } = await walk('check')
      const wanted = [older, lacking].map(({ key }) => nameOfRow({ table: 'keys', keyId: key.id }))
      assert.deepEqual([...torn].sort(), wanted.sort())
      assert.deepEqual(damaged, [])
      for (const { key } of [older, lacking]) {
        await discard(key.id)
      }
    })

    test('rows get the MAC of a new root key in batches, and bear nothing of the old one then', async () => {
      const both = rowMacs(new RootKeyRing(root(2), [root(1)]))
      storage.guard.watch(both, ({ row }) => told.push(row))
      const key = someKey()
      assert.equal(await storage.keys.insert(key, [firstVersionOf(key)], NO_QUOTA), 'inserted')
      const { written, damaged } = await walk('renew', 2)
      assert.ok(written > 10, `${written}`)
      assert.deepEqual(damaged, [])
      assert.deepEqual(await walk('renew', 2), { written: 0, damaged: [], torn: [] })
      storage.guard.watch(rowMacs(root(2)), ({ row }) => told.push(row))
      assert.deepEqual(await walk('check'), { written: 0, damaged: [], torn: [] })
      storage.guard.watch(rowMacs(root(1)), ({ row }) => told.push(row))
      await assert.rejects(storage.keys.find(key.id), isDamage('keys', key.id))
    })
  })
}

test('no two rows have one text', () => {
  const value = fc.oneof(
    fc.constant(null),
    fc.integer(),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('', 'n;', 'i1;', 's1:a', '1', 'b1:AA==', ';'),
    fc.uint8Array(),
  )
  const row = fc.array(value, { maxLength: 4 })
  const shown = (values: readonly unknown[]) =>
    JSON.stringify(
      values.map((one) =>
        one instanceof Uint8Array
          ? { bytes: Buffer.from(one).toString('hex') }
          : typeof one === 'string'
            ? one.toWellFormed()
            : Object.is(one, -0)
              ? 0
              : one,
      ),
    )
  fc.assert(
    fc.property(row, row, (one, two) => {
      assert.equal(textOfRow('t', one) === textOfRow('t', two), shown(one) === shown(two))
    }),
    { numRuns: 300 },
  )
})
