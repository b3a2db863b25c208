import type { Kysely } from 'kysely'
import type { KeyId, ProjectId } from '../../core/ids.ts'
import type { StoredKey } from '../../ports/key-store.ts'
import type { FoundKeys, KeyTable, SearchPlace } from '../../ports/key-table.ts'
import { withStorage } from '../../ports/storage-error.ts'
import { byClasses, classesOf } from './key-classes.ts'
import { SearchPlan } from './key-search-plan.ts'
import type { Candidate, CandidateQuery, Segment } from './key-search-stretch.ts'
import { nextTurn } from './next-turn.ts'
import type { Database } from './schema.ts'
import type { StoredRows } from './stored-rows.ts'
import { keysWithTag } from './tag-tallies.ts'

/** How much a search reads. */
export interface SearchLimits {
  /** So many candidates are read whole and sorted, where no index has them in order. */
  readonly few: number
  /** How many candidates the first statement of a walk looks at, and each that follows. */
  readonly firstChunk: number
  readonly chunk: number
  /** How many candidates a walk looks at: its page may be short, and the next goes on from there. */
  readonly mostLookedAt: number
  /**
   * So many candidates are read piece by piece and sorted where a walk finds no whole page: they may
   * all be at the other end of the order.
   */
  readonly mostToRead: number
}

const LIMITS: SearchLimits = {
  few: 5000,
  firstChunk: 100,
  chunk: 1000,
  mostLookedAt: 50_000,
  mostToRead: 100_000,
}

/** What was found, by places in the order of the search. */
interface FoundPlaces {
  readonly places: readonly SearchPlace[]
  readonly next: SearchPlace | undefined
  readonly total: number | undefined
}

/**
 * Searches the keys of a project. Counts say what is rare. Where an index has what is asked for in
 * order, that is read; where few keys come into question, they are read and sorted; where many do,
 * the order is walked, each key on the way is checked, and the walk ends after so many. If its page
 * is short then, and not too many come into question, they are read after all.
 */
export function keySearch(
  db: Kysely<Database>,
  stored: StoredRows,
  limits = LIMITS,
): Pick<KeyTable, 'search'> {
  return {
    search: (projectId, search, { after, limit }, now) =>
      withStorage('searching keys', async () => {
        const { tag } = search
        const values = tag?.value === undefined ? [] : [tag.value]
        const tagged = tag ? await keysWithTag(db, projectId, { name: tag.name, values }) : 0
        const found = await byClasses(
          () => classesOf(db, projectId),
          (classes) =>
            find(db, new SearchPlan({ db, projectId, search, now, classes, tagged }), {
              after,
              limit,
              order: search.order,
              limits,
            }),
        )
        return present(db, stored, projectId, found)
      }),
  }
}

interface Wanted {
  readonly after: SearchPlace | undefined
  readonly limit: number
  readonly order: 'asc' | 'desc'
  readonly limits: SearchLimits
}

async function find(db: Kysely<Database>, plan: SearchPlan, wanted: Wanted): Promise<FoundPlaces> {
  if (plan.atMost === 0) return { places: [], next: undefined, total: 0 }
  const segments = plan.segments()
  if (!segments.every(({ isExact }) => isExact)) {
    const few = await fewCandidates(db, plan, wanted.limits.few)
    const places = few && (await sorted(db, few, wanted))
    if (places !== undefined) return pick(places, wanted)
  }
  const { isWhole, ...walked } = await walk(segments, wanted)
  const found = isWhole ? undefined : await readAll(plan, wanted)
  return found ?? { ...walked, total: plan.total }
}

/**
 * A page of all candidates, read piece by piece, of which no more are kept than may be on it;
 * undefined when there are too many.
 */
async function readAll(
  plan: SearchPlan,
  { after, limit, order, limits }: Wanted,
): Promise<FoundPlaces | undefined> {
  const pieces = await plan.pieces(limits.mostToRead, limits.chunk)
  if (pieces === undefined) return undefined
  let kept: SearchPlace[] = []
  let total = 0
  for await (const piece of pieces) {
    const found = piece
      .filter(({ matches }) => matches === 1)
      .map((one) => toPlace(one, one.value !== null))
    total += found.length
    kept.push(...found.filter((one) => after === undefined || isBeyond(one, after, order)))
    kept = kept.sort((one, two) => inOrder(one, two, order)).slice(0, limit + 1)
    await nextTurn()
  }
  const places = kept.slice(0, limit)
  return { places, next: kept.length > limit ? places.at(-1) : undefined, total }
}

function inOrder(one: SearchPlace, two: SearchPlace, order: 'asc' | 'desc'): number {
  if (isBeyond(one, two, order)) return 1
  return isBeyond(two, one, order) ? -1 : 0
}

