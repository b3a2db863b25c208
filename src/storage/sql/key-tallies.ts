import type { Kysely, Transaction } from 'kysely'
import type { ProjectId } from '../../core/ids.ts'
import type { Key } from '../../core/key.ts'
import type { Database } from './schema.ts'

/** Counts a key in, or out, where its project, spec and state are counted. */
export async function addToTally(
  transaction: Transaction<Database>,
  key: Key,
  delta: 1 | -1,
): Promise<void> {
  await transaction
    .insertInto('key_tallies')
    .values({
      project_id: key.projectId,
      spec: key.spec,
      state: key.state.kind,
      is_default: key.isDefault ? 1 : 0,
      keys: delta,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['project_id', 'spec', 'state', 'is_default'])
        .doUpdateSet(({ eb }) => ({ keys: eb('key_tallies.keys', '+', delta) })),
    )
    .execute()
}

/**
 * Counts a key where it now belongs, if its state changed. The rows of the two states are always
 * locked in one order, whichever way a key goes.
 */
export async function moveTally(
  transaction: Transaction<Database>,
  before: Key,
  after: Key,
): Promise<void> {
  if (before.state.kind === after.state.kind) return
  const steps = [[before, -1] as const, [after, 1] as const]
  const inOrder = before.state.kind < after.state.kind ? steps : steps.toReversed()
  for (const [key, delta] of inOrder) await addToTally(transaction, key, delta)
}

/** How many keys a project has, default keys not counted. */
export async function ownKeyCount(db: Kysely<Database>, projectId: ProjectId): Promise<number> {
  const row = await db
    .selectFrom('key_tallies')
    .select(({ fn }) => fn.sum<number | null>('keys').as('keys'))
    .where('project_id', '=', projectId)
    .where('is_default', '=', 0)
    .executeTakeFirst()
  return Number(row?.keys ?? 0)
}
