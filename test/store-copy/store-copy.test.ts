import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, test } from 'node:test'
import { Kysely } from 'kysely'
import type { CommandIo } from '../../src/cli/command.ts'
import { run } from '../../src/cli/run.ts'
import { createRootKeyFile } from '../../src/server/data-folder.ts'
import { copyStore } from '../../src/storage/copy/copy-store.ts'
import type { StorePlace } from '../../src/storage/copy/store-end.ts'
import { COPIED_TABLES } from '../../src/storage/copy/tables.ts'
import { LOCK_FILE, lockFolder } from '../../src/storage/folder-lock.ts'
import type { Database } from '../../src/storage/sql/schema.ts'
import { openSqlite } from '../../src/storage/sqlite.ts'
import { sqliteDialect } from '../../src/storage/sqlite-driver.ts'
import { ownTurn } from '../../src/storage/ticket-turn.ts'
import { runKeyturn } from '../cli/run-keyturn.ts'
import { embeddedPostgres, NO_POSTGRES } from '../postgres/binaries.ts'
import { placeOf } from '../postgres/place-of.ts'
import { startPostgres, type TestPostgres } from '../postgres/start-postgres.ts'
import { crowd } from '../scale/crowded-store.ts'
import { startTestServer } from '../server.ts'
import { dumpPostgres, dumpSqlite } from './dump.ts'

const MAIN = new URL('../../bin/keyturn.mjs', import.meta.url).pathname
const KEYS = 5000
const MIDDLING_KEYS = 1500
const FEW_KEYS = 200
/** In UTF-8 they sort otherwise than in UTF-16. */
const ODD_NAMES = ['fact-\u{1f511}', 'fact-\uffee', 'fact-é', 'fact-"\\\n']

const binaries = embeddedPostgres()

const NAME = { command: 'store copy', pid: 1, host: 'here' }

