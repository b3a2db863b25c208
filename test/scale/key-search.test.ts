import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import type { KeyId, ProjectId, VersionNumber } from '../../src/core/ids.ts'
import type { Key } from '../../src/core/key.ts'
import { nextRotationAt, rotationStanding } from '../../src/core/rotation.ts'
import type { Tag } from '../../src/core/tag.ts'
import { DAY_MS, days, type EpochMs } from '../../src/core/time.ts'
import type { KeySearch, KeyTable, SearchPlace } from '../../src/ports/key-table.ts'
import { keySearch } from '../../src/storage/sql/key-search.ts'
import { StoredRows } from '../../src/storage/sql/stored-rows.ts'
import { aKey } from '../a-key.ts'
import { embeddedPostgres } from '../postgres/binaries.ts'
import { startPostgres } from '../postgres/start-postgres.ts'
import { type OpenPlanEngine, SQLITE_PLANS } from './plan-engines.ts'
import { postgresPlans } from './postgres-plans.ts'

const postgres = embeddedPostgres()
const cluster = postgres && (await startPostgres(postgres, { isDurable: false }))
const ENGINES = [SQLITE_PLANS, ...(cluster ? [postgresPlans(() => cluster.newDatabase())] : [])]
after(() => cluster?.stop())

const NOW = Date.parse('2026-06-01T00:00:00Z') as EpochMs
const PROJECT = 'p1' as ProjectId
const KEYS = 60

/** Limits at which few, many and too many are small numbers. */
const LIMITS = [
  { few: 0, firstChunk: 2, chunk: 3, mostLookedAt: 6, mostToRead: 0 },
  { few: 0, firstChunk: 2, chunk: 3, mostLookedAt: 6, mostToRead: 1000 },
  { few: 0, firstChunk: 2, chunk: 3, mostLookedAt: 6, mostToRead: 12 },
  { few: 7, firstChunk: 2, chunk: 5, mostLookedAt: 20, mostToRead: 20 },
  { few: 1000, firstChunk: 100, chunk: 100, mostLookedAt: 1000, mostToRead: 0 },
]

interface Made {
  readonly key: Key
  readonly tags: readonly Tag[]
  readonly number: number
}

const someKey = fc.record({
  spec: fc.constantFrom('AES_256', 'SM4', 'RSA_2048'),
  state: fc.constantFrom(
    { kind: 'enabled' },
    { kind: 'disabled' },
    { kind: 'pendingDeletion', deleteAt: NOW, cancelledTo: 'disabled' },
  ),
  alias: fc.stringMatching(/^[abA][-:/_aZ]{0,2}$/),
  isDefault: fc.constantFrom(false, false, false, true),
  due: fc.constantFrom(undefined, -2, -1, 0, 1, 2),
  lastRotationAt: fc.constantFrom(undefined, NOW - 3, NOW - 2, NOW - 1),
  tags: fc.uniqueArray(
    fc.record({ name: fc.constantFrom('t', 'u'), value: fc.constantFrom('', 'x') }),
    { selector: ({ name }) => name },
  ),
})

const someSearch = fc.record(
  {
    state: fc.constantFrom('enabled', 'disabled', 'pendingDeletion', 'pendingImport'),
    spec: fc.constantFrom('AES_256', 'SM4', 'RSA_2048', 'EC_P256'),
    aliasPrefix: fc.constantFrom('a', 'a-', 'A', 'b', 'aZ', 'none', '%'),
    tag: fc.record(
      { name: fc.constantFrom('t', 'u', 'v'), value: fc.constantFrom('', 'x') },
      { requiredKeys: ['name'] },
    ),
    rotation: fc.constantFrom('on', 'off', 'overdue', 'never'),
    sort: fc.constantFrom('created', 'alias', 'nextRotation', 'lastRotation'),
    order: fc.constantFrom('asc', 'desc'),
  },
  { requiredKeys: ['sort', 'order'] },
)

function isFound({ key, tags }: Made, search: KeySearch): boolean {
  const { state, spec, aliasPrefix = '', tag, rotation } = search
  const standing = rotationStanding(key)
  const due = nextRotationAt(key)
  return (
    (state === undefined || key.state.kind === state) &&
    (spec === undefined || key.spec === spec) &&
    key.alias.startsWith(aliasPrefix) &&
    (tag === undefined ||
      tags.some(
        ({ name, value }) => name === tag.name && (tag.value === undefined || value === tag.value),
      )) &&
    (rotation === undefined ||
      rotation === standing ||
      (rotation === 'overdue' && due !== undefined && due < NOW) ||
      (rotation === 'never' && standing !== 'none' && key.lastRotationAt === undefined))
  )
}

