import { hash } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import { Kysely, sql } from 'kysely'
import {
  FIRST_VERSION,
  type KeyId,
  type MaterialId,
  type ProjectId,
  type TenantId,
  type VersionNumber,
} from '../../src/core/ids.ts'
import type { Key } from '../../src/core/key.ts'
import { newKey } from '../../src/core/new-key.ts'
import { DAY_MS, days, type EpochMs } from '../../src/core/time.ts'
import type { RootKey } from '../../src/crypto/root-key.ts'
import { SecretBytes } from '../../src/crypto/secret-bytes.ts'
import { wrapRecord } from '../../src/crypto/wrapped-record.ts'
import { keyColumns, versionColumns } from '../../src/storage/sql/key-rows.ts'
import type { Database } from '../../src/storage/sql/schema.ts'
import { openSqlite } from '../../src/storage/sqlite.ts'
import { sqliteDialect } from '../../src/storage/sqlite-driver.ts'
import { ownTurn } from '../../src/storage/ticket-turn.ts'
import { giveMacs } from './macs-anew.ts'

/** Rows to a statement: SQLite takes 32,766 parameters, and a key has 26. */
const ROWS = 500
/** Rows to a transaction. */
const ROWS_TO_COMMIT = 50_000
/** Interval of keys that are to rotate. */
const INTERVAL_DAYS = 30
const MATERIAL_BYTES = 32
/** Values that the tags `team` and `stage` have. */
const TEAMS = 20
const STAGES = ['test', 'production'] as const

/** What a store is filled with. */
export interface FillOptions {
  readonly projectId: ProjectId
  readonly tenantId: TenantId
  /** Under which the material is wrapped. */
  readonly root: RootKey
  /** How many keys of AES_256, enabled, are made. */
  readonly keys: number
  /** Which share of them, from 0 to 1, has the tags `team` and `stage`. [0] */
  readonly taggedShare?: number
  /** When each of them is due to rotate; left out: rotation is off. */
  readonly dueAt?: EpochMs
  /** Versions of one more key, the last; left out: there is no such key. */
  readonly versions?: number
  /** When they were made. [now, or an interval before `dueAt`] */
  readonly madeAt?: EpochMs
}

/** What a store was filled with. */
export interface Filled {
  /** The `n`th key, from 0. */
  readonly keyId: (n: number) => KeyId
  /** The key with many versions. */
  readonly versioned: KeyId | undefined
  readonly tookMs: number
}

/**
 * Fills an empty project straight into the tables, with all that goes with keys: tallies, counters,
 * tags, versions that open under the root key, events of rotations. Nobody is told: a server that
 * runs on the store finds them as it finds what others made.
 */
export async function fillStore(db: Kysely<Database>, options: FillOptions): Promise<Filled> {
  const startedAtMs = performance.now()
  const { projectId, keys, taggedShare = 0, versions } = options
  const keyId = (n: number) => idOf(`${projectId} key ${n}`) as KeyId
  const tags = new Map<string, { name: string; value: string; keys: number }>()
  for (let begun = 0; begun < keys; begun += ROWS_TO_COMMIT) {
    const end = Math.min(keys, begun + ROWS_TO_COMMIT)
    await db.transaction().execute(async (transaction) => {
      for (let from = begun; from < end; from += ROWS) {
        const numbers = Array.from({ length: Math.min(ROWS, end - from) }, (_, n) => from + n)
        const made = numbers.map((n) => keyOf(options, keyId(n), `filled-${n}`))
        await transaction
          .insertInto('keys')
          .values(made.map((key, n) => ({ ...keyColumns(key), number: from + n + 1, revision: 1 })))
          .execute()
        await transaction
          .insertInto('key_versions')
          .values(made.map((key) => versionOf(options.root, key, FIRST_VERSION)))
          .execute()
        const tagged = numbers.flatMap((n) =>
          tagsOf(n, taggedShare).map((tag) => ({
            key_id: keyId(n),
            ...tag,
            project_id: projectId,
            key_number: n + 1,
          })),
        )
        if (tagged.length > 0) await transaction.insertInto('tags').values(tagged).execute()
        for (const { name, value } of tagged) {
          const id = `${name} ${value}`
          tags.set(id, { name, value, keys: (tags.get(id)?.keys ?? 0) + 1 })
        }
      }
    })
  }
  const versioned = versions === undefined ? undefined : keyId(keys)
  if (versions !== undefined && versioned !== undefined) {
    await fillVersions(db, options, versioned, versions)
  }
  await count(db, options, [...tags.values()], keys + (versioned === undefined ? 0 : 1))
  await giveMacs(db, options.root)
  return { keyId, versioned, tookMs: performance.now() - startedAtMs }
}

/**
 * {@link fillStore} for a file of SQLite, made if it is not there. It must not be in use: what makes
 * it fast would lose the file in a power cut.
 */
export async function fillSqlite(file: string, options: FillOptions): Promise<Filled> {
  await (await openSqlite({ file })).close()
  const connect = () => {
    const database = new DatabaseSync(file)
    for (const pragma of ['synchronous = OFF', 'cache_size = -400000', 'temp_store = MEMORY']) {
      database.exec(`PRAGMA ${pragma}`)
    }
    return database
  }
  const parts = { reader: connect(), writer: connect(), turn: ownTurn(), signal: undefined }
  const db = new Kysely<Database>({ dialect: sqliteDialect(parts) })
  try {
    const filled = await fillStore(db, options)
    parts.writer.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    return filled
  } finally {
    await db.destroy()
  }
}

