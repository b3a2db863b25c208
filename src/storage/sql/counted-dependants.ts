import type { Transaction } from 'kysely'
import type { ProjectId } from '../../core/ids.ts'
import type { Key } from '../../core/key.ts'
import type { Tag } from '../../core/tag.ts'
import { countRetiring } from './retiring-tallies.ts'
import type { Database } from './schema.ts'
import { countTagsOut } from './tag-tallies.ts'

/** Takes away what hangs on keys and is counted somewhere; the keys are locked. */
export async function removeCounted(
  transaction: Transaction<Database>,
  keys: readonly Key[],
): Promise<void> {
  const tagsOf = new Map<ProjectId, Tag[]>()
  const retiring: (string | null)[] = []
  for (const { id, projectId } of keys) {
    const tags = await transaction
      .deleteFrom('tags')
      .where('key_id', '=', id)
      .returning(['name', 'value'])
      .execute()
    if (tags.length > 0) tagsOf.set(projectId, [...(tagsOf.get(projectId) ?? []), ...tags])
    const grants = await transaction
      .deleteFrom('grants')
      .where('key_id', '=', id)
      .returning('retiring')
      .execute()
    retiring.push(...grants.map((grant) => grant.retiring))
  }
  // Counted once for all of them, always in the same order, so that nobody waits in a circle.
  for (const [projectId, tags] of [...tagsOf].sort(([a], [b]) => (a < b ? -1 : 1))) {
    await countTagsOut(transaction, projectId, tags)
  }
  await countRetiring(transaction, retiring, -1)
}
