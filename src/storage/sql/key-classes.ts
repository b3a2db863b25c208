import type { Kysely, SelectQueryBuilder } from 'kysely'
import type { ProjectId } from '../../core/ids.ts'
import type { Database } from './schema.ts'

/** All that keys have of which there are few values. */
export interface KeyClass {
  readonly rotation: string
  readonly state: string
  readonly spec: string
}

/** A class of keys, and how many of its keys have rotated and have not. */
export interface CountedClass extends KeyClass {
  readonly rotated: number
  readonly unrotated: number
}

/**
 * The classes that the keys of a project are or ever were in: a few dozen at most. One that is not
 * among them has no key.
 */
export async function classesOf(
  db: Kysely<Database>,
  projectId: ProjectId,
): Promise<readonly CountedClass[]> {
  const rows = await db
    .selectFrom('key_tallies')
    .select(['rotation', 'state', 'spec', 'rotated', 'keys'])
    .where('project_id', '=', projectId)
    .execute()
  const classes = new Map<string, CountedClass>()
  for (const { rotation, state, spec, rotated, keys } of rows) {
    const name = `${rotation} ${state} ${spec}`
    const { rotated: had = 0, unrotated: hadNot = 0 } = classes.get(name) ?? {}
    classes.set(name, {
      rotation,
      state,
      spec,
      rotated: had + (rotated === 1 ? keys : 0),
      unrotated: hadNot + (rotated === 1 ? 0 : keys),
    })
  }
  return [...classes.values()].sort((one, two) => (nameOf(one) < nameOf(two) ? -1 : 1))
}

function nameOf({ rotation, state, spec }: KeyClass): string {
  return `${rotation} ${state} ${spec}`
}

/**
 * Reads by classes what must lack no key that was there all the while: when a key went meanwhile
 * into a class that its project never had before, it is read again.
 */
export async function byClasses<Counted, Answer>(
  count: () => Promise<readonly Counted[]>,
  read: (classes: readonly Counted[]) => Promise<Answer>,
): Promise<Answer> {
  let classes = await count()
  for (;;) {
    const answer = await read(classes)
    const now = await count()
    // Rows of the tallies are never deleted: as many classes are the same classes.
    if (now.length === classes.length) return answer
    classes = now
  }
}

/** Keys of a project in any of the classes; each is a stretch of one index, in order of numbers. */
export function ofClass(db: Kysely<Database>, projectId: ProjectId, one: KeyClass) {
  return db
    .selectFrom('keys')
    .where('project_id', '=', projectId)
    .where('rotation', '=', one.rotation)
    .where('state', '=', one.state)
    .where('spec', '=', one.spec)
}

/**
 * The first rows of several stretches of keys together, in order of their numbers. Each gives as many
 * as are wanted at most: planners do not reliably merge what is in order already.
 */
export function firstOfAll<Row extends { number: number }>(
  db: Kysely<Database>,
  stretches: readonly SelectQueryBuilder<Database, 'keys', Row>[],
  order: 'asc' | 'desc',
  limit: number,
): Promise<readonly Row[]> {
  const [first, ...others] = stretches.map((one) => one.orderBy('number', order).limit(limit))
  if (first === undefined) return Promise.resolve([])
  if (others.length === 0) return first.execute() as Promise<Row[]> // it is a row as selected
  const whole = (one: typeof first) => db.selectFrom(one.as('one')).selectAll()
  const all = others.reduce((query, one) => query.unionAll(whole(one)), whole(first))
  // The rows have a number, whatever else they have.
  return all
    .orderBy('number' as never, order)
    .limit(limit)
    .execute() as Promise<unknown[]> as Promise<Row[]>
}