function sortedBy({ key }: Made, sort: KeySearch['sort']): string | number | undefined {
  if (sort === 'alias') return key.alias
  if (sort === 'nextRotation') return nextRotationAt(key)
  return sort === 'lastRotation' ? key.lastRotationAt : undefined
}

/** What a search is to find, in order. */
function model(all: readonly Made[], search: KeySearch): readonly KeyId[] {
  const sign = search.order === 'asc' ? 1 : -1
  return all
    .filter((made) => isFound(made, search))
    .sort((one, two) => {
      const [a, b] = [sortedBy(one, search.sort), sortedBy(two, search.sort)]
      if (a !== undefined && b === undefined) return -1
      if (a === undefined && b !== undefined) return 1
      const byNumber = sign * (one.number - two.number)
      if (a === undefined || b === undefined) return byNumber
      if (a === b) return sign * (one.key.id < two.key.id ? -1 : 1)
      return sign * (a < b ? -1 : 1)
    })
    .map(({ key }) => key.id)
}

/** All pages of a search. */
async function findAll(table: Pick<KeyTable, 'search'>, search: KeySearch, limit: number) {
  const ids: KeyId[] = []
  let total: number | undefined
  let after: SearchPlace | undefined
  for (let pages = 0; ; pages++) {
    assert.ok(pages < 100, 'it ends')
    const found = await table.search(PROJECT, search, { after, limit }, NOW)
    assert.ok(found.keys.length <= limit)
    ids.push(...found.keys.map(({ key }) => key.id))
    total ??= found.total
    if (found.next === undefined) return { ids, total }
    after = found.next
  }
}

for (const engine of ENGINES) {
  describe(`searches on ${engine.name}`, () => {
    let opened: OpenPlanEngine
    const all: Made[] = []
    before(async () => {
      opened = await engine.open()
      const [samples] = fc.sample(fc.array(someKey, { minLength: KEYS, maxLength: KEYS }), {
        numRuns: 1,
        seed: 20260601,
      })
      for (const sample of samples ?? []) {
        const { due, tags, lastRotationAt, alias, ...rest } = sample
        const key = aKey({
          ...(rest as Partial<Key>), // words of the core, as constants
          id: randomUUID() as KeyId,
          projectId: PROJECT,
          // Short ones are many keys' beginning.
          alias: `${alias}${all.length % 3 === 0 ? '' : all.length}`,
          lastRotationAt: lastRotationAt as EpochMs | undefined,
          rotationCount: lastRotationAt === undefined ? 0 : 1,
          primaryVersion: 1 as VersionNumber,
          schedule:
            due === undefined || rest.spec === 'RSA_2048' || rest.isDefault
              ? { kind: 'off' }
              : {
                  kind: 'on',
                  interval: days(30),
                  periodStart: (NOW + due - 30 * DAY_MS) as EpochMs,
                },
        })
        const outcome = await opened.storage.keys.insert(key, [], 1000, tags)
        if (outcome === 'inserted') all.push({ key, tags, number: all.length })
      }
      const other = aKey({ id: randomUUID() as KeyId, projectId: 'p2' as ProjectId })
      await opened.storage.keys.insert(other, [], 1000, [{ name: 't', value: 'x' }])
      assert.ok(all.length > KEYS / 2, `${all.length} keys`)
    })
    after(() => opened.close())

    for (const limits of LIMITS) {
      test(`find what is to be found, in order, at ${JSON.stringify(limits)}`, async () => {
        const table = keySearch(opened.db, new StoredRows(), limits)
        await fc.assert(
          fc.asyncProperty(someSearch, fc.integer({ min: 1, max: 8 }), async (some, limit) => {
            const search = some as KeySearch // words of the core, as constants
            const wanted = model(all, search)
            const { ids, total } = await findAll(table, search, limit)
            assert.deepEqual(ids, wanted)
            if (total !== undefined) assert.equal(total, wanted.length)
          }),
          { numRuns: 400 },
        )
      })
    }

    test('a page is whole, wherever in the order its keys are', async () => {
      const limits = { few: 0, firstChunk: 2, chunk: 3, mostLookedAt: 4 }
      const table = keySearch(opened.db, new StoredRows(), { ...limits, mostToRead: 1000 })
      await fc.assert(
        fc.asyncProperty(someSearch, async (some) => {
          const search = some as KeySearch // words of the core, as constants
          const { keys } = await table.search(PROJECT, search, { limit: 8 }, NOW)
          assert.deepEqual(
            keys.map(({ key }) => key.id),
            model(all, search).slice(0, 8),
          )
        }),
        { numRuns: 400 },
      )
    })
  })
}
