import { type Kysely, type RawBuilder, type SelectQueryBuilder, sql } from 'kysely'
import type { ProjectId } from '../../core/ids.ts'
import type { EpochMs } from '../../core/time.ts'
import type { KeySearch, KeySort } from '../../ports/key-table.ts'
import { type CountedClass, firstOfAll, ofClass } from './key-classes.ts'
import {
  type CandidateQuery,
  type Pieces,
  piecesByNumber,
  type Segment,
} from './key-search-stretch.ts'
import type { Database } from './schema.ts'

/** What keys must be to be found. */
type Condition = 'state' | 'spec' | 'standing' | 'never' | 'overdue' | 'alias' | 'tag' | 'notDue'

/** Where candidates are read from in order of their numbers. */
interface Source {
  readonly covers: readonly Condition[]
  /** How many candidates it has. */
  readonly keys: number
  /** The stretches of an index that make it up, or undefined: the tags of that name. */
  readonly arms: readonly Arm[] | 'tag'
}

type Arm = SelectQueryBuilder<Database, 'keys', unknown>

/** What a search goes by. */
export interface SearchGround {
  readonly db: Kysely<Database>
  readonly projectId: ProjectId
  readonly search: KeySearch
  readonly now: EpochMs
  /** All classes of the project. */
  readonly classes: readonly CountedClass[]
  /** How many keys have the tag that is asked for. */
  readonly tagged: number
}

const COLUMNS = {
  created: undefined,
  alias: 'alias',
  nextRotation: 'next_rotation_at',
  lastRotation: 'last_rotation_at',
} as const satisfies Record<KeySort, keyof Database['keys'] | undefined>

/** Above everything that begins with a text: no character is greater. */
const ABOVE_ALL = '\u{10ffff}'

/** The ways in which candidates of one search can be read. */
export class SearchPlan {
  readonly #ground: SearchGround
  readonly #conditions: readonly Condition[]
  /** Classes that keys which are found are in. */
  readonly #classes: readonly CountedClass[]

  constructor(ground: SearchGround) {
    this.#ground = ground
    const { state, spec, rotation, aliasPrefix, tag } = ground.search
    const asked: readonly (Condition | false)[] = [
      state !== undefined && 'state',
      spec !== undefined && 'spec',
      (rotation === 'on' || rotation === 'off') && 'standing',
      rotation === 'never' && 'never',
      rotation === 'overdue' && 'overdue',
      aliasPrefix !== undefined && aliasPrefix !== '' && 'alias',
      tag !== undefined && 'tag',
    ]
    this.#conditions = asked.filter((one) => one !== false)
    this.#classes = ground.classes.filter((one) => isAskedFor(one, ground.search))
  }

  /** How many keys are found at most, by what is counted. */
  get atMost(): number {
    const inClasses = this.#countOf(this.#classes)
    return this.#has('tag') ? Math.min(inClasses, this.#ground.tagged) : inClasses
  }

  /** How many keys are found, if what is counted says it. */
  get total(): number | undefined {
    const isOf = (...counted: readonly Condition[]) =>
      this.#conditions.every((condition) => counted.includes(condition))
    if (isOf('state', 'spec', 'standing', 'never')) return this.#countOf(this.#classes)
    return isOf('tag') ? this.#ground.tagged : undefined
  }

