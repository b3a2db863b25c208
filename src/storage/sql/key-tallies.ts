import type { Kysely, Transaction } from 'kysely'
import type { ProjectId } from '../../core/ids.ts'
import type { Key } from '../../core/key.ts'
import { bulk, times } from './bulk.ts'
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

const PLACE = ['project_id', 'spec', 'state', 'is_default'] as const

const addRows = bulk((db, rows) =>
  db
    .insertInto('key_tallies')
    .values(times(rows, { project_id: '', spec: '', state: '', is_default: 0, keys: 0 }))
    .onConflict((conflict) =>
      conflict.columns(PLACE).doUpdateSet(({ eb, ref }) => ({
        keys: eb('key_tallies.keys', '+', ref('excluded.keys')),
      })),
    )
    .compile(),
)

/** Counts many keys out: one row for each place, always in the same order, so that nodes wait in line. */
export async function countOut(
  transaction: Transaction<Database>,
  keys: readonly Key[],
): Promise<void> {
  const rows = new Map<string, { readonly place: readonly unknown[]; keys: number }>()
  for (const { projectId, spec, state, isDefault } of keys) {
    const place = [projectId, spec, state.kind, isDefault ? 1 : 0]
    const name = place.join(' ')
    const row = rows.get(name) ?? { place, keys: 0 }
    rows.set(name, { place, keys: row.keys - 1 })
  }
  const inOrder = [...rows].sort(([a], [b]) => (a < b ? -1 : 1))
  await addRows(
    transaction,
    inOrder.map(([, row]) => [...row.place, row.keys]),
  )
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

/** How many keys a project has, default keys among them. */
export async function ownAndDefaultKeyCount(
  db: Kysely<Database>,
  projectId: ProjectId,
): Promise<number> {
  const row = await db
    .selectFrom('key_tallies')
    .select(({ fn }) => fn.sum<number | null>('keys').as('keys'))
    .where('project_id', '=', projectId)
    .executeTakeFirst()
  return Number(row?.keys ?? 0)
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
