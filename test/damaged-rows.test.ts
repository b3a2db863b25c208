import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, test } from 'node:test'
import { writeBackup } from '../src/backup/write-backup.ts'
import { run } from '../src/cli/run.ts'
import { openFileSink } from '../src/files/byte-sink.ts'
import { systemClock } from '../src/ports/clock.ts'
import { fileSeal } from '../src/seals/file-seal.ts'
import { openSqliteEnd } from '../src/storage/copy/sqlite-end.ts'
import { MIGRATION_NAMES } from '../src/storage/sql/migrate.ts'
import { openSqlite } from '../src/storage/sqlite.ts'
import { startTestServer, type TestServer } from './server.ts'

describe('rows that something else than Keyturn changed', () => {
  let directory: string
  let server: TestServer
  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'keyturn-rows-'))
    server = await startTestServer({ directory })
  })
  after(async () => {
    await server.stop()
    rmSync(directory, { recursive: true })
  })

  function tamper(sql: string): void {
    const database = new DatabaseSync(join(directory, 'keyturn.sqlite'))
    database.exec(sql)
    database.close()
  }

  async function command(args: readonly string[], language = 'en') {
    let out = ''
    const code = await run([...args], {
      environment: { LANG: language },
      print: (text) => {
        out += `${text}\n`
      },
      printError: (text) => {
        out += `${text}\n`
      },
      isWatched: false,
    })
    return { code, out }
  }
  const verify = (language?: string) => command(['store', 'verify', '--data', directory], language)

  async function restart(sql: string): Promise<void> {
    await server.stop()
    tamper(sql)
    server = await startTestServer({ directory })
  }

  test('a key whose state was changed in the database is refused and named; others are served', async () => {
    const [bad, good] = [await server.createKey(), await server.createKey()]
    const { body } = await server.kms('encrypt-data', { key_id: bad, plain_text: 'text' })
    await server.kms('disable-key', { key_id: bad })
    assert.match((await verify()).out, /is as Keyturn wrote it/)
    await restart(`update keys set state = 'enabled' where id = '${bad}'`)
    for (const [operation, request] of [
      ['describe-key', { key_id: bad }],
      ['decrypt-data', { cipher_text: body.cipher_text }],
      ['enable-key', { key_id: bad }],
      ['get-key-rotation-status', { key_id: bad }],
    ] as const) {
      const reply = await server.kms(operation, request)
      assert.equal(reply.status, 500, operation)
      assert.equal(reply.body.error_code, 'KMS.0102')
    }
    const served = await server.kms('encrypt-data', { key_id: good, plain_text: 'text' })
    assert.equal(served.status, 200)
    const { code, out } = await verify()
    assert.equal(code, 1)
    assert.ok(out.includes(`keys id="${bad}": changed by something else than Keyturn`), out)
    assert.match((await verify('zh_CN.UTF-8')).out, /与 Keyturn 所写不一致/)
    await restart(`update keys set state = 'disabled' where id = '${bad}'`)
    assert.equal((await server.kms('describe-key', { key_id: bad })).status, 200)
    assert.equal((await verify()).code, 0)
  })

  test('a key whose versions are gone tells no rotations, and signs nothing', async () => {
    const key_id = await server.createKey()
    await server.kms('rotate-on-demand', { key_id })
    const attest = () => {
      const { credentials, token } = server
      const path = `/keyturn/v1/${credentials.project_id}/keys/${key_id}/rotation-attestation`
      return server.send('GET', path, { token })
    }
    assert.equal((await attest()).status, 200)
    await server.stop()
    tamper(`create table kept as select * from key_versions where key_id = '${key_id}'`)
    for (const gone of ['version = 1', 'true']) {
      tamper(`delete from key_versions where key_id = '${key_id}' and ${gone}`)
      server = await startTestServer({ directory })
      const statement = await attest()
      assert.deepEqual([statement.status, statement.body.error_code], [500, 'KMS.0102'], gone)
      const status = await server.kms('get-key-rotation-status', { key_id })
      assert.equal(status.status, gone === 'true' ? 500 : 200, status.text)
      await server.stop()
    }
    tamper('insert into key_versions select * from kept; drop table kept')
    server = await startTestServer({ directory })
    assert.equal((await attest()).status, 200)
  })

  test('a backup of a changed row says so, and is not restored', async () => {
    const key_id = await server.createKey()
    await restart(`update keys set rotation_count = 9 where id = '${key_id}'`)
    const file = join(directory, 'b.backup')
    const made = await command(['backup', 'create', '--to', file, '--data', directory])
    assert.equal(made.code, 0, made.out)
    const { code, out } = await command(['backup', 'verify', file, '--data', directory])
    assert.equal(code, 1)
    assert.ok(out.includes(`keys id="${key_id}": changed by something else than Keyturn`), out)
    await restart(`update keys set rotation_count = 0 where id = '${key_id}'`)
  })

  const WITHOUT_MACS = `update keys set mac = null; update key_versions set mac = null;
    delete from meta where name = 'rows-guarded'`

  test('MACs that were taken away, all of them, are missed by start and store verify', async () => {
    const key_id = await server.createKey()
    await server.kms('disable-key', { key_id })
    await server.stop()
    tamper(`${WITHOUT_MACS}; update keys set state = 'enabled' where id = '${key_id}'`)
    await assert.rejects(startTestServer({ directory }), /somebody took that away/)
    const { code, out } = await verify()
    assert.equal(code, 1)
    assert.match(out, /somebody took that away.* remove .*rows-guarded; otherwise restore/)
    // Nothing was given a new MAC meanwhile.
    await assert.rejects(startTestServer({ directory }), /somebody took that away/)
    tamper(`update keys set state = 'disabled' where id = '${key_id}'`)
  })

  test('a store of an older version gets its MACs at the first start, once', async () => {
    rmSync(join(directory, 'rows-guarded'))
    server = await startTestServer({ directory })
    assert.ok(existsSync(join(directory, 'rows-guarded')))
    const key_id = await server.createKey()
    await server.stop()
    rmSync(join(directory, 'rows-guarded'))
    tamper(WITHOUT_MACS)
    server = await startTestServer({ directory })
    assert.equal((await server.kms('describe-key', { key_id })).status, 200)
    assert.equal((await verify()).code, 0)
    await restart('update keys set mac = null')
    assert.equal((await server.kms('describe-key', { key_id })).status, 500)
    assert.equal((await verify()).code, 1)
  })

  test('a backup without MACs is restored only if it is of a version that had none', async () => {
    const key_id = await server.createKey()
    await server.stop()
    tamper(WITHOUT_MACS)
    const file = join(directory, 'stripped.backup')
    const made = await command(['backup', 'create', '--to', file, '--data', directory])
    assert.equal(made.code, 0, made.out)
    const restore = ['backup', 'restore', '--replace', '--data', directory]
    const refused = await command([...restore, file])
    assert.equal(refused.code, 1)
    assert.match(refused.out, /meta name="rows-guarded": taken away/)
    await assert.rejects(startTestServer({ directory }), /somebody took that away/)

    tamper('alter table keys drop column mac; alter table key_versions drop column mac')
    const older = join(directory, 'older.backup')
    const schema = MIGRATION_NAMES[MIGRATION_NAMES.indexOf('0012-row-macs') - 1] ?? assert.fail()
    const ofThatTime = join(directory, 'of-that-time.sqlite')
    await (await openSqlite({ file: ofThatTime, until: schema })).close()
    const empty = openSqliteEnd(ofThatTime, 'read')
    const tables = await empty.tables()
    await empty.close()
    const source = openSqliteEnd(join(directory, 'keyturn.sqlite'), 'read')
    const sink = await openFileSink(older, true)
    const root = await fileSeal({ path: join(directory, 'root.key') }).open()
    await writeBackup({
      source: { ...source, tables: async () => tables },
      root,
      sink,
      clock: systemClock,
      engine: 'sqlite',
      program: '0.1.0',
      schema,
    })
    await sink.commit()
    await source.close()
    const restored = await command([...restore, older])
    assert.equal(restored.code, 0, restored.out)
    server = await startTestServer({ directory })
    assert.equal((await server.kms('describe-key', { key_id })).status, 200)
    assert.equal((await verify()).code, 0)
  })

  test('no server starts when the fact that rows are guarded was changed', async () => {
    await server.stop()
    tamper(`update meta set value = '00' where name = 'rows-guarded'`)
    await assert.rejects(startTestServer({ directory }), /the fact in the store/)
    tamper(`delete from meta where name = 'rows-guarded'`)
    rmSync(join(directory, 'rows-guarded'))
    server = await startTestServer({ directory })
  })
})
