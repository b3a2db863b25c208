import { randomUUID } from 'node:crypto'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { makeVersionHere } from '../../src/app/make-version.ts'
import { FIRST_VERSION, type KeyId, type ProjectId, type TenantId } from '../../src/core/ids.ts'
import type { Key } from '../../src/core/key.ts'
import { nextRotationAt, ROTATION_INTERVAL } from '../../src/core/rotation.ts'
import { DAY_MS, type EpochMs } from '../../src/core/time.ts'
import type { RootKey } from '../../src/crypto/root-key.ts'
import { keyColumns, versionColumns } from '../../src/storage/sql/key-rows.ts'
import { aKey } from '../a-key.ts'

/** Keys to be made, straight in the tables of a SQLite file that no server has open. */
export interface KeysToInsert {
  readonly file: string
  readonly root: RootKey
  readonly projectId: ProjectId
  readonly tenantId: TenantId
  readonly count: number
  readonly now: EpochMs
}

/** Makes enabled keys that rotate by themselves, the period of which begins now; answers their ids. */
export function insertKeys(wanted: KeysToInsert): readonly KeyId[] {
  const { file, root, projectId, tenantId, count, now } = wanted
  const db = new DatabaseSync(file)
  const insert = (table: string, row: object) => {
    const names = Object.keys(row)
    const marks = names.map(() => '?')
    db.prepare(`insert into ${table} (${names}) values (${marks})`).run(
      ...(Object.values(row) as SQLInputValue[]),
    )
  }
  db.exec('begin')
  const ids: KeyId[] = []
  const last = db
    .prepare('select last_number as n from key_counters where project_id = ?')
    .get(projectId)?.['n']
  const first = Number(last ?? 0) + 1
  for (let number = first; number < first + count; number++) {
    const id = randomUUID() as KeyId
    const schedule = { kind: 'on', interval: ROTATION_INTERVAL.min, periodStart: now } as const
    const alias = `due-${number}`
    const key: Key = aKey({ id, projectId, tenantId, alias, schedule, createdAt: now })
    insert('keys', { ...keyColumns(key), number, revision: 1 })
    insert('key_versions', versionColumns(makeVersionHere({ root }, key, FIRST_VERSION, now)))
    ids.push(id)
  }
  db.prepare('insert or replace into key_counters values (?, ?)').run(projectId, first + count - 1)
  db.prepare(
    `insert into key_tallies values (?, 'AES_256', 'enabled', 0, ?)
     on conflict do update set keys = keys + excluded.keys`,
  ).run(projectId, count)
  db.exec('commit')
  db.close()
  return ids
}

/** Moves the periods of all keys back, so that their rotation is due at `dueAt`. */
export function makeDue(file: string, dueAt: EpochMs): void {
  const db = new DatabaseSync(file)
  const start = (dueAt - ROTATION_INTERVAL.min * DAY_MS) as EpochMs
  const schedule = { kind: 'on', interval: ROTATION_INTERVAL.min, periodStart: start } as const
  db.prepare(
    'update keys set rotation_period_start = ?, next_rotation_at = ? where next_rotation_at is not null',
  ).run(start, nextRotationAt(aKey({ schedule })) ?? null)
  db.close()
}
