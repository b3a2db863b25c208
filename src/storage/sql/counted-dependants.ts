import type { Transaction } from 'kysely'
import type { Key } from '../../core/key.ts'
import { countRetiring } from './retiring-tallies.ts'
import type { Database } from './schema.ts'
import { countTags } from './tag-tallies.ts'
import { lockKey } from './transactions.ts'

/** Takes away what hangs on a key and is counted somewhere. */
export async function removeCounted(transaction: Transaction<Database>, key: Key): Promise<void> {
  await lockKey(transaction, key.id)
  const tags = await transaction
    .deleteFrom('tags')
    .where('key_id', '=', key.id)
    .returning(['name', 'value'])
    .execute()
  await countTags(transaction, key.projectId, tags, [])
  const grants = await transaction
    .deleteFrom('grants')
    .where('key_id', '=', key.id)
    .returning('retiring')
    .execute()
  await countRetiring(
    transaction,
    grants.map(({ retiring }) => retiring),
    -1,
  )
}
