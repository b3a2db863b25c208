import { type Kysely, sql } from 'kysely'
import type { KeyState } from '../../core/key.ts'
import type { KeySpec } from '../../core/key-specs.ts'
import type { KeyStore } from '../../ports/key-store.ts'
import { withStorage } from '../../ports/storage-error.ts'
import { toRotationEvent, toStoredKey } from './key-rows.ts'
import type { Database } from './schema.ts'

type Queries = Pick<KeyStore, 'page' | 'tallies' | 'rotationEvents'>

/** Enterprise project of keys that have none. */
const NO_ENTERPRISE_PROJECT = '0'

/** What is asked about many keys: each an index read, never a scan of all keys. */
export function keyQueries(db: Kysely<Database>): Queries {
  return {
    page: (projectId, filter, { after, limit }) =>
      withStorage('listing keys', async () => {
        let query = db
          .selectFrom('keys')
          .selectAll()
          .where('project_id', '=', projectId)
          .where('number', '>', after)
        if (filter.spec !== undefined) query = query.where('spec', '=', filter.spec)
        if (filter.state !== undefined) query = query.where('state', '=', filter.state)
        if (filter.enterpriseProjectId !== undefined) {
          query = query.where('enterprise_project_id', '=', filter.enterpriseProjectId)
          // Said as in the indexes for it, which leave out the many keys without such a project.
          if (filter.enterpriseProjectId !== NO_ENTERPRISE_PROJECT) {
            query = query.where('enterprise_project_id', '<>', sql.lit(NO_ENTERPRISE_PROJECT))
          }
        }
        const rows = await query.orderBy('number').limit(limit).execute()
        return rows.map(toStoredKey)
      }),

    tallies: (projectId) =>
      withStorage('counting keys', async () => {
        let query = db
          .selectFrom('key_tallies')
          .select(({ fn }) => ['spec', 'state', 'is_default', fn.sum<number>('keys').as('keys')])
          .groupBy(['spec', 'state', 'is_default'])
        if (projectId !== undefined) query = query.where('project_id', '=', projectId)
        const rows = await query.execute()
        return rows.map((row) => ({
          spec: row.spec as KeySpec,
          state: row.state as KeyState['kind'],
          isDefault: row.is_default === 1,
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
