import type { Kysely } from 'kysely'
import type { MetaStore } from '../../ports/meta-store.ts'
import { withStorage } from '../../ports/storage-error.ts'
import type { Database } from './schema.ts'

/** Facts about the store in SQL. */
export function sqlMetaStore(db: Kysely<Database>): MetaStore {
  return {
    get: (name) =>
      withStorage('reading a fact about the store', async () => {
        const row = await db
          .selectFrom('meta')
          .select('value')
          .where('name', '=', name)
          .executeTakeFirst()
        return row?.value
      }),
    put: (name, value) =>
      withStorage('writing a fact about the store', async () => {
        await db
          .insertInto('meta')
          .values({ name, value })
          .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
          .execute()
      }),
    settle: (name, value) =>
      withStorage('writing a fact about the store', async () => {
        await db
          .insertInto('meta')
          .values({ name, value })
          .onConflict((conflict) => conflict.doNothing())
          .execute()
        // Another statement, so that it sees what another node has just written.
        const row = await db
          .selectFrom('meta')
          .select('value')
          .where('name', '=', name)
          .executeTakeFirstOrThrow()
        return row.value
      }),
  }
}
