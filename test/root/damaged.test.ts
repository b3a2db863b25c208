import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, test } from 'node:test'
import { runKeyturn } from '../cli/run-keyturn.ts'
import { startTestServer } from '../server.ts'

const home = mkdtempSync(join(tmpdir(), 'keyturn-root-damaged-'))
after(() => rmSync(home, { recursive: true }))

test('a damaged row is not made good by a new root key: it is named, and keeps the old one in use', async (t) => {
  const data = join(home, 'data')
  const place = ['--data', data]
  const server = await startTestServer({ directory: data })
  t.after(() => server.stop())
  const [good, state, expiry, lost] = [
    await server.createKey(),
    await server.createKey(),
    await server.createKey(),
    await server.createKey(),
  ]
  for (const key_id of [state, lost]) await server.kms('disable-key', { key_id })
  const made = await server.kms('encrypt-data', { key_id: good, plain_text: 'YQ==' })
  const tamper = (sql: string) => {
    const database = new DatabaseSync(join(data, 'keyturn.sqlite'))
    database.exec('pragma busy_timeout = 5000')
    database.exec(sql)
    database.close()
  }
  const read = () => {
    const database = new DatabaseSync(join(data, 'keyturn.sqlite'), { readOnly: true })
    const text = `select * from keys where id in ('${state}', '${lost}') order by id`
    const versions = `select * from key_versions where key_id = '${expiry}'`
    const rows = [database.prepare(text).all(), database.prepare(versions).all()]
    database.close()
    return rows
  }

  tamper(`update keys set state = 'enabled' where id = '${state}'`)
  tamper(`update key_versions set expires_at = 1 where key_id = '${expiry}'`)
  tamper(`update keys set state = 'enabled', mac = null where id = '${lost}'`)
  const before = read()
  const names = [
    `keys id="${state}": changed by something else than Keyturn`,
    `keys id="${lost}": changed by something else than Keyturn`,
    `key_versions key_id="${expiry}" version=1: changed by something else than Keyturn`,
  ]
  for (const language of ['en', 'zh_CN.UTF-8']) {
    const { code, err } = await runKeyturn(['root', 'rotate', ...place], { LANG: language })
    assert.equal(code, 1)
    assert.match(err, language === 'en' ? /^keyturn: 3 rows are damaged/ : /有 3 行受损/)
    for (const name of names) assert.ok(err.includes(name), err)
    assert.deepEqual(read(), before, 'they are as they were')
  }
  assert.equal(readFileSync(join(data, 'root.key'), 'utf8').trimEnd().split('\n').length, 2)
  const refused = await runKeyturn(['root', 'retire', ...place, '--end-sign-ins'])
  assert.equal(refused.code, 1)
  const served = await server.kms('decrypt-data', made.body)
  assert.equal(served.body.plain_text, 'YQ==', served.text)
  const named = await runKeyturn(['store', 'verify', ...place])
  assert.equal(named.code, 1)
  assert.match(named.out, /3 problems/)

  // Somebody wrote what was there before: a row without MAC is beyond that.
  tamper(`update keys set state = 'disabled' where id = '${state}'`)
  tamper(`update key_versions set expires_at = null where key_id = '${expiry}'`)
  tamper(`delete from key_versions where key_id = '${lost}'`)
  tamper(`delete from keys where id = '${lost}'`)
  const done = await runKeyturn(['root', 'rotate', ...place])
  assert.equal(done.code, 0, done.err)
  const whole = await runKeyturn(['store', 'verify', ...place])
  assert.equal(whole.code, 0, whole.out)
  const shown = await server.kms('describe-key', { key_id: state })
  assert.equal(shown.body.key_info.key_state, '3', shown.text)
})

test('a store whose rows bear no MACs yet keeps its root key', async () => {
  const data = join(home, 'unguarded')
  const server = await startTestServer({ directory: data })
  await server.createKey()
  await server.stop()
  const database = new DatabaseSync(join(data, 'keyturn.sqlite'))
  database.exec(`update keys set mac = null; delete from meta where name = 'rows-guarded'`)
  database.close()
  const kept = readFileSync(join(data, 'root.key'))
  const { code, err } = await runKeyturn(['root', 'rotate', '--data', data])
  assert.equal(code, 1)
  assert.match(err, /do not bear MACs yet/)
  assert.deepEqual(readFileSync(join(data, 'root.key')), kept)
})
