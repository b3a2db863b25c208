import type { Kysely, Transaction } from 'kysely'
import type { ProjectId } from '../../core/ids.ts'
import type { Tag } from '../../core/tag.ts'
import type { TagFilter } from '../../ports/label-store.ts'
import type { Database } from './schema.ts'

/**
 * Counts the tags of a key that were and are, within the transaction that changes them. Rows are
 * touched in order of names, so that two transactions never wait for each other in a circle.
 */
export async function countTags(
  transaction: Transaction<Database>,
  projectId: ProjectId,
  before: readonly Tag[],
  after: readonly Tag[],
): Promise<void> {
  await writeCounts(
    transaction,
    projectId,
    differences(before, after, ({ name, value }) => JSON.stringify([name, value])),
    differences(before, after, ({ name }) => name),
  )
}

/** Counts out the tags of many keys of a project. */
export async function countTagsOut(
  transaction: Transaction<Database>,
  projectId: ProjectId,
  tags: readonly Tag[],
): Promise<void> {
  await writeCounts(
    transaction,
    projectId,
    losses(tags, ({ name, value }) => JSON.stringify([name, value])),
    losses(tags, ({ name }) => name),
  )
}

async function writeCounts(
  transaction: Transaction<Database>,
  projectId: ProjectId,
  values: readonly Difference[],
  names: readonly Difference[],
): Promise<void> {
  if (values.length > 0) {
    const rows = values.map(({ tag: { name, value }, keys }) => ({ name, value, keys }))
    await transaction
      .insertInto('tag_tallies')
      .values(rows.map((row) => ({ project_id: projectId, ...row })))
      .onConflict((conflict) =>
        conflict.columns(['project_id', 'name', 'value']).doUpdateSet(({ eb, ref }) => ({
          keys: eb('tag_tallies.keys', '+', ref('excluded.keys')),
        })),
      )
      .execute()
    for (const { name, value, keys } of rows) {
      if (keys > 0) continue
      await transaction
        .deleteFrom('tag_tallies')
        .where('project_id', '=', projectId)
        .where('name', '=', name)
        .where('value', '=', value)
        .where('keys', '<=', 0)
        .execute()
    }
  }
  if (names.length === 0) return
  const rows = names.map(({ tag: { name }, keys }) => ({ name, keys }))
  await transaction
    .insertInto('tag_name_tallies')
    .values(rows.map((row) => ({ project_id: projectId, ...row })))
    .onConflict((conflict) =>
      conflict.columns(['project_id', 'name']).doUpdateSet(({ eb, ref }) => ({
        keys: eb('tag_name_tallies.keys', '+', ref('excluded.keys')),
      })),
    )
    .execute()
  for (const { name, keys } of rows) {
    if (keys > 0) continue
    await transaction
      .deleteFrom('tag_name_tallies')
      .where('project_id', '=', projectId)
      .where('name', '=', name)
      .where('keys', '<=', 0)
      .execute()
  }
}

/** How many keys have a tag: a read of one row, or of one for each value. */
export async function keysWithTag(
  db: Kysely<Database>,
  projectId: ProjectId,
  { name, values }: TagFilter,
): Promise<number> {
  if (values.length === 0) {
    const row = await db
      .selectFrom('tag_name_tallies')
      .select('keys')
      .where('project_id', '=', projectId)
      .where('name', '=', name)
      .executeTakeFirst()
    return row?.keys ?? 0
  }
  const rows = await db
    .selectFrom('tag_tallies')
    .select('keys')
    .where('project_id', '=', projectId)
    .where('name', '=', name)
    .where('value', 'in', values)
    .execute()
  return rows.reduce((sum, { keys }) => sum + keys, 0)
}

interface Difference {
  readonly tag: Tag
  /** How many keys more have it. */
  readonly keys: number
}

function differences(
  before: readonly Tag[],
  after: readonly Tag[],
  identity: (tag: Tag) => string,
): readonly Difference[] {
  const had = new Map(before.map((tag) => [identity(tag), tag] as const))
  const has = new Map(after.map((tag) => [identity(tag), tag] as const))
  const all = [
    ...[...has].filter(([id]) => !had.has(id)).map(([id, tag]) => ({ id, tag, keys: 1 })),
    ...[...had].filter(([id]) => !has.has(id)).map(([id, tag]) => ({ id, tag, keys: -1 })),
  ]
  return all.sort((one, two) => (one.id < two.id ? -1 : 1))
}

function losses(tags: readonly Tag[], identity: (tag: Tag) => string): readonly Difference[] {
  const found = new Map<string, { readonly tag: Tag; keys: number }>()
  for (const tag of tags) {
    const id = identity(tag)
    const loss = found.get(id) ?? { tag, keys: 0 }
    loss.keys--
    found.set(id, loss)
  }
  return [...found].sort(([one], [two]) => (one < two ? -1 : 1)).map(([, loss]) => loss)
}