/** All candidates, if there are few. */
async function fewCandidates(
  db: Kysely<Database>,
  plan: SearchPlan,
  few: number,
): Promise<CandidateQuery | undefined> {
  if (plan.atMost <= few) return plan.everyCandidate()
  for (const range of plan.ranges()) {
    const row = await db
      .selectFrom(range.limit(few + 1).as('c'))
      .select(({ fn }) => fn.countAll<number>().as('keys'))
      .executeTakeFirst()
    if (Number(row?.keys ?? 0) <= few) return range
  }
  return undefined
}

/**
 * What is found of few candidates, in order, those without a value last; undefined when there are
 * no longer few.
 */
async function sorted(
  db: Kysely<Database>,
  candidates: CandidateQuery,
  { order, limits }: Wanted,
): Promise<readonly SearchPlace[] | undefined> {
  // The limit keeps planners from walking the order instead, which would read everything.
  const most = 2 * limits.few + 1
  const rows = await db
    .selectFrom(candidates.limit(most).as('c'))
    .select(['c.number', 'c.id', 'c.value', 'c.matches'])
    .orderBy('c.value', order)
    .orderBy('c.id', order)
    .execute()
  if (rows.length === most) return undefined
  const found = rows.filter(({ matches }) => matches === 1)
  const sign = order === 'asc' ? 1 : -1
  return [
    ...found.filter(({ value }) => value !== null).map((one) => toPlace(one, true)),
    ...found
      .filter(({ value }) => value === null)
      .sort((one, two) => sign * (one.number - two.number))
      .map((one) => toPlace(one, false)),
  ]
}

function pick(all: readonly SearchPlace[], { after, limit, order }: Wanted): FoundPlaces {
  const start = after === undefined ? 0 : all.findIndex((place) => isBeyond(place, after, order))
  const places = start < 0 ? [] : all.slice(start, start + limit)
  const isEnd = start < 0 || start + limit >= all.length
  return { places, next: isEnd ? undefined : places.at(-1), total: all.length }
}

/** Whether one place comes after another in an order. */
function isBeyond(place: SearchPlace, other: SearchPlace, order: 'asc' | 'desc'): boolean {
  if (place.value === null && other.value !== null) return true
  if (place.value !== null && other.value === null) return false
  const difference =
    place.value === null
      ? place.number - other.number
      : compare(place.value, other.value) || compare(place.id, other.id)
  return order === 'asc' ? difference > 0 : difference < 0
}

function compare(one: SearchPlace['value'], other: SearchPlace['value']): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other
  if (typeof one === 'string' && typeof other === 'string') {
    return Buffer.compare(Buffer.from(one), Buffer.from(other)) // as the engines do
  }
  return 0
}

/** What a walk found, and whether that is a whole page or all there is. */
interface Walked extends Omit<FoundPlaces, 'total'> {
  readonly isWhole: boolean
}

async function walk(
  segments: readonly Segment[],
  { after, limit, limits }: Wanted,
): Promise<Walked> {
  const places: SearchPlace[] = []
  let looked = 0
  let place = after
  for (const { hasValues, isExact, rows } of segments) {
    if (hasValues && place?.value === null) continue
    let from = place !== undefined && hasValues === (place.value !== null) ? place : undefined
    let chunk = isExact ? limit + 1 - places.length : limits.firstChunk
    place = undefined
    for (;;) {
      const candidates = await rows(from, chunk)
      for (const candidate of candidates) {
        if (candidate.matches !== 1) continue
        if (places.length === limit) return { places, next: places.at(-1), isWhole: true }
        places.push(toPlace(candidate, hasValues))
      }
      const last = candidates.at(-1)
      if (last === undefined || candidates.length < chunk) break
      from = toPlace(last, hasValues)
      looked += candidates.length
      if (looked >= limits.mostLookedAt) return { places, next: from, isWhole: false }
      chunk = limits.chunk
      await nextTurn()
    }
  }
  return { places, next: undefined, isWhole: true }
}

/** A candidate may have a value where none that is found has: its place is among those without. */
function toPlace({ number, id, value }: Candidate, hasValues: boolean): SearchPlace {
  return { number, id: id as KeyId, value: hasValues ? value : null }
}

/** The keys at these places; one that has gone meanwhile is left out, one that moved comes once. */
async function present(
  db: Kysely<Database>,
  stored: StoredRows,
  projectId: ProjectId,
  { places, next, total }: FoundPlaces,
): Promise<FoundKeys> {
  if (places.length === 0) return { keys: [], next, total }
  const numbers = [...new Set(places.map(({ number }) => number))]
  const rows = await db
    .selectFrom('keys')
    .selectAll()
    .where('project_id', '=', projectId)
    .where('number', 'in', numbers)
    .execute()
  const found = new Map<number, StoredKey>(rows.map((row) => [row.number, stored.toKey(row)]))
  const keys = numbers.map((number) => found.get(number)).filter((one) => one !== undefined)
  return { keys, next, total }
}
