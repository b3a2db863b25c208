import type { DeleteResult } from 'kysely'
import { nextTurn } from './next-turn.ts'
import { triedAgain } from './transactions.ts'

/** Most rows that one statement deletes: so long does everybody else wait for it. */
const BATCH = 1000

/** Deletes until less than a whole batch was found, with a turn for others after each; answers how many. */
export async function inBatches(
  deletion: (limit: number) => {
    readonly executeTakeFirst: () => Promise<DeleteResult>
  },
): Promise<number> {
  let deleted = 0
  for (;;) {
    const { numDeletedRows } = await triedAgain(() => deletion(BATCH).executeTakeFirst())
    deleted += Number(numDeletedRows)
    if (numDeletedRows < BATCH) return deleted
    await nextTurn()
  }
}
