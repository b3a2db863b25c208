import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { aKey } from '../../test/a-key.ts'
import { FIRST_VERSION, type KeyId, nextVersion, type ProjectId } from '../core/ids.ts'
import type { Key } from '../core/key.ts'
import { cancelDeletion, disableKey, enableKey, scheduleDeletion } from '../core/key-state.ts'
import { enableRotation, rotate } from '../core/rotation.ts'
import { DAY_MS, days, type EpochMs } from '../core/time.ts'
import { dueKeysConformance } from './due-keys.conformance.ts'
import type { KeyStore, KeyTally, StoredKey, StoredKeyVersion } from './key-store.ts'

/** A store under test, and how to close it and open it again on the same data. */
export interface OpenKeyStore {
  readonly keys: KeyStore
  readonly reopen: () => Promise<KeyStore>
  /**
   * Another store over the same data, to be used at the same time.
   */
  readonly second: () => Promise<KeyStore>
  /** Makes a key store, so that keys can be in its token. */
  readonly makeKeystore: (id: string) => Promise<void>
  readonly close: () => Promise<void>
}

const QUOTA = 1_000_000
const YEAR_9999 = Date.parse('9999-12-31T23:59:59.999Z') as EpochMs
let made = 0

function someKey(changes: Partial<Key> = {}): Key {
  made++
  return aKey({ id: randomUUID() as KeyId, alias: `alias-${made}`, ...changes })
}

function versionOf(key: Key, version = FIRST_VERSION): StoredKeyVersion {
  return {
    keyId: key.id,
    version,
    materialId: randomUUID() as StoredKeyVersion['materialId'],
    origin: 'kms',
    wrappedMaterial: Uint8Array.from([1, 2, 255, version % 256]),
    createdAt: key.createdAt,
  }
}

