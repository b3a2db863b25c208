import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, test } from 'node:test'
import type { EpochMs } from '../src/core/time.ts'
import { examine, type Finding } from '../src/server/doctor/examine.ts'
import { GUARDED_MARK } from '../src/server/guarded-mark.ts'
import { readSettings } from '../src/server/settings.ts'
import { giveMacsTo } from './scale/macs-anew.ts'
import { startTestServer } from './server.ts'

describe('keyturn doctor looks at rows', () => {
  const place = mkdtempSync(join(tmpdir(), 'keyturn-doctor-rows-'))
  const whole = join(place, 'whole')
  const ids: string[] = []
  let copies = 0

  before(async () => {
    const server = await startTestServer({ directory: whole })
    for (let n = 0; n < 3; n++) {
      const key_id = await server.createKey()
      await server.kms('rotate-on-demand', { key_id })
      ids.push(key_id)
    }
    await server.stop()
  })
  after(() => rmSync(place, { recursive: true }))

  /** A copy of the data folder in which somebody has been at work. */
  function copy(sql = ''): string {
    const directory = join(place, `copy-${++copies}`)
    cpSync(whole, directory, { recursive: true, preserveTimestamps: true })
    const database = new DatabaseSync(join(directory, 'keyturn.sqlite'))
    database.exec(sql)
    database.close()
    return directory
  }

  async function look(directory: string, flags: readonly string[] = []) {
    const { settings } = readSettings(['--data', directory, ...flags], {})
    let rows = 0
    const findings = await examine(settings, Date.now() as EpochMs, (more) => {
      rows += more
    })
    return { rows, findings: findings.filter(({ about }) => about === 'rows') }
  }

  async function onlyFinding(directory: string, flags?: readonly string[]): Promise<Finding> {
    const { findings } = await look(directory, flags)
    assert.equal(findings.length, 1, JSON.stringify(findings))
    return findings[0] ?? assert.fail()
  }

  test('all are as Keyturn wrote them, and it says how many', async () => {
    const { rows, findings } = await look(copy())
    assert.deepEqual(findings, [
      {
        about: 'rows',
        severity: 'good',
        found: '9 of keys and versions are as Keyturn wrote them',
      },
    ])
    assert.equal(rows, 9)
  })

  test('rows that were changed are named, and no other', async () => {
    const [one, two] = ids
    const found = await onlyFinding(
      copy(
        `update keys set state = 'disabled' where id = '${one}';
         update key_versions set created_at = 1 where key_id = '${two}' and version = 2`,
      ),
    )
    assert.equal(found.severity, 'problem')
    assert.equal(
      found.found,
      `keys id="${one}", key_versions key_id="${two}" version=2: changed by something else than Keyturn`,
    )
    assert.match(found.remedy ?? '', /store verify.*damaged-rows/)
  })

  test('a row that lost its MAC is damaged, too', async () => {
    const { severity, found } = await onlyFinding(
      copy(`update keys set mac = null where id = '${ids[2]}'`),
    )
    assert.equal(severity, 'problem')
    assert.match(found, new RegExp(`^keys id="${ids[2]}": changed`))
  })

  test('a version that was taken away is missed', async () => {
    const found = await onlyFinding(
      copy(`delete from key_versions where key_id = '${ids[1]}' and version = 1`),
    )
    assert.equal(found.severity, 'problem')
    assert.match(found.found, new RegExp(`^keys id="${ids[1]}": the versions are not those`))
  })

  test('that rows bear MACs was taken away, changed, or never was', async () => {
    const stripped = copy(`delete from meta where name = 'rows-guarded'`)
    const gone = await onlyFinding(stripped)
    assert.equal(gone.severity, 'problem')
    assert.match(gone.found, /does not say .* but it did/)
    rmSync(join(stripped, GUARDED_MARK))
    const older = await onlyFinding(stripped)
    assert.equal(older.severity, 'warning')
    const changed = await onlyFinding(
      copy(`update meta set value = '00' where name = 'rows-guarded'`),
    )
    assert.equal(changed.severity, 'problem')
    assert.match(changed.found, /was changed by something else than Keyturn/)
  })

  test('without the root key it says that it did not look; with a wrong one nothing of rows', async () => {
    const gone = copy()
    rmSync(join(gone, 'root.key'))
    const note = await onlyFinding(gone)
    assert.equal(note.severity, 'note')
    const other = mkdtempSync(join(place, 'other-'))
    await (await startTestServer({ directory: other })).stop()
    const { findings } = await look(copy(), ['--root-key', join(other, 'root.key')])
    assert.deepEqual(findings, [])
  })

  test('many rows are read page by page, each once', async () => {
    const many = 1200
    // Keys that wait for their material have no versions; ids are by chance, as those of Keyturn.
    const columns = new DatabaseSync(join(whole, 'keyturn.sqlite'))
      .prepare(`select name from pragma_table_info('keys')`)
      .all()
      .map(({ name }) => String(name))
    const values = columns.map((column) =>
      column === 'id'
        ? 'lower(hex(randomblob(16)))'
        : column === 'number'
          ? '1000 + n'
          : column === 'alias'
            ? `'many-' || n`
            : column === 'mac' || column === 'primary_version'
              ? 'null'
              : column,
    )
    const directory = copy(
      `with recursive counter(n) as (select 1 union all select n + 1 from counter where n < ${many})
       insert into keys (${columns}) select ${values}
       from counter, (select * from keys where id = '${ids[0]}')`,
    )
    await giveMacsTo(directory)
    const good = await look(directory)
    assert.equal(good.rows, 1209)
    assert.match(good.findings[0]?.found ?? '', /^1,209 of keys and versions are as /)
    const database = new DatabaseSync(join(directory, 'keyturn.sqlite'))
    database.exec(`update keys set description = 'changed' where number % 100 = 7`)
    database.close()
    const { severity, found } = await onlyFinding(directory)
    assert.equal(severity, 'problem')
    assert.match(found, /^(keys id="[0-9a-f]+", ){9}keys id="[0-9a-f]+", and 2 more: changed/)
  })
})
