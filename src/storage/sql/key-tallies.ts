import type { Kysely, Transaction } from 'kysely'
import type { ProjectId } from '../../core/ids.ts'
import type { Key } from '../../core/key.ts'
import {
  isLate,
  nextRotationAt,
  type RotationEvent,
  rotationStanding,
} from '../../core/rotation.ts'
import { dayOf } from '../../core/time.ts'
import { bulk, times } from './bulk.ts'
import type { Database } from './schema.ts'

/** What became of a key: made when it was not there before, gone when it is not there after. */
export interface KeyChange {
  readonly before?: Key
  readonly after?: Key
}

const PLACE = ['project_id', 'spec', 'state', 'is_default', 'rotation', 'rotated'] as const
const DAY = ['project_id', 'day'] as const

const addToTallies = bulk((db, rows) =>
  db
    .insertInto('key_tallies')
    .values(
      times(rows, {
        project_id: '',
        spec: '',
        state: '',
        is_default: 0,
        rotation: '',
        rotated: 0,
        keys: 0,
      }),
    )
    .onConflict((conflict) =>
      conflict.columns(PLACE).doUpdateSet(({ eb, ref }) => ({
        keys: eb('key_tallies.keys', '+', ref('excluded.keys')),
      })),
    )
    .compile(),
)

const addToDays = bulk((db, rows) =>
  db
    .insertInto('rotation_days')
    .values(times(rows, { project_id: '', day: 0, due: 0, done: 0, late: 0 }))
    .onConflict((conflict) =>
      conflict.columns(DAY).doUpdateSet(({ eb, ref }) => ({
        due: eb('rotation_days.due', '+', ref('excluded.due')),
        done: eb('rotation_days.done', '+', ref('excluded.done')),
        late: eb('rotation_days.late', '+', ref('excluded.late')),
      })),
    )
    .compile(),
)

/**
 * Counts keys where they now belong, by kind and by the day on which they are due, and rotations by
 * the day on which they were done. A row is written once for all that changes it, and rows always in
 * the same order, whichever way keys go, so that nobody waits in a circle; what stays is not written.
 */
export async function recount(
  transaction: Transaction<Database>,
  changes: readonly KeyChange[],
  events: readonly RotationEvent[] = [],
): Promise<void> {
  const kinds = new Sums()
  const days = new Sums()
  for (const { before, after } of changes) {
    if (before !== undefined) kinds.add(kindOf(before), [-1])
    if (after !== undefined) kinds.add(kindOf(after), [1])
    const wasDueAt = before && nextRotationAt(before)
    const dueAt = after && nextRotationAt(after)
    if (wasDueAt === dueAt) continue
    if (before !== undefined && wasDueAt !== undefined) {
      days.add([before.projectId, dayOf(wasDueAt)], [-1, 0, 0])
    }
    if (after !== undefined && dueAt !== undefined) {
      days.add([after.projectId, dayOf(dueAt)], [1, 0, 0])
    }
  }
  for (const event of events) {
    days.add([event.projectId, dayOf(event.at)], [0, 1, isLate(event) ? 1 : 0])
  }
  await addToTallies(transaction, kinds.rows())
  await addToDays(transaction, days.rows())
}

/** What a key is counted by; the values of {@link PLACE}. */
function kindOf(key: Key): readonly (string | number)[] {
  return [
    key.projectId,
    key.spec,
    key.state.kind,
    key.isDefault ? 1 : 0,
    rotationStanding(key),
    key.lastRotationAt === undefined ? 0 : 1,
  ]
}

/** Differences by place. */
class Sums {
  readonly #rows = new Map<string, { readonly place: readonly unknown[]; sums: number[] }>()

  add(place: readonly (string | number)[], numbers: readonly number[]): void {
    const name = place.join(' ')
    const row = this.#rows.get(name)
    if (row === undefined) this.#rows.set(name, { place, sums: [...numbers] })
    else row.sums = row.sums.map((sum, n) => sum + (numbers[n] ?? 0))
  }

  /** Those that are not zero, in order of their places. */
  rows(): readonly (readonly unknown[])[] {
    return [...this.#rows]
      .filter(([, { sums }]) => sums.some((sum) => sum !== 0))
      .sort(([one], [two]) => (one < two ? -1 : 1))
      .map(([, { place, sums }]) => [...place, ...sums])
  }
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
