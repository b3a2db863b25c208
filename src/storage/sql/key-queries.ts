import { type Kysely, type SelectQueryBuilder, sql } from 'kysely'
import type { ProjectId } from '../../core/ids.ts'
import type { KeyState } from '../../core/key.ts'
import type { KeySpec } from '../../core/key-specs.ts'
import type { RotationStanding } from '../../core/rotation.ts'
import type { KeyFilter, KeyStore } from '../../ports/key-store.ts'
import type { PageRequest } from '../../ports/page.ts'
import { withStorage } from '../../ports/storage-error.ts'
import { byClasses, classesOf, firstOfAll, ofClass } from './key-classes.ts'
import { toRotationEvent } from './key-rows.ts'
import type { Database } from './schema.ts'
import type { StoredRows } from './stored-rows.ts'

type Queries = Pick<KeyStore, 'page' | 'tallies' | 'rotationEvents'>

/** Enterprise project of keys that have none. */
const NO_ENTERPRISE_PROJECT = '0'

/** By what keys are counted. */
const KIND = ['spec', 'state', 'is_default', 'rotation', 'rotated'] as const

/** What is asked about many keys: each an index read, never a scan of all keys. */
export function keyQueries(db: Kysely<Database>, stored: StoredRows): Queries {
  return {
    page: (projectId, filter, page) =>
      withStorage('listing keys', async () => {
        const { spec, state, enterpriseProjectId } = filter
        const isOfEnterprise =
          enterpriseProjectId !== undefined && enterpriseProjectId !== NO_ENTERPRISE_PROJECT
        const rows =
          isOfEnterprise || (spec === undefined && state === undefined)
            ? await pageOf(db.selectFrom('keys').where('project_id', '=', projectId), filter, page)
            : await pageOfClasses(db, projectId, filter, page)
        return rows.map((row) => stored.toKey(row))
      }),

    tallies: (projectId) =>
      withStorage('counting keys', async () => {
        let query = db
          .selectFrom('key_tallies')
          .select(KIND)
          .select(({ fn }) => fn.sum<number>('keys').as('keys'))
          .groupBy(KIND)
        if (projectId !== undefined) query = query.where('project_id', '=', projectId)
        const rows = await query.execute()
        return rows.map((row) => ({
          spec: row.spec as KeySpec,
          state: row.state as KeyState['kind'],
          isDefault: row.is_default === 1,
          rotation: row.rotation as RotationStanding,
          hasRotated: row.rotated === 1,
          keys: Number(row.keys),
        }))
      }),

    rotationEvents: (projectId, keyId, { after, limit }) =>
      withStorage('reading rotation events', async () => {
        const rows = await db
          .selectFrom('rotation_events')
          .selectAll()
          .where('key_id', '=', keyId)
          .where('to_version', '>', after)
          .where('project_id', '=', projectId)
          .orderBy('to_version')
          .limit(limit)
          .execute()
        return rows.map(toRotationEvent)
      }),
  }
}

type Keys = SelectQueryBuilder<Database, 'keys', unknown>

/** Keys after a number, as many as a page has, with what the filter says that `keys` do not. */
function selectPage(keys: Keys, { spec, state, enterpriseProjectId }: KeyFilter, after: number) {
  let query = keys.where('number', '>', after)
  if (spec !== undefined) query = query.where('spec', '=', spec)
  if (state !== undefined) query = query.where('state', '=', state)
  if (enterpriseProjectId !== undefined) {
    query = query.where('enterprise_project_id', '=', enterpriseProjectId)
    // Said as in the indexes for it, which leave out the many keys without such a project.
    if (enterpriseProjectId !== NO_ENTERPRISE_PROJECT) {
      query = query.where('enterprise_project_id', '<>', sql.lit(NO_ENTERPRISE_PROJECT))
    }
  }
  return query.selectAll()
}

function pageOf(keys: Keys, filter: KeyFilter, { after, limit }: PageRequest) {
  return selectPage(keys, filter, after).orderBy('number').limit(limit).execute()
}

/** A page of keys by spec, state or both: the classes that are of them, each a stretch of one index. */
function pageOfClasses(
  db: Kysely<Database>,
  projectId: ProjectId,
  { spec, state, enterpriseProjectId }: KeyFilter,
  { after, limit }: PageRequest,
) {
  const rest: KeyFilter = enterpriseProjectId === undefined ? {} : { enterpriseProjectId }
  return byClasses(
    () => classesOf(db, projectId),
    (classes) => {
      const stretches = classes
        .filter((one) => spec === undefined || one.spec === spec)
        .filter((one) => state === undefined || one.state === state)
        .map((one) => selectPage(ofClass(db, projectId, one), rest, after))
      return firstOfAll(db, stretches, 'asc', limit)
    },
  )
}
