import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, test } from 'node:test'
import { aKey } from '../../test/a-key.ts'
import type { KeyId, ProjectId } from '../core/ids.ts'
import { FIRST_VERSION } from '../core/ids.ts'
import { days, type EpochMs } from '../core/time.ts'
import { storageConformance } from '../ports/storage.conformance.ts'
import type { Storage } from '../ports/storage.ts'
import { StorageError } from '../ports/storage-error.ts'
import { openSqlite } from './sqlite.ts'

function temporaryFile(): { readonly file: string; readonly remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-sqlite-'))
  return { file: join(folder, 'k.sqlite'), remove: () => rmSync(folder, { recursive: true }) }
}

storageConformance('SQLite', async () => {
  const { file, remove } = temporaryFile()
  return { open: () => openSqlite({ file }), isShared: false, remove: async () => remove() }
})

describe('SQLite', () => {
  const place = temporaryFile()
  let storage: Storage
  before(async () => {
    storage = await openSqlite({ file: place.file })
  })
  after(async () => {
    await storage.close()
    place.remove()
  })

  test('the file is for its owner alone; WAL and every commit on the disk', () => {
    assert.equal(statSync(place.file).mode & 0o777, 0o600)
    const look = new DatabaseSync(place.file)
    assert.equal(look.prepare('PRAGMA journal_mode').get()?.['journal_mode'], 'wal')
    look.close()
  })

  test('a second process may write beside the first', async () => {
    const script = join(place.file, '..', 'writer.ts')
    const module = new URL('./sqlite.ts', import.meta.url)
    writeFileSync(
      script,
      `const { openSqlite } = await import('${module}')
       const storage = await openSqlite({ file: ${JSON.stringify(place.file)} })
       for (let n = 0; n < 50; n++) await storage.meta.put('other', String(n))
       await storage.close()`,
    )
    const other = new Promise((resolve) => {
      setTimeout(() => resolve(execFileSync(process.execPath, [script])), 10)
    })
    for (let n = 0; n < 50; n++) await storage.meta.put('mine', String(n))
    await other
    assert.equal(await storage.meta.get('other'), '49')
    assert.equal(await storage.meta.get('mine'), '49')
  })

  test('every question about a growing table is answered by an index', async () => {
    const { file, remove } = temporaryFile()
    const asked: string[] = []
    const watched = await openSqlite({ file, onQuery: (sql) => asked.push(sql) })
    const projectId = 'p1' as ProjectId
    const key = aKey({ schedule: { kind: 'on', interval: days(30), periodStart: 0 as EpochMs } })
    const wrappedMaterial = new Uint8Array(4)
    const materialId = '00000000-0000-4000-8000-000000000000' as never
    await watched.keys.insert(
      key,
      [
        {
          keyId: key.id,
          version: FIRST_VERSION,
          materialId,
          origin: 'kms',
          wrappedMaterial,
          createdAt: 0 as EpochMs,
        },
      ],
      9,
    )
    asked.length = 0
    const { keys, changes, identity } = watched
    const now = 5 as EpochMs
    await keys.find(key.id)
    await keys.findVersion(key.id, FIRST_VERSION)
    const page = { after: 0, limit: 10 }
    for (const filter of [
      {},
      { spec: 'SM4' },
      { state: 'enabled' },
      { spec: 'SM4', state: 'enabled' },
      { enterpriseProjectId: '0' },
    ] as const) {
      await keys.page(projectId, filter, page)
    }
    await keys.tallies(projectId)
    await keys.dueForRotation(now, 10)
    await keys.dueForDeletion(now, 10)
    await keys.overdueRotations(now, 10)
    await keys.nextDueAt()
    await keys.rotationEvents(projectId, key.id as KeyId, page)
    await changes.since(0, 10)
    await changes.latest()
    await identity.findUser('u' as never)
    await identity.findUserByName('t' as never, 'n')
    await identity.findAccessKey('a' as never)
    await identity.listAccessKeys('u' as never)
    await identity.listAssignments('u' as never)
    await identity.findProjectsByName('n')
    await identity.listRevokedTokens(now)
    await watched.close()
    assert.ok(asked.length >= 20)
    const look = new DatabaseSync(file)
    for (const sql of new Set(asked)) {
      const steps = look
        .prepare(`explain query plan ${sql}`)
        .all(...sql.matchAll(/\?/g).map(() => 1))
      for (const { detail } of steps) {
        const isScan =
          /^SCAN (?!CONSTANT)/.test(String(detail)) &&
          !/USING (COVERING )?INDEX/.test(String(detail))
        // Reading the newest change is one step from the end of the table's own order.
        const isEndOfTable = /order by "number" desc limit/.test(sql)
        assert.ok(!isScan || isEndOfTable, `${sql}\n${detail}`)
        // A few of them may be sorted; keys, changes and events come in order.
        const isSorted = /TEMP B-TREE FOR ORDER BY/.test(String(detail))
        assert.ok(!isSorted || /from "(access_keys|projects)"/.test(sql), sql)
      }
    }
    look.close()
    remove()
  })

  test('a database from a newer version is left alone', async () => {
    const { file, remove } = temporaryFile()
    await (await openSqlite({ file })).close()
    const db = new DatabaseSync(file)
    db.exec("insert into migrations values ('9999-future', 0)")
    db.close()
    await assert.rejects(openSqlite({ file }), (error: unknown) => {
      assert.ok(error instanceof StorageError)
      assert.match(error.message, /9999-future.*newer/)
      return true
    })
    remove()
  })

  test('what is no database, and a folder that is not there, are storage errors', async () => {
    const { file, remove } = temporaryFile()
    writeFileSync(file, 'x'.repeat(5000))
    await assert.rejects(openSqlite({ file }), StorageError)
    await assert.rejects(openSqlite({ file: join(file, 'deeper') }), StorageError)
    remove()
  })
})