/** What every key store promises. */
export function keyStoreConformance(name: string, open: () => Promise<OpenKeyStore>): void {
  dueKeysConformance(name, open)
  describe(`key store: ${name}`, () => {
    let opened: OpenKeyStore
    let store: KeyStore
    before(async () => {
      opened = await open()
      store = opened.keys
    })
    after(() => opened.close())

    const inserted = async (changes: Partial<Key> = {}): Promise<StoredKey> => {
      const key = someKey(changes)
      assert.equal(await store.insert(key, [versionOf(key)], QUOTA), 'inserted')
      return found(key.id)
    }
    const found = async (keyId: KeyId): Promise<StoredKey> => {
      const stored = await store.find(keyId)
      return stored ?? assert.fail('the key is gone')
    }
    const rotated = async (seen: StoredKey, at: EpochMs) => {
      const { key, event } = rotate(seen.key, 'demand', 'u', at)
      return store.rotate(seen, key, versionOf(key, event.toVersion), event)
    }

    test('a key comes back as it went in, whatever is in it', async () => {
      const variants: readonly Partial<Key>[] = [
        {},
        { description: '数据库 “α” 𝕏 \u0001 \\ \' " ;--', isDefault: true },
        { spec: 'SM4', enterpriseProjectId: randomUUID() },
        { createdAt: YEAR_9999, lastRotationAt: YEAR_9999, rotationCount: 2 ** 31 },
        { state: { kind: 'disabled' } },
        { state: { kind: 'pendingDeletion', deleteAt: YEAR_9999, cancelledTo: 'pendingImport' } },
        { schedule: { kind: 'on', interval: days(30), periodStart: YEAR_9999 } },
      ]
      for (const changes of variants) {
        const key = someKey(changes)
        assert.equal(await store.insert(key, [versionOf(key)], QUOTA), 'inserted')
        assert.deepEqual((await found(key.id)).key, key)
      }
      const waiting = someKey({
        origin: 'external',
        state: { kind: 'pendingImport' },
        primaryVersion: undefined,
      })
      assert.equal(await store.insert(waiting, [], QUOTA), 'inserted')
      assert.deepEqual((await found(waiting.id)).key, waiting)
      assert.equal(await store.findVersion(waiting.id, FIRST_VERSION), undefined)
      assert.equal(await store.find(randomUUID() as KeyId), undefined)
    })

    test('a version comes back byte for byte', async () => {
      const key = someKey()
      const version = versionOf(key)
      await store.insert(key, [version], QUOTA)
      const stored = (await store.findVersion(key.id, FIRST_VERSION)) ?? assert.fail()
      assert.deepEqual(
        { ...stored, wrappedMaterial: [...stored.wrappedMaterial] },
        { ...version, wrappedMaterial: [...version.wrappedMaterial] },
      )
      assert.equal(await store.findVersion(key.id, nextVersion(FIRST_VERSION)), undefined)
    })

    test('an alias is unique in its project only', async () => {
      const { key } = await inserted()
      const twin = someKey({ alias: key.alias })
      assert.equal(await store.insert(twin, [versionOf(twin)], QUOTA), 'alias-taken')
      assert.equal(await store.find(twin.id), undefined)
      assert.equal(await store.findVersion(twin.id, FIRST_VERSION), undefined)
      const elsewhere = someKey({ alias: key.alias, projectId: 'elsewhere' as ProjectId })
      assert.equal(await store.insert(elsewhere, [versionOf(elsewhere)], QUOTA), 'inserted')
      const other = await inserted()
      assert.equal(await store.replace(other, { ...other.key, alias: key.alias }), 'alias-taken')
      assert.deepEqual(await found(other.key.id), other)
    })

    test('an id is never used twice, neither beside nor after the first', async () => {
      const { key } = await inserted()
      const twin = someKey({ id: key.id })
      await assert.rejects(store.insert(twin, [versionOf(twin)], QUOTA))
    })

    test('the quota counts own keys, also when many come at once', async () => {
      const projectId = `quota-${randomUUID()}` as ProjectId
      const tries = Array.from({ length: 10 }, () => someKey({ projectId }))
      const outcomes = await Promise.all(tries.map((key) => store.insert(key, [versionOf(key)], 4)))
      assert.equal(outcomes.filter((outcome) => outcome === 'inserted').length, 4)
      assert.equal(outcomes.filter((outcome) => outcome === 'quota-reached').length, 6)
      const own = someKey({ projectId, isDefault: true })
      assert.equal(await store.insert(own, [versionOf(own)], 4), 'inserted')
    })

    test('of many writers that saw the same, one wins', async () => {
      const seen = await inserted()
      const outcomes = await Promise.all(
        Array.from({ length: 12 }, (_, index) =>
          store.replace(seen, { ...seen.key, description: `writer ${index}` }),
        ),
      )
      assert.equal(outcomes.filter((outcome) => outcome === 'replaced').length, 1)
      const now = await found(seen.key.id)
      assert.equal(now.revision, seen.revision + 1)
      assert.equal(now.number, seen.number)
    })

    test('of many rotations that saw the same, one happens, whole', async () => {
      const seen = await inserted()
      const outcomes = await Promise.all(
        Array.from({ length: 12 }, () => rotated(seen, (seen.key.createdAt + 1) as EpochMs)),
      )
      assert.equal(outcomes.filter((outcome) => outcome === 'rotated').length, 1)
      const now = await found(seen.key.id)
      assert.equal(now.key.primaryVersion, 2)
      assert.equal(now.key.rotationCount, 1)
      assert.ok(await store.findVersion(seen.key.id, nextVersion(FIRST_VERSION)))
      const page = { after: 0, limit: 100 }
      const events = await store.rotationEvents(seen.key.projectId, seen.key.id, page)
      assert.equal(events.length, 1)
      assert.equal(await rotated(seen, YEAR_9999), 'stale')
    })

    test('replacing cannot touch versions', async () => {
      const seen = await inserted()
      for (const changes of [
        { rotationCount: 7 },
        { primaryVersion: nextVersion(FIRST_VERSION) },
      ]) {
        await assert.rejects(async () => store.replace(seen, { ...seen.key, ...changes }))
      }
    })

    test('events keep what they were told, in order, page by page, per project', async () => {
      let seen = await inserted({
        schedule: { kind: 'on', interval: days(30), periodStart: 0 as EpochMs },
      })
      const told = []
      for (let round = 1; round <= 5; round++) {
        const at = (seen.key.createdAt + round) as EpochMs
        const { key, event } = rotate(seen.key, round % 2 ? 'schedule' : 're-enable', 'müller', at)
        told.push(event)
        await store.rotate(seen, key, versionOf(key, event.toVersion), event)
        seen = await found(key.id)
      }
      const { projectId, id } = seen.key
      assert.deepEqual(await store.rotationEvents(projectId, id, { after: 0, limit: 9 }), told)
      const second = await store.rotationEvents(projectId, id, { after: 3, limit: 2 })
      assert.deepEqual(second, told.slice(2, 4))
      const foreign = await store.rotationEvents('x' as ProjectId, id, { after: 0, limit: 9 })
      assert.deepEqual(foreign, [])
    })

    test('what is due, the longest due first', async () => {
      const seen = []
      for (const day of [30, 10, 20]) {
        const schedule = {
          kind: 'on',
          interval: days(1),
          periodStart: (day * DAY_MS) as EpochMs,
        } as const
        seen.push(await inserted({ schedule }))
      }
      const at = (day: number) => (day * DAY_MS) as EpochMs
      const ids = seen.map(({ key }) => key.id)
      const due = async (now: EpochMs, limit: number) =>
        (await store.dueForRotation('store', now, limit)).map(({ keyId }) => keyId)
      assert.deepEqual(await due(at(21), 10), [ids[1], ids[2]])
      assert.deepEqual(await due(at(1000), 1), [ids[1]])
      const [first] = await store.dueForRotation('store', at(1000), 1)
      assert.deepEqual(first, { dueAt: at(11), keyId: ids[1] })
      const next = await store.dueForRotation('store', at(1000), 1, first)
      assert.deepEqual(next, [{ dueAt: at(21), keyId: ids[2] }])
      assert.deepEqual(await store.dueForRotation('token', at(1000), 9), [])
      assert.equal(await store.nextDueAt(), at(11))
      assert.equal(await store.nextDueAt(at(11)), at(21))
      assert.equal(await store.overdueRotations(at(11), 10), 0)
      assert.equal(await store.overdueRotations((at(11) + 1) as EpochMs, 10), 1)
      assert.equal(await store.overdueRotations(at(1000), 2), 2)
      for (const stored of seen) await store.replace(stored, disableKey(stored.key))
      assert.deepEqual(await due(at(1000), 10), [])

      const doomed = await inserted()
      await store.replace(doomed, scheduleDeletion(doomed.key, days(7), at(0)))
      const place = { dueAt: at(7), keyId: doomed.key.id }
      assert.deepEqual(await store.dueForDeletion('store', at(7), 10), [place])
      assert.deepEqual(await store.dueForDeletion('store', at(7), 10, place), [])
      assert.deepEqual(await store.dueForDeletion('token', at(7), 10), [])
      assert.deepEqual(await store.dueForDeletion('store', (at(7) - 1) as EpochMs, 10), [])
      assert.equal(await store.nextDueAt(), at(7))
      assert.equal(await store.nextDueAt((at(7) - 1) as EpochMs), at(7))
      assert.notEqual(await store.nextDueAt(at(7)), at(7))
      const pending = await found(doomed.key.id)
      await store.replace(pending, cancelDeletion(pending.key))
      assert.deepEqual(await store.dueForDeletion('store', at(1000), 10), [])
    })

    test('destruction looks again at state, time and revision; events stay, the id is spent', async () => {
      const first = await inserted()
      await rotated(first, (first.key.createdAt + 1) as EpochMs)
      const seen = await found(first.key.id)
      assert.equal(await store.destroy(seen, YEAR_9999), 'stale', 'it does not wait for deletion')
      const now = seen.key.createdAt
      await store.replace(seen, scheduleDeletion(seen.key, days(7), now))
      const pending = await found(seen.key.id)
      const dueAt = (now + 7 * DAY_MS) as EpochMs
      assert.equal(await store.destroy(pending, (dueAt - 1) as EpochMs), 'stale')
      assert.equal(await store.destroy(seen, dueAt), 'stale', 'another revision')
      assert.equal(await store.destroy(pending, dueAt), 'destroyed')
      assert.equal(await store.find(seen.key.id), undefined)
      assert.equal(await store.findVersion(seen.key.id, FIRST_VERSION), undefined)
      const page = { after: 0, limit: 9 }
      const events = await store.rotationEvents(seen.key.projectId, seen.key.id, page)
      assert.equal(events.length, 1)
      const again = someKey({ id: seen.key.id })
      await assert.rejects(store.insert(again, [versionOf(again)], QUOTA))
    })

    test('pages in order of creation, each key once, by every filter', async () => {
      const projectId = `pages-${randomUUID()}` as ProjectId
      const all: Key[] = []
      for (let index = 0; index < 23; index++) {
        const spec = index % 3 === 0 ? 'SM4' : 'AES_256'
        const state = index % 4 === 0 ? { kind: 'disabled' } : { kind: 'enabled' }
        const enterpriseProjectId = index % 5 === 0 ? 'e' : '0'
        const key = someKey({ projectId, spec, state: state as Key['state'], enterpriseProjectId })
        await store.insert(key, [versionOf(key)], QUOTA)
        all.push(key)
      }
      const filters = [
        {},
        { spec: 'SM4' },
        { state: 'disabled' },
        { spec: 'SM4', state: 'disabled' },
        { enterpriseProjectId: 'e' },
      ] as const
      for (const filter of filters) {
        const seen: KeyId[] = []
        for (let after = 0; ; ) {
          const page = await store.page(projectId, filter, { after, limit: 4 })
          seen.push(...page.map(({ key }) => key.id))
          if (page.length < 4) break
          after = page.at(-1)?.number ?? assert.fail()
        }
        const expected = all.filter(
          (key) =>
            (!('spec' in filter) || key.spec === filter.spec) &&
            (!('state' in filter) || key.state.kind === filter.state) &&
            (!('enterpriseProjectId' in filter) || key.enterpriseProjectId === 'e'),
        )
        assert.deepEqual(
          seen,
          expected.map(({ id }) => id),
          JSON.stringify(filter),
        )
      }
    })

    test('tallies equal a recount after any history', async () => {
      const step = fc.constantFrom(
        'create',
        'disable',
        'enable',
        'delete',
        'cancel',
        'destroy',
        'default',
      )
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (history) => {
          const projectId = `tally-${randomUUID()}` as ProjectId
          const ids: KeyId[] = []
          for (const [index, name] of history.entries()) {
            if (name === 'create' || name === 'default') {
              const key = someKey({ projectId, isDefault: name === 'default' })
              await store.insert(key, [versionOf(key)], QUOTA)
              ids.push(key.id)
              continue
            }
            const id = ids[index % Math.max(1, ids.length)]
            const seen = id && (await store.find(id))
            if (!seen) continue
            const kind = seen.key.state.kind
            const { key } = seen
            if (name === 'disable' && kind === 'enabled')
              await store.replace(seen, { ...key, state: { kind: 'disabled' } })
            if (name === 'enable' && kind === 'disabled')
              await store.replace(seen, { ...key, state: { kind: 'enabled' } })
            if (name === 'delete' && kind === 'enabled' && !key.isDefault)
              await store.replace(seen, scheduleDeletion(key, days(7), 0 as EpochMs))
            if (name === 'cancel' && kind === 'pendingDeletion')
              await store.replace(seen, cancelDeletion(key))
            if (name === 'destroy' && kind === 'pendingDeletion')
              await store.destroy(seen, YEAR_9999)
          }
          const page = await store.page(projectId, {}, { after: 0, limit: 1000 })
          const counted = new Map<string, number>()
          for (const { key } of page) {
            const label = `${key.spec} ${key.state.kind} ${key.isDefault}`
            counted.set(label, (counted.get(label) ?? 0) + 1)
          }
          const told = new Map(
            (await store.tallies(projectId))
              .filter(({ keys }: KeyTally) => keys !== 0)
              .map((tally) => [`${tally.spec} ${tally.state} ${tally.isDefault}`, tally.keys]),
          )
          assert.deepEqual([...told].sort(), [...counted].sort())
        }),
        { numRuns: 15 },
      )
    })

    test('tallies of all projects', async () => {
      const before = (await store.tallies(undefined)).reduce((sum, { keys }) => sum + keys, 0)
      await inserted({ projectId: randomUUID() as ProjectId })
      const after = (await store.tallies(undefined)).reduce((sum, { keys }) => sum + keys, 0)
      assert.equal(after, before + 1)
    })

    test('all is there after closing and opening', async () => {
      const seen = await inserted()
      await store.replace(seen, enableRotation(disableThenEnable(seen.key), seen.key.createdAt))
      const before = await found(seen.key.id)
      store = await opened.reopen()
      assert.deepEqual(await found(seen.key.id), before)
    })
  })
}

function disableThenEnable(key: Key): Key {
  return enableKey(disableKey(key))
}
