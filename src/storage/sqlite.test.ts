import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { aKey } from '../../test/a-key.ts'
import type { KeyId, ProjectId } from '../core/ids.ts'
import { days, type EpochMs } from '../core/time.ts'
import { storageConformance } from '../ports/storage.conformance.ts'
import type { Storage } from '../ports/storage.ts'
import { StorageError } from '../ports/storage-error.ts'
import { keyColumns } from './sql/key-rows.ts'
import { openSqlite } from './sqlite.ts'
import { ownTurn } from './ticket-turn.ts'

function temporaryFile(): { readonly file: string; readonly remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-sqlite-'))
  return { file: join(folder, 'k.sqlite'), remove: () => rmSync(folder, { recursive: true }) }
}

storageConformance('SQLite', async () => {
  const { file, remove } = temporaryFile()
  const turn = ownTurn()
  return { open: () => openSqlite({ file, turn }), remove: async () => remove() }
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

  test('processes that rotate what is due at the same time rotate each key once', async () => {
    const { file, remove } = temporaryFile()
    const mine = await openSqlite({ file })
    const at = 40 as EpochMs
    const ids = Array.from({ length: 400 }, () => randomUUID() as KeyId)
    const schedule = { kind: 'on', interval: days(0), periodStart: at } as const
    for (const id of ids) await mine.keys.insert(aKey({ id, alias: id, schedule }), [], 1000)
    const script = join(file, '..', 'rotate.ts')
    const source = (path: string) => JSON.stringify(new URL(path, import.meta.url).href)
    writeFileSync(
      script,
      `const { openSqlite } = await import(${source('./sqlite.ts')})
       const { rotate } = await import(${source('../core/rotation.ts')})
       const storage = await openSqlite({ file: ${JSON.stringify(file)} })
       let rotated = 0
       for (;;) {
         const { done } = await storage.keys.rotateDue(${at}, 8, ({ key: before }) => {
           const { key, event } = rotate(before, 'schedule', String(process.pid), ${at})
           return { key: { ...key, schedule: { ...key.schedule, periodStart: 1e12 } }, event,
             version: { keyId: key.id, version: event.toVersion, materialId: '', origin: 'kms',
               wrappedMaterial: new Uint8Array(1), createdAt: ${at} } }
         })
         rotated += done.length
         if (done.length === 0) break
       }
       await storage.close()
       console.log(rotated)`,
    )
    const run = promisify(execFile)
    const told = await Promise.all([1, 2, 3].map(() => run(process.execPath, [script])))
    const total = told.reduce((sum, { stdout }) => sum + Number(stdout), 0)
    assert.equal(total, ids.length)
    for (const id of ids) {
      const events = await mine.keys.rotationEvents('p1' as ProjectId, id, { after: 0, limit: 9 })
      assert.equal(events.length, 1)
    }
    await mine.close()
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

  test('a store of an older version is copied before its tables change, once', async () => {
    const { file, remove } = temporaryFile()
    const older = await openSqlite({ file, until: '0005-audit-chains' })
    await older.meta.put('fact', 'from before')
    await older.close()
    await (await openSqlite({ file })).close()
    const copy = `${file}.before-0006-key-table`
    assert.equal(statSync(copy).mode & 0o777, 0o600)
    const look = new DatabaseSync(copy, { readOnly: true })
    const newest = look.prepare('select max(name) as name from migrations').get()?.['name']
    assert.equal(newest, '0005-audit-chains')
    assert.equal(
      look.prepare("select value from meta where name = 'fact'").get()?.['value'],
      'from before',
    )
    look.close()
    await (await openSqlite({ file })).close()
    const copies = readdirSync(join(file, '..')).filter((name) => name.includes('.before-'))
    assert.deepEqual(copies, ['k.sqlite.before-0006-key-table'])
    remove()
  })

  test('a store of an older version knows since when it keeps changes of settings', async () => {
    const { file, remove } = temporaryFile()
    await (await openSqlite({ file, until: '0009-retired-versions' })).close()
    const older = new DatabaseSync(file)
    const row = { ...keyColumns(aKey()), number: 1, revision: 1 }
    const names = Object.keys(row)
    const marks = names.map(() => '?').join()
    older.prepare(`insert into keys (${names.join()}) values (${marks})`).run(...Object.values(row))
    older.exec("insert into destroyed_keys (id, project_id, destroyed_at) values ('old', 'p', 7)")
    older.close()
    const clock = { now: () => 1234 as EpochMs }
    const newer = await openSqlite({ file, clock })
    assert.equal(await newer.rotationSettings.keptSince(), 1234)
    const left = await newer.keys.findDestroyed('old' as KeyId)
    assert.deepEqual(
      [left?.destroyedAt, left?.alias, left?.primaryVersion],
      [7, undefined, undefined],
    )
    await newer.close()
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