describe('a copy of a store', { skip: binaries === undefined && NO_POSTGRES }, () => {
  let postgres: TestPostgres
  let folder: string
  /** Files with so many rows in every table. */
  let crowded: string
  let middling: string
  let small: string
  let passwordFile: string
  /** Data folder of a node, whose audit log says of copies between stores that have none. */
  let node: string
  before(async () => {
    if (binaries !== undefined) postgres = await startPostgres(binaries, { isDurable: false })
    folder = mkdtempSync(join(tmpdir(), 'keyturn-copy-'))
    passwordFile = join(folder, 'password')
    writeFileSync(passwordFile, `${postgres.password}\n`)
    node = newFolder()
    await createRootKeyFile(join(node, 'root.key'))
    crowded = join(newFolder(), 'keyturn.sqlite')
    await crowdSqlite(crowded, KEYS)
    middling = newFile()
    await crowdSqlite(middling, MIDDLING_KEYS)
    small = newFile()
    await crowdSqlite(small, FEW_KEYS)
  })
  after(async () => {
    await postgres.stop()
    rmSync(folder, { recursive: true })
  })

  const newFolder = () => mkdtempSync(join(folder, 'data-'))
  const newFile = () => join(newFolder(), 'keyturn.sqlite')
  const sqlite = (file: string): StorePlace => ({ kind: 'sqlite', file })
  const inPostgres = (url: string): StorePlace => ({ kind: 'postgres', place: placeOf(url) })
  const withoutPassword = (url: string) => url.replace(`:${postgres.password}@`, '@')
  const nameOf = (url: string) => new URL(url).pathname.slice(1)
  const copy = (from: StorePlace, to: StorePlace, replaceUnfinished = false) =>
    copyStore({ from, to, replaceUnfinished, name: NAME })

  /** The arguments of the command for a copy from a file to a database. */
  const toDatabase = (file: string, url: string): readonly string[] => [
    ...['store', 'copy', '--from', `sqlite:${file}`],
    ...['--to', withoutPassword(url), '--to-password-file', passwordFile],
  ]

  /** Runs the command in this process, telling `onLine` of each line of progress. */
  const call = async (
    args: readonly string[],
    onLine: (line: string) => void = () => undefined,
  ) => {
    const [out, err]: [string[], string[]] = [[], []]
    const io: CommandIo = {
      environment: { KEYTURN_DATA: node },
      print: (text) => out.push(text),
      printError(text) {
        err.push(text)
        onLine(text)
      },
    }
    const code = await run(args, io)
    return { code, out: out.join('\n'), err: err.join('\n') }
  }

  test('there and back has every byte of every table', async () => {
    const before = await dumpSqlite(crowded)
    const empty = Object.entries(before).filter(([, text]) => text.startsWith('0 '))
    assert.deepEqual(empty, [], 'every table is tried')
    const url = await postgres.newDatabase()
    const there = await copy(sqlite(crowded), inPostgres(url))
    assert.equal(there.differenceCount, 0)
    assert.equal(there.tables, Object.keys(before).length)
    assert.deepEqual(await dumpPostgres(url), before)

    const file = newFile()
    const back = await copy(inPostgres(url), sqlite(file))
    assert.deepEqual(back, there)
    assert.deepEqual(await dumpSqlite(file), before)
    assert.deepEqual(await dumpSqlite(crowded), before)
  })

  test('goes on counting where the source was, also where the last rows are gone', async () => {
    const source = newFile()
    await (await openSqlite({ file: source })).close()
    const edit = new DatabaseSync(source)
    const insert = "insert into changes (number, kind, id, at) values (?, 'key', 'x', 1)"
    for (const number of [1, 2, 41]) edit.prepare(insert).run(number)
    edit.exec('delete from changes where number = 41')
    edit.close()
    const url = await postgres.newDatabase()
    await copy(sqlite(source), inPostgres(url))
    const next = "insert into changes (kind, id, at) values ('key', 'y', 2) returning number"
    const [row] = await postgres.sql(next, nameOf(url))
    assert.equal(Number(row?.number), 42)
    await postgres.sql('delete from changes where number = 42', nameOf(url))

    const file = newFile()
    await copy(inPostgres(url), sqlite(file))
    const copied = new DatabaseSync(file)
    assert.equal(copied.prepare(next).get()?.['number'], 43)
    copied.close()
  })

  test('names what differs, by table, key and column, and no server starts on it', async () => {
    const source = newFile()
    copyFileSync(small, source)
    const url = await postgres.newDatabase()
    const changed = new DatabaseSync(source)
    // Once their tables are read, and before they are compared.
    const change = (line: string) => {
      if (!line.startsWith('Copying pending_syncs')) return
      changed.exec("update users set password_hash = 'a new secret' where id = 'user-7'")
      changed.exec("update key_versions set wrapped_material = x'00' where rowid = 1")
      changed.exec(`delete from meta where name = '${ODD_NAMES[1]}'`)
      changed.exec("insert into tenants (id, name) values ('tenant-new', 'a new name')")
      changed.exec("insert into changes (kind, id, at) values ('key', 'z', 3)")
      changed.exec('delete from changes where number = (select max(number) from changes)')
    }
    const { code, out, err } = await call(toDatabase(source, url), change)
    const version = changed
      .prepare('select key_id, version from key_versions where rowid = 1')
      .get()
    changed.close()
    assert.equal(code, 1, err)
    const told = out.split('\n').filter((line) => line.startsWith('  '))
    assert.deepEqual(told, [
      `  meta name="${ODD_NAMES[1]}": only in the target`,
      '  changes: the target would give numbers again that the source has given',
      '  tenants id="tenant-new": missing in the target',
      '  users id="user-7": password_hash differs',
      `  key_versions key_id="${version?.['key_id']}" version=1: wrapped_material differs`,
    ])
    assert.match(out, /NOT alike: 5 differences/)
    assert.doesNotMatch(out + err, /a new secret|a new name/)

    const directory = newFolder()
    const flags = ['--store', withoutPassword(url), '--store-password-file', passwordFile]
    await assert.rejects(startTestServer({ directory, flags }), /--replace-unfinished/)
    assert.ok(!existsSync(join(directory, 'root.key')))
    await assert.rejects(copy(sqlite(source), inPostgres(url)), /not finished/)
    await assert.rejects(copy(inPostgres(url), sqlite(newFile())), /not finished/)
    const again = await call([...toDatabase(source, url), '--replace-unfinished'])
    assert.equal(again.code, 0, again.err)
    assert.deepEqual(await dumpPostgres(url), await dumpSqlite(source))
  })

  test('finds what is otherwise in the target', async () => {
    const file = newFile()
    const { differences, differenceCount } = await copyStore({
      from: sqlite(small),
      to: sqlite(file),
      replaceUnfinished: false,
      name: NAME,
      onProgress({ step, table, isTableDone }) {
        if (step !== 'copying' || table !== 'pending_syncs' || !isTableDone) return
        const target = new DatabaseSync(file)
        target.exec("update pins set used = 1; delete from replicas where region = 'elsewhere'")
        target.close()
      },
    })
    assert.equal(differenceCount, 2 * FEW_KEYS)
    assert.equal(differences.length, 100)
    const kinds = differences.map(({ kind, table }) => `${kind} ${table}`)
    assert.deepEqual(new Set(kinds), new Set(['column pins']))
  })

  for (const direction of ['to PostgreSQL', 'to SQLite'] as const) {
    test(`killed on the way ${direction}, it is refused, and replaced when told`, async () => {
      const url = await postgres.newDatabase()
      const file = newFile()
      let args = toDatabase(middling, url)
      if (direction === 'to SQLite') {
        await copy(sqlite(middling), inPostgres(url))
        args = [
          ...['store', 'copy', '--from', withoutPassword(url), '--from-password-file'],
          ...[passwordFile, '--to', `sqlite:${file}`],
        ]
      }
      const child = spawn(process.execPath, [MAIN, ...args], {
        env: { ...process.env, KEYTURN_DATA: node },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      child.stdout.resume()
      for await (const chunk of child.stderr) {
        if (String(chunk).includes('Copying key_versions')) break
      }
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
      assert.equal(child.signalCode, 'SIGKILL')

      const refused = await call(args)
      assert.equal(refused.code, 1)
      assert.match(refused.err, /--replace-unfinished replaces it/)
      const again = await call([...args, '--replace-unfinished'])
      assert.equal(again.code, 0, again.err)
      const copied = direction === 'to SQLite' ? await dumpSqlite(file) : await dumpPostgres(url)
      assert.deepEqual(copied, await dumpSqlite(middling))
    })
  }

  describe('is refused, changing nothing,', () => {
    test('when the target has rows, whatever is asked for', async () => {
      const url = await postgres.newDatabase()
      await copy(sqlite(small), inPostgres(url))
      const before = await dumpPostgres(url)
      const other = newFile()
      await (await openSqlite({ file: other })).close()
      for (const more of [[], ['--replace-unfinished']]) {
        const { code, err } = await call([...toDatabase(other, url), ...more])
        assert.equal(code, 1)
        assert.match(err, /the target is not empty: it has rows in meta/)
      }
      assert.deepEqual(await dumpPostgres(url), before)
    })

    test('when a server runs on the folder of either file', async () => {
      for (const which of ['from', 'to'] as const) {
        const files = { from: newFile(), to: newFile() }
        copyFileSync(small, files.from)
        const unlock = lockFolder(join(files[which], '..', LOCK_FILE))
        const args = ['--from', `sqlite:${files.from}`, '--to', `sqlite:${files.to}`]
        const { code, err } = await call(['store', 'copy', ...args])
        unlock()
        assert.equal(code, 1)
        assert.match(err, /another server runs on this data folder/)
        assert.ok(!existsSync(files.to))
        assert.equal((await call(['store', 'copy', ...args])).code, 0)
      }
    })

    test('when the source is no store, or of another version', async () => {
      const url = await postgres.newDatabase()
      const none = newFile()
      writeFileSync(none, '')
      assert.match((await call(toDatabase(none, url))).err, /the source is no store of Keyturn/)
      const statements: readonly (readonly [string, RegExp])[] = [
        [
          "delete from migrations where name like '0005%'",
          /lacks migration 0005-audit-chains: start/,
        ],
        ["insert into migrations values ('9999-later', 1)", /has migration 9999-later, which this/],
      ]
      for (const [statement, reason] of statements) {
        const source = newFile()
        copyFileSync(small, source)
        const edit = new DatabaseSync(source)
        edit.exec(statement)
        edit.close()
        const { code, err } = await call(toDatabase(source, url))
        assert.equal(code, 1)
        assert.match(err, reason)
        const target = newFile()
        copyFileSync(source, target)
        if (statement.startsWith('insert')) {
          await assert.rejects(copy(sqlite(small), sqlite(target)), /target has migration 9999/)
        }
      }
      assert.deepEqual(await dumpPostgres(url), {})
    })

    test('while somebody else copies to the same database', async () => {
      const url = await postgres.newDatabase()
      const results = await Promise.allSettled([
        copy(sqlite(small), inPostgres(url)),
        copy(sqlite(small), inPostgres(url)),
      ])
      assert.deepEqual(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
      assert.deepEqual(await dumpPostgres(url), await dumpSqlite(small))
    })

    test('when it is called wrongly', async () => {
      const url = await postgres.newDatabase()
      const file = `sqlite:${small}`
      const calls: readonly (readonly [readonly string[], RegExp])[] = [
        [['--from', file], /--to is missing/],
        [['--from', file, '--to', file], /the same file/],
        [['--from', file, '--to', url], /--to must not bear a password/],
        [['--from', file, '--to', 'mysql://x/y'], /--to must be sqlite:FILE or postgres/],
        [['--from', 'sqlite:/nowhere/k', '--to', file], /there is no file \/nowhere\/k/],
        [['--from', file, '--to', `sqlite:${folder}`], /--to must name a file/],
        [['--from', file, '--to', `${file}x`, '--to-ca', 'x'], /takes no password/],
      ]
      const unsaid = await runKeyturn(['store', 'copy', '--from', file, '--to', `${file}x`], {
        KEYTURN_DATA: '',
      })
      assert.equal(unsaid.code, 2)
      assert.match(unsaid.err, /--data is missing/)
      for (const [args, reason] of calls) {
        const { code, err } = await call(['store', 'copy', ...args])
        assert.equal(code, 2, err)
        assert.match(err, reason)
        assert.ok(!err.includes(postgres.password))
      }
    })
  })

  test('is served: old texts open, numbers go on, rotations are as they were', async () => {
    const directory = newFolder()
    const first = await startTestServer({ directory })
    const keyId = await first.createKey({ key_alias: 'moved' })
    const { body: text } = await first.kms('encrypt-data', { key_id: keyId, plain_text: 'alt 旧' })
    await first.kms('enable-key-rotation', { key_id: keyId })
    await first.kms('rotate-on-demand', { key_id: keyId })
    await first.kms(`${keyId}/tags`, { tag: { key: 'team', value: 'blau' } })
    const grant = { key_id: keyId, grantee_principal: 'a'.repeat(32), operations: ['describe-key'] }
    await first.kms('create-grant', grant)
    const status = await first.kms('get-key-rotation-status', { key_id: keyId })
    const grants = await first.kms('list-grants', { key_id: keyId })
    await first.stop()

    const url = await postgres.newDatabase()
    const file = join(directory, 'keyturn.sqlite')
    const { code, out, err } = await call(toDatabase(file, url))
    assert.equal(code, 0, err)
    const tables = Object.keys(COPIED_TABLES).length
    assert.match(out, new RegExp(`every column alike: ${tables} tables, \\d+ rows`))
    assert.match(out, /under the root key [0-9a-f]{16}: give every server on the new store/)

    const back = newFolder()
    const fromDatabase = ['--from', withoutPassword(url), '--from-password-file', passwordFile]
    const again = ['--to', `sqlite:${join(back, 'keyturn.sqlite')}`]
    assert.equal((await call(['store', 'copy', ...fromDatabase, ...again])).code, 0)
    const store = ['--store', withoutPassword(url), '--store-password-file', passwordFile]
    for (const name of ['root.key', 'bootstrap-credentials.json', 'audit']) {
      cpSync(join(directory, name), join(back, name), { recursive: true })
    }
    for (const [place, flags] of [
      [directory, store],
      [back, []],
    ] as const) {
      const server = await startTestServer({ directory: place, flags })
      assert.equal(server.running.isFirstStart, false)
      const opened = await server.kms('decrypt-data', text)
      assert.equal(opened.body.plain_text, 'alt 旧', opened.text)
      const same = await server.kms('get-key-rotation-status', { key_id: keyId })
      assert.equal(same.text, status.text)
      assert.equal((await server.kms('list-grants', { key_id: keyId })).text, grants.text)
      const newId = await server.createKey()
      const listed = await server.kms('list-keys', {})
      assert.deepEqual(listed.body.keys, [keyId, newId])
      const granted = await server.kms('create-grant', { ...grant, key_id: newId })
      assert.equal(granted.status, 200, granted.text)
      await server.stop()
      const verified = await call(['audit', 'verify', '--data', place, ...flags])
      assert.equal(verified.code, 0, verified.out)
    }
    const numbers = 'select number from keys order by number'
    const rows = await postgres.sql(numbers, nameOf(url))
    assert.deepEqual(
      rows.map(({ number }) => Number(number)),
      [1, 2],
    )
  })
})

async function crowdSqlite(file: string, keys: number): Promise<void> {
  await (await openSqlite({ file })).close()
  const [reader, writer] = [new DatabaseSync(file), new DatabaseSync(file)]
  writer.exec('PRAGMA synchronous = OFF')
  const parts = { reader, writer, turn: ownTurn(), signal: undefined }
  const db = new Kysely<Database>({ dialect: sqliteDialect(parts) })
  await crowd(db, 'blob', keys)
  const facts = ODD_NAMES.map((name) => ({ name, value: '\ud83d\udd11 "\\\t' }))
  await db.insertInto('meta').values(facts).execute()
  await db.insertInto('audit_chains').values({ chain: 'first', place: 'local/0' }).execute()
  writer.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  await db.destroy()
}
