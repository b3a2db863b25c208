import type { Kysely, Transaction } from 'kysely'
import type { Database } from './schema.ts'

/** Counts grants that came or went, by who may retire them; in order, so that nobody waits in a circle. */
export async function countRetiring(
  transaction: Transaction<Database>,
  principals: readonly (string | null | undefined)[],
  delta: 1 | -1,
): Promise<void> {
  for (const principal of principals.filter((one) => typeof one === 'string').sort()) {
    await transaction
      .insertInto('retiring_tallies')
      .values({ principal, grants: delta })
      .onConflict((conflict) =>
        conflict
          .column('principal')
          .doUpdateSet(({ eb }) => ({ grants: eb('retiring_tallies.grants', '+', delta) })),
      )
      .execute()
    if (delta === 1) continue
    await transaction
      .deleteFrom('retiring_tallies')
      .where('principal', '=', principal)
      .where('grants', '<=', 0)
      .execute()
  }
}

/** How many grants these principals may retire. */
export async function retirableGrants(
  db: Kysely<Database>,
  principals: readonly string[],
): Promise<number> {
  const rows = await db
    .selectFrom('retiring_tallies')
    .select('grants')
    .where('principal', 'in', principals)
    .execute()
  return rows.reduce((sum, { grants }) => sum + grants, 0)
}