  /** The order of the search, stretch by stretch. */
  segments(): readonly Segment[] {
    const { sort, rotation } = this.#ground.search
    switch (sort) {
      case 'created':
        return [this.#byNumber(this.#numberSource(this.#classes), this.#conditions)]
      case 'alias':
        return [this.#byValue('alias', ['alias'])]
      case 'nextRotation': {
        const rest = this.#classes.filter((one) => !isDueSomeDay(one))
        const source = this.#numberSource(rest, ['notDue'])
        return [
          ...(rest.length < this.#classes.length
            ? [this.#byValue('next_rotation_at', ['overdue'])]
            : []),
          ...(rest.length > 0 ? [this.#byNumber(source, [...this.#conditions, 'notDue'])] : []),
        ]
      }
      case 'lastRotation': {
        const hasRotated = this.#classes.some(({ rotated }) => rotated > 0)
        return [
          ...(hasRotated && rotation !== 'never' ? [this.#byValue('last_rotation_at', [])] : []),
          this.#byNumber(this.#neverRotated(), [...this.#conditions, 'never']),
        ]
      }
      default:
        throw sort satisfies never
    }
  }

  /** Candidates in a range of an index, for each condition that is one; how many is not known. */
  ranges(): readonly CandidateQuery[] {
    const found: CandidateQuery[] = []
    if (this.#has('alias')) found.push(this.#select(this.#inOrderOf('alias'), ['alias']))
    if (this.#has('overdue')) {
      found.push(this.#select(this.#inOrderOf('next_rotation_at'), ['overdue']))
    }
    return found
  }

  /** All candidates of the smallest source, in order of their numbers. */
  everyCandidate(): CandidateQuery | undefined {
    const source = this.#numberSource(this.#classes)
    const [first, ...others] = this.#candidates(source, this.#conditions)
    return others.reduce((all, one) => all?.unionAll(one), first)?.orderBy('number')
  }

  /**
   * All candidates in pieces, in whatever order; undefined when there may be more than `most`. Each
   * piece is read by itself, so that others have their turn.
   */
  async pieces(most: number, size: number): Promise<Pieces | undefined> {
    const source = this.#numberSource(this.#classes)
    const aliases = await this.#countOfAliases(Math.min(most, source.keys))
    if (aliases !== undefined) return this.#piecesByAlias(size)
    if (source.keys > most) return undefined
    return piecesByNumber(this.#byNumber(source, this.#conditions), size)
  }

  /** How many keys have an alias that is asked for; undefined when more than `most`. */
  async #countOfAliases(most: number): Promise<number | undefined> {
    if (!this.#has('alias')) return undefined
    const some = this.#inOrderOf('alias')
      .select('keys.alias')
      .limit(most + 1)
    const row = await this.#ground.db
      .selectFrom(some.as('c'))
      .select(({ fn }) => fn.countAll<number>().as('keys'))
      .executeTakeFirst()
    const keys = Number(row?.keys ?? 0)
    return keys > most ? undefined : keys
  }

  async *#piecesByAlias(size: number): Pieces {
    let last: string | undefined
    for (;;) {
      const all = this.#inOrderOf('alias')
      const arm = last === undefined ? all : all.where('alias', '>', last)
      const piece = await this.#select(arm, ['alias'])
        .select('keys.alias')
        .orderBy('keys.alias')
        .limit(size)
        .execute()
      yield piece
      last = piece.at(-1)?.alias
      if (piece.length < size) return
    }
  }

  #has(condition: Condition): boolean {
    return this.#conditions.includes(condition)
  }

  #countOf(classes: readonly CountedClass[]): number {
    const isNever = this.#has('never')
    return classes.reduce((sum, one) => sum + one.unrotated + (isNever ? 0 : one.rotated), 0)
  }

  /** Where the fewest candidates are. @param alsoCovers What these classes stand for besides. */
  #numberSource(classes: readonly CountedClass[], alsoCovers: readonly Condition[] = []): Source {
    const { db, projectId, classes: all, tagged } = this.#ground
    const keys = classes.reduce((sum, { rotated, unrotated }) => sum + rotated + unrotated, 0)
    const isEverything = classes.length === all.length
    const sources: Source[] = [
      {
        covers: ['state', 'spec', 'standing', ...alsoCovers],
        keys,
        arms: isEverything
          ? [db.selectFrom('keys').where('project_id', '=', projectId)]
          : classes.map((one) => ofClass(db, projectId, one)),
      },
    ]
    if (this.#has('never')) sources.push(this.#neverRotated())
    if (this.#has('tag')) sources.push({ covers: ['tag'], keys: tagged, arms: 'tag' })
    return sources.reduce((best, one) => (one.keys < best.keys ? one : best))
  }

  /** Keys that never rotated, by how they stand to rotating. */
  #neverRotated(): Source {
    const { db, projectId, classes, search } = this.#ground
    const { rotation } = search
    const standings =
      rotation === 'on' || rotation === 'off'
        ? [rotation]
        : rotation === undefined
          ? ['on', 'off', 'none']
          : ['on', 'off']
    return {
      covers: ['standing', 'never'],
      keys: classes
        .filter((one) => standings.includes(one.rotation))
        .reduce((sum, { unrotated }) => sum + unrotated, 0),
      arms: standings.map((standing) =>
        db
          .selectFrom('keys')
          .where('project_id', '=', projectId)
          .where('rotation', '=', standing)
          .where('last_rotation_at', 'is', null),
      ),
    }
  }

  #byNumber(source: Source, conditions: readonly Condition[]): Segment {
    const { order } = this.#ground.search
    const beyond = sql.raw(order === 'asc' ? '>' : '<')
    return {
      hasValues: false,
      isExact: conditions.every((condition) => source.covers.includes(condition)),
      rows: (after, limit) => {
        const candidates = this.#candidates(source, conditions, (number) =>
          after === undefined ? undefined : sql<boolean>`${number} ${beyond} ${after.number}`,
        )
        return firstOfAll(this.#ground.db, candidates, order, limit)
      },
    }
  }

  #byValue(column: ValueColumn, covers: readonly Condition[]): Segment {
    const { order } = this.#ground.search
    const beyond = sql.raw(order === 'asc' ? '>' : '<')
    return {
      hasValues: true,
      isExact: this.#conditions.every((condition) => covers.includes(condition)),
      rows: (after, limit) => {
        let arm = this.#inOrderOf(column)
        if (after !== undefined) {
          arm = arm.where(
            column === 'alias'
              ? sql<boolean>`alias ${beyond} ${after.value}`
              : sql<boolean>`(${sql.ref(column)}, id) ${beyond} (${after.value}, ${after.id})`,
          )
        }
        const query = this.#select(arm, covers)
        const sorted = query.orderBy(`keys.${column}`, order)
        // An alias is its key's alone.
        const ordered = column === 'alias' ? sorted : sorted.orderBy('keys.id', order)
        return ordered.limit(limit).execute()
      },
    }
  }

  /** Keys in the order of an index, as far as they may be found. */
  #inOrderOf(column: ValueColumn): Arm {
    const { db, projectId, search, now } = this.#ground
    const all = db.selectFrom('keys').where('project_id', '=', projectId)
    if (column === 'alias') {
      const prefix = search.aliasPrefix ?? ''
      if (prefix === '') return all
      return all.where('alias', '>=', prefix).where('alias', '<', prefix + ABOVE_ALL)
    }
    const some = all.where(column, 'is not', null)
    const isOverdue = column === 'next_rotation_at' && this.#has('overdue')
    return isOverdue ? some.where(column, '<', now) : some
  }

  /** Candidates of each arm. @param place Keeps to what follows a number. */
  #candidates(
    { arms, covers }: Source,
    conditions: readonly Condition[],
    place: (number: RawBuilder<unknown>) => RawBuilder<boolean> | undefined = () => undefined,
  ): readonly CandidateQuery[] {
    const number = arms === 'tag' ? 'tags.key_number' : 'keys.number'
    const isAfter = place(sql.ref(number))
    return (arms === 'tag' ? [this.#tagged()] : arms).map((arm) =>
      this.#select(isAfter === undefined ? arm : arm.where(isAfter), covers, conditions, number),
    )
  }

  /** Keys by their tags. A cross join keeps the order of the two in SQLite. */
  #tagged(): Arm {
    const { db, projectId, search } = this.#ground
    const { name = '', value } = search.tag ?? {}
    const joined = db
      .selectFrom('tags')
      .crossJoin('keys')
      .where('tags.project_id', '=', projectId)
      .where('tags.name', '=', name)
      .where('keys.project_id', '=', projectId)
      .whereRef('keys.number', '=', 'tags.key_number')
    const arm = value === undefined ? joined : joined.where('tags.value', '=', value)
    return arm as unknown as Arm // it has the table that is selected from, and one more
  }

  #select(
    arm: Arm,
    covers: readonly Condition[],
    conditions: readonly Condition[] = this.#conditions,
    number = 'keys.number',
  ): CandidateQuery {
    const column = COLUMNS[this.#ground.search.sort]
    const rest = conditions.filter((condition) => !covers.includes(condition))
    const tests = rest.map((condition) => this.#test(condition))
    const matches =
      tests.length === 0
        ? sql<number>`1`
        : sql<number>`case when ${sql.join(tests, sql` and `)} then 1 else 0 end`
    const value = column === undefined ? sql`cast(null as bigint)` : sql.ref(`keys.${column}`)
    return arm.select([
      sql.ref(number).as('number'),
      'keys.id as id',
      value.as('value'),
      matches.as('matches'),
    ]) as unknown as CandidateQuery // as what it selects
  }

  #test(condition: Condition): RawBuilder<boolean> {
    const { search, now } = this.#ground
    switch (condition) {
      case 'state':
        return sql`keys.state = ${search.state}`
      case 'spec':
        return sql`keys.spec = ${search.spec}`
      case 'standing':
        return sql`keys.rotation = ${search.rotation}`
      case 'never':
        return search.rotation === 'never'
          ? sql`(keys.last_rotation_at is null and keys.rotation <> 'none')`
          : sql`keys.last_rotation_at is null`
      case 'overdue':
        return sql`keys.next_rotation_at < ${now}`
      case 'notDue':
        return sql`keys.next_rotation_at is null`
      case 'alias': {
        const prefix = search.aliasPrefix ?? ''
        return sql`(keys.alias >= ${prefix} and keys.alias < ${prefix + ABOVE_ALL})`
      }
      case 'tag': {
        const { name, value } = search.tag ?? {}
        const isValue = value === undefined ? sql`` : sql` and tags.value = ${value}`
        // Counted, for what merely exists PostgreSQL may look up for all keys beforehand.
        return sql`(select count(*) from tags where tags.key_id = keys.id
          and tags.name = ${name}${isValue}) > 0`
      }
      default:
        throw condition satisfies never
    }
  }
}

type ValueColumn = Exclude<(typeof COLUMNS)[KeySort], undefined>

function isAskedFor({ rotation, state, spec }: CountedClass, search: KeySearch): boolean {
  if (search.state !== undefined && state !== search.state) return false
  if (search.spec !== undefined && spec !== search.spec) return false
  switch (search.rotation) {
    case undefined:
      return true
    case 'on':
    case 'off':
      return rotation === search.rotation
    case 'never':
      return rotation !== 'none'
    case 'overdue':
      return isDueSomeDay({ rotation, state })
    default:
      throw search.rotation satisfies never
  }
}

/** Whether keys of a class have a due time; of others none has. */
function isDueSomeDay({ rotation, state }: Pick<CountedClass, 'rotation' | 'state'>): boolean {
  return rotation === 'on' && state === 'enabled'
}