async function fillVersions(
  db: Kysely<Database>,
  options: FillOptions,
  keyId: KeyId,
  versions: number,
): Promise<void> {
  const made = keyOf(options, keyId, 'filled-versions')
  const key: Key = {
    ...made,
    primaryVersion: versions as VersionNumber,
    rotationCount: versions - 1,
    lastRotationAt: versions > 1 ? made.createdAt : undefined,
  }
  await db.transaction().execute(async (transaction) => {
    const row = { ...keyColumns(key), number: options.keys + 1, revision: versions }
    await transaction.insertInto('keys').values(row).execute()
    for (let from = 1; from <= versions; from += ROWS) {
      const numbers = Array.from(
        { length: Math.min(ROWS, versions - from + 1) },
        (_, n) => from + n,
      )
      await transaction
        .insertInto('key_versions')
        .values(numbers.map((n) => versionOf(options.root, key, n as VersionNumber)))
        .execute()
      const events = numbers
        .filter((n) => n > 1)
        .map((n) => ({
          key_id: keyId,
          to_version: n,
          project_id: options.projectId,
          from_version: n - 1,
          cause: 'demand',
          actor: 'filler',
          at: made.createdAt,
          due_at: null,
        }))
      if (events.length > 0)
        await transaction.insertInto('rotation_events').values(events).execute()
    }
  })
}

/** Counts the keys of a project anew, by kind and by the days of their rotations. */
export async function recountKeys(db: Kysely<Database>, projectId: ProjectId): Promise<void> {
  await db.deleteFrom('key_tallies').where('project_id', '=', projectId).execute()
  await sql`insert into key_tallies (project_id, spec, state, is_default, rotation, rotated, keys)
    select project_id, spec, state, is_default, rotation, rotated, count(*)
      from (select keys.*, case when last_rotation_at is null then 0 else 1 end as rotated from keys
        where project_id = ${projectId}) as k
      group by project_id, spec, state, is_default, rotation, rotated`.execute(db)
  await db.deleteFrom('rotation_days').where('project_id', '=', projectId).execute()
  const day = sql.lit(DAY_MS)
  await sql`insert into rotation_days (project_id, day, due, done, late)
    select ${projectId}, day, sum(due), sum(done), 0 from (
        select next_rotation_at - next_rotation_at % ${day} as day, 1 as due, 0 as done
          from keys where project_id = ${projectId} and next_rotation_at is not null
        union all
        select at - at % ${day}, 0, 1 from rotation_events where project_id = ${projectId}) as c
      group by day`.execute(db)
}

/** Writes what is counted. */
async function count(
  db: Kysely<Database>,
  { projectId }: FillOptions,
  tags: readonly { readonly name: string; readonly value: string; readonly keys: number }[],
  keys: number,
): Promise<void> {
  const ofProject = { project_id: projectId }
  await db
    .insertInto('key_counters')
    .values({ ...ofProject, last_number: keys })
    .execute()
  await recountKeys(db, projectId)
  if (tags.length === 0) return
  await db
    .insertInto('tag_tallies')
    .values(tags.map((tag) => ({ ...ofProject, ...tag })))
    .execute()
  const names = new Map<string, number>()
  for (const tag of tags) names.set(tag.name, (names.get(tag.name) ?? 0) + tag.keys)
  await db
    .insertInto('tag_name_tallies')
    .values([...names].map(([name, sum]) => ({ ...ofProject, name, keys: sum })))
    .execute()
}

function keyOf(options: FillOptions, id: KeyId, alias: string): Key {
  const { projectId, tenantId, dueAt } = options
  const periodStart = ((dueAt ?? Date.now()) - INTERVAL_DAYS * DAY_MS) as EpochMs
  const madeAt = options.madeAt ?? (dueAt === undefined ? (Date.now() as EpochMs) : periodStart)
  const key = newKey(
    {
      id,
      projectId,
      tenantId,
      alias,
      description: '',
      spec: 'AES_256',
      usage: undefined,
      origin: 'kms',
      enterpriseProjectId: '0',
      keystoreId: '0',
    },
    madeAt,
  )
  return dueAt === undefined
    ? key
    : { ...key, schedule: { kind: 'on', interval: days(INTERVAL_DAYS), periodStart } }
}

function versionOf(root: RootKey, key: Key, version: VersionNumber) {
  const { id: keyId, projectId, spec, origin, createdAt } = key
  const material = SecretBytes.random(MATERIAL_BYTES)
  const place = { kind: 'keyMaterial', projectId, keyId, version, spec, origin } as const
  const wrappedMaterial = wrapRecord(root, place, material)
  material.wipe()
  const materialId = idOf(`${keyId} material ${version}`) as MaterialId
  return versionColumns({ keyId, version, materialId, origin, wrappedMaterial, createdAt })
}

/** The tags of the `n`th key, so that the share is kept in every stretch of them. */
function tagsOf(n: number, share: number) {
  if (Math.floor((n + 1) * share) === Math.floor(n * share)) return []
  const nth = Math.floor(n * share)
  return [
    { name: 'team', value: `team-${nth % TEAMS}` },
    { name: 'stage', value: STAGES[nth % 3 === 0 ? 1 : 0] ?? '' },
  ]
}

/** An id in the form of a UUID that is always the same for `name`. */
function idOf(name: string): string {
  const hex = hash('sha256', name, 'hex')
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(12, 15)}`,
    `a${hex.slice(15, 18)}`,
  ]
  return [...parts, hex.slice(18, 30)].join('-')
}
