import {
  type AliasedSelectQueryBuilder,
  type Expression,
  type ExpressionBuilder,
  type Kysely,
  type SqlBool,
  sql,
} from 'kysely'
import type { ProjectId } from '../../core/ids.ts'
import type { StoredKey } from '../../ports/key-store.ts'
import type { LabelStore, TagFilter, TaggedKeysFilter } from '../../ports/label-store.ts'
import { withStorage } from '../../ports/storage-error.ts'
import { ownAndDefaultKeyCount } from './key-tallies.ts'
import { nextTurn } from './next-turn.ts'
import type { Database } from './schema.ts'
import type { StoredRows } from './stored-rows.ts'
import { keysWithTag } from './tag-tallies.ts'

/** Most rows that one statement looks at when a filter is of a kind that no index answers. */
const CHUNK = 1000
/** How many the first statement looks at: where many are found, a page needs no more. */
const FIRST_CHUNK = 100

/** How a filter is answered: an index gives candidates by number, each of them is then checked. */
interface Search {
  readonly projectId: ProjectId
  /** The rarest tag that is asked for; undefined: all keys of the project. */
  readonly driver: TagFilter | undefined
  readonly tags: readonly TagFilter[]
  readonly nameContains: string | undefined
}

interface Candidate {
  number: number
}

interface Checked extends Candidate {
  /** 1 for one that is found, otherwise 0. */
  matches: number
}

/**
 * Finds keys by tags. One tag costs a read of as many index entries as keys are shown, and its count
 * that of a tally. Several tags cost up to as many reads as there are keys with the rarest of them.
 * A part of a name is what no index can find: without a tag beside it, all keys of the project are
 * looked at. Both walk in chunks, with a turn for everybody else after each.
 */
export function taggedKeys(
  db: Kysely<Database>,
  stored: StoredRows,
): Pick<LabelStore, 'pageTagged' | 'numbersTagged' | 'countTagged'> {
  const reading = <T>(work: () => Promise<T>) => withStorage('listing keys by tags', work)

  async function searchFor(projectId: ProjectId, filter: TaggedKeysFilter): Promise<Search> {
    const { nameContains } = filter
    const [first, ...others] = filter.tags
    if (first === undefined || others.length === 0) {
      return { projectId, driver: first, tags: [], nameContains }
    }
    let driver = first
    let fewest = await keysWithTag(db, projectId, first)
    for (const tag of others) {
      const keys = await keysWithTag(db, projectId, tag)
      if (keys < fewest) [driver, fewest] = [tag, keys]
    }
    const tags = filter.tags.filter((tag) => tag !== driver)
    return { projectId, driver, tags, nameContains }
  }

  const ofProject = (projectId: ProjectId, after: number, limit: number) =>
    db
      .selectFrom('keys')
      .where('project_id', '=', projectId)
      .where('number', '>', after)
      .orderBy('number')
      .limit(limit)

  /** Candidates after a number, in order; `limit` is what keeps planners from reading more. */
  function candidates(
    projectId: ProjectId,
    driver: TagFilter,
    after: number,
    limit: number,
  ): AliasedSelectQueryBuilder<Candidate, 'c'> {
    const tagged = db
      .selectFrom('tags')
      .select('key_number as number')
      .where('project_id', '=', projectId)
      .where('name', '=', driver.name)
      .where('key_number', '>', after)
      .orderBy('key_number')
      .limit(limit)
    const [value, ...others] = new Set(driver.values)
    if (value === undefined) return tagged.as('c')
    if (others.length === 0) return tagged.where('value', '=', value).as('c')
    const ofValue = (one: string) =>
      db.selectFrom(tagged.where('value', '=', one).as('one')).select('one.number')
    const all = others.reduce((query, one) => query.unionAll(ofValue(one)), ofValue(value))
    const union = db.selectFrom(all.as('some')).select('some.number')
    return union.orderBy('some.number').limit(limit).as('c')
  }

  /** Each candidate with its key. A cross join keeps the order of the two in SQLite. */
  const joined = (projectId: ProjectId, driver: TagFilter, after: number, limit: number) =>
    db
      .selectFrom(candidates(projectId, driver, after, limit))
      .crossJoin('keys')
      .where('keys.project_id', '=', projectId)
      .whereRef('keys.number', '=', 'c.number')

  /** Candidates, and whether they have all the rest that is asked for. */
  function checked(
    { projectId, driver, tags, nameContains }: Search,
    after: number,
    limit: number,
  ): AliasedSelectQueryBuilder<Checked, 'checked'> {
    if (driver === undefined) {
      return ofProject(projectId, after, limit)
        .select((eb) => ['number', oneIf(eb, hasName(nameContains)).as('matches')])
        .as('checked')
    }
    return joined(projectId, driver, after, limit)
      .select((eb) => {
        const conditions = [...tags.map((tag) => hasTag(eb, tag)), ...hasName(nameContains)]
        return ['c.number', oneIf(eb, conditions).as('matches')]
      })
      .as('checked')
  }

  /** Numbers of the keys that are found, read in as many chunks as it takes. */
  async function findNumbers(
    search: Search,
    after: number,
    limit: number,
  ): Promise<readonly number[]> {
    if (isExact(search)) {
      const { projectId, driver } = search
      const rows = await (driver === undefined
        ? ofProject(projectId, after, limit).select('number')
        : db
            .selectFrom(candidates(projectId, driver, after, limit))
            .select('c.number')
            .orderBy('c.number')
      ).execute()
      return rows.map(({ number }) => number)
    }
    const found: number[] = []
    let from = after
    let chunk = FIRST_CHUNK
    for (;;) {
      const query = db.selectFrom(checked(search, from, chunk)).selectAll()
      const rows = await query.orderBy('checked.number').execute()
      for (const { number, matches } of rows) if (matches === 1) found.push(number)
      const last = rows.at(-1)
      if (last === undefined || rows.length < chunk || found.length >= limit) break
      from = last.number
      chunk = CHUNK
      await nextTurn()
    }
    return found.slice(0, limit)
  }

  async function countMatches(search: Search): Promise<number> {
    let count = 0
    let from = 0
    for (;;) {
      const row = await db
        .selectFrom(checked(search, from, CHUNK))
        .select(({ fn }) => [
          fn.countAll<number>().as('seen'),
          fn.max('checked.number').as('last'),
          fn.sum<number | null>('checked.matches').as('matches'),
        ])
        .executeTakeFirstOrThrow()
      count += Number(row.matches ?? 0)
      if (Number(row.seen) < CHUNK) return count
      from = Number(row.last)
      await nextTurn()
    }
  }

  return {
    pageTagged: (projectId, filter, { after, limit }) =>
      reading(async () => {
        const search = await searchFor(projectId, filter)
        if (isExact(search)) {
          const { driver } = search
          const rows = await (driver === undefined
            ? ofProject(projectId, after, limit).selectAll()
            : joined(projectId, driver, after, limit).selectAll('keys').orderBy('c.number')
          ).execute()
          return rows.map((row) => stored.toKey(row))
        }
        const numbers = await findNumbers(search, after, limit)
        return numbers.length === 0 ? [] : keysOf(db, stored, projectId, numbers)
      }),

    numbersTagged: (projectId, filter, { after, limit }) =>
      reading(async () => findNumbers(await searchFor(projectId, filter), after, limit)),

    countTagged: (projectId, filter) =>
      reading(async () => {
        const [tag, ...others] = filter.tags
        if (filter.nameContains === undefined && others.length === 0) {
          return tag === undefined
            ? ownAndDefaultKeyCount(db, projectId)
            : keysWithTag(db, projectId, tag)
        }
        return countMatches(await searchFor(projectId, filter))
      }),
  }
}

