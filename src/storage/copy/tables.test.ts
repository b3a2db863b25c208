import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, test } from 'node:test'
import { openSqlite } from '../sqlite.ts'
import { COPIED_TABLES, TABLES_IN_ORDER } from './tables.ts'

describe('the tables that are copied', () => {
  let folder: string
  let database: DatabaseSync
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'keyturn-tables-'))
    const file = join(folder, 'keyturn.sqlite')
    await (await openSqlite({ file })).close()
    database = new DatabaseSync(file, { readOnly: true })
  })
  after(() => {
    database.close()
    rmSync(folder, { recursive: true })
  })

  const namesOf = (text: string): readonly string[] =>
    database
      .prepare(text)
      .all()
      .map(({ name }) => String(name))

  test('are all that a store has, but for migrations', () => {
    const tables = namesOf("select name from sqlite_schema where type = 'table'")
    const own = tables.filter((name) => !name.startsWith('sqlite_') && name !== 'migrations')
    assert.deepEqual(Object.keys(COPIED_TABLES).sort(), own.sort())
  })

  test('are read by their primary keys', () => {
    for (const [table, { key }] of TABLES_IN_ORDER) {
      const text = `select name from pragma_table_info('${table}') where pk > 0 order by pk`
      assert.deepEqual(key, namesOf(text), table)
    }
  })

  test('say where the engine counts', () => {
    const counted = namesOf("select name from sqlite_schema where sql like '%autoincrement%'")
    const said = TABLES_IN_ORDER.filter(([, { isCounted }]) => isCounted).map(([table]) => table)
    assert.deepEqual([...said].sort(), [...counted].sort())
  })

  test('come after those that they refer to', () => {
    const seen = new Set<string>()
    for (const [table] of TABLES_IN_ORDER) {
      const text = `select "table" as name from pragma_foreign_key_list('${table}')`
      for (const other of namesOf(text)) assert.ok(seen.has(other), `${table} before ${other}`)
      seen.add(table)
    }
  })
})