async function keysOf(
  db: Kysely<Database>,
  stored: StoredRows,
  projectId: ProjectId,
  numbers: readonly number[],
): Promise<readonly StoredKey[]> {
  const rows = await db
    .selectFrom('keys')
    .selectAll()
    .where('project_id', '=', projectId)
    .where('number', 'in', numbers)
    .orderBy('number')
    .execute()
  return rows.map((row) => stored.toKey(row))
}

/** Whether every candidate is found. */
function isExact({ tags, nameContains }: Search): boolean {
  return tags.length === 0 && nameContains === undefined
}

function hasTag(
  eb: ExpressionBuilder<Database & { c: Candidate }, 'c' | 'keys'>,
  { name, values }: TagFilter,
): Expression<SqlBool> {
  const tags = eb
    .selectFrom('tags')
    .select('tags.key_id')
    .whereRef('tags.key_id', '=', 'keys.id')
    .where('tags.name', '=', name)
  return eb.exists(values.length === 0 ? tags : tags.where('tags.value', 'in', values))
}

function hasName(part: string | undefined): readonly Expression<SqlBool>[] {
  if (part === undefined) return []
  return [sql<SqlBool>`lower(keys.alias) like ${`%${asPattern(part)}%`} escape '!'`]
}

function oneIf<DB, TB extends keyof DB>(
  eb: ExpressionBuilder<DB, TB>,
  conditions: readonly Expression<SqlBool>[],
) {
  return eb
    .case()
    .when(eb.and([...conditions]))
    .then(1)
    .else(0)
    .end()
}

/**
 * `text` in a pattern of `like`, standing for itself. The letters of ASCII are small, as `lower` makes
 * them on both engines: only SQLite's own `like` takes no heed of their size.
 */
function asPattern(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase()).replace(/[!%_]/g, '!$&')
}
