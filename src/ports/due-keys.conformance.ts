import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { aKey } from '../../test/a-key.ts'
import { FIRST_VERSION, type KeyId, nextVersion, type ProjectId } from '../core/ids.ts'
import type { Key } from '../core/key.ts'
import { cancelDeletion, disableKey, scheduleDeletion } from '../core/key-state.ts'
import { isRotationDue, type RotationEvent, rotate } from '../core/rotation.ts'
import { DAY_MS, days, type EpochMs } from '../core/time.ts'
import type { OpenKeyStore } from './key-store.conformance.ts'
import type { DuePlace, KeyStore, RotationStep, StoredKey, StoredKeyVersion } from './key-store.ts'

const QUOTA = 1_000_000
const SECOND = nextVersion(FIRST_VERSION)
/** Longer than the days of all tests together: what one of them rotates is not due in the next. */
const INTERVAL = days(100)
const PAGE = { after: 0, limit: 100 }

/** What every key store promises of keys that fall due together. */
export function dueKeysConformance(name: string, open: () => Promise<OpenKeyStore>): void {
  describe(`keys that fall due: ${name}`, () => {
    let opened: OpenKeyStore
    let store: KeyStore
    let second: KeyStore
    /** Each test has a day of its own, in order, at which its keys are due. */
    let day = 0
    before(async () => {
      opened = await open()
      store = opened.keys
      second = await opened.second()
      await opened.makeKeystore('hsm')
    })
    after(() => opened.close())

    const load = async (keyId: KeyId): Promise<StoredKey> =>
      (await store.find(keyId)) ?? assert.fail('the key is gone')
    const eventsOf = ({ projectId, id }: Key) => store.rotationEvents(projectId, id, PAGE)
    const nextDay = () => (++day * DAY_MS) as EpochMs

    const insert = async (key: Key): Promise<Key> => {
      assert.equal(await store.insert(key, [versionOf(key, FIRST_VERSION)], QUOTA), 'inserted')
      return key
    }
    /** Keys whose rotation is due at `at`. */
    const dueKeys = async (count: number, at: EpochMs, changes: Partial<Key> = {}) => {
      const keys: Key[] = []
      const periodStart = (at - INTERVAL * DAY_MS) as EpochMs
      for (let index = 0; index < count; index++) {
        const schedule = { kind: 'on', interval: INTERVAL, periodStart } as const
        keys.push(await insert(someKey({ schedule, ...changes })))
      }
      return keys
    }
    /** Keys whose waiting period is over at `at`. */
    const doomedKeys = async (count: number, at: EpochMs, changes: Partial<Key> = {}) => {
      const keys: Key[] = []
      for (let index = 0; index < count; index++) {
        const key = someKey(changes)
        keys.push(await insert(scheduleDeletion(key, days(7), (at - 7 * DAY_MS) as EpochMs)))
      }
      return keys
    }

    test('a batch is rotated whole: key, version, event; then the next, the longest due first', async () => {
      const at = nextDay()
      const keys = [
        ...(await dueKeys(3, (at - 2) as EpochMs)),
        ...(await dueKeys(4, (at - 1) as EpochMs, { regional: { kind: 'primary' } })),
      ]
      const later = await dueKeys(1, (at + 1) as EpochMs)
      const done: RotationEvent[] = []
      let place: DuePlace | undefined
      do {
        const batch = await store.rotateDue(at, 3, step(at), place)
        assert.ok(batch.done.length <= 3)
        assert.equal(batch.claimed, batch.done.length)
        done.push(...batch.done)
        place = batch.next
      } while (place !== undefined)
      assert.deepEqual(sorted(done.map(({ keyId }) => keyId)), sorted(keys.map(({ id }) => id)))
      assert.deepEqual(
        done.map(({ dueAt }) => dueAt),
        done.map(({ dueAt }) => dueAt).sort((a, b) => Number(a) - Number(b)),
      )
      for (const key of keys) {
        const { key: now, revision } = await load(key.id)
        const rotated = rotate(key, 'schedule', 'scheduler', at)
        assert.deepEqual(now, rotated.key)
        assert.equal(revision, 2)
        assert.deepEqual(await eventsOf(key), [rotated.event])
        const version = (await store.findVersion(key.id, SECOND)) ?? assert.fail()
        const expected = versionOf(key, SECOND)
        assert.deepEqual([...version.wrappedMaterial], [...expected.wrappedMaterial])
        assert.deepEqual(
          { ...version, wrappedMaterial: [] },
          { ...expected, materialId: version.materialId, wrappedMaterial: [] },
        )
      }
      assert.equal((await eventsOf(later[0] ?? assert.fail())).length, 0)
      assert.equal((await store.rotateDue(at, 10, step(at))).claimed, 0)
    })

    test('many who claim at the same time rotate each key once', async () => {
      const at = nextDay()
      const keys = await dueKeys(90, at)
      const claim = async (from: KeyStore) => {
        const events: RotationEvent[] = []
        for (;;) {
          const { done } = await from.rotateDue(at, 7, step(at))
          events.push(...done)
          if (done.length === 0) return events
        }
      }
      const claims = await Promise.all([store, second, store, second].map(claim))
      const rotated = claims.flat().map(({ keyId }) => keyId)
      // Whoever found every key in another's hand has stopped; what an end left is taken up here.
      rotated.push(...(await claim(store)).map(({ keyId }) => keyId))
      const earlier = new Set(keys.map(({ id }) => id))
      assert.deepEqual(
        sorted(rotated.filter((id) => earlier.has(id))),
        sorted(keys.map(({ id }) => id)),
      )
      for (const key of keys) {
        assert.equal((await eventsOf(key)).length, 1)
        assert.equal((await load(key.id)).key.primaryVersion, SECOND)
      }
    })

    test('a key that somebody rotates or disables at the same moment is rotated once, or not', async () => {
      const at = nextDay()
      const keys = await dueKeys(20, at)
      const seen = await Promise.all(keys.map(({ id }) => load(id)))
      const [batch, ...others] = await Promise.all([
        second.rotateDue(at, 20, step(at)),
        ...seen.map(async (stored, index) => {
          if (index % 2 === 0) return store.replace(stored, disableKey(stored.key))
          const { key, version, event } = step(at)(stored) ?? assert.fail()
          return store.rotate(stored, key, version, event)
        }),
      ])
      for (const [index, key] of keys.entries()) {
        const byBatch = batch.done.filter(({ keyId }) => keyId === key.id).length
        const byOther = others[index] === 'stale' ? 0 : 1
        assert.equal(byBatch + byOther, 1, `${byBatch} ${others[index]}`)
        const rotations = byBatch + (index % 2 === 0 ? 0 : byOther)
        assert.equal((await eventsOf(key)).length, rotations)
        assert.equal((await load(key.id)).key.rotationCount, rotations)
      }
    })

    test('disabled, replicas and keys in tokens are left alone', async () => {
      const at = nextDay()
      const left = [
        ...(await dueKeys(1, at, { state: { kind: 'disabled' } })),
        ...(await dueKeys(1, at, { regional: { kind: 'replica', primaryRegion: 'r' } })),
        ...(await dueKeys(1, at, { keystoreId: 'hsm' })),
      ]
      const batch = await store.rotateDue(at, 10, step(at))
      assert.deepEqual(batch, { done: [], claimed: 0, next: undefined })
      for (const key of left) assert.equal((await load(key.id)).revision, 1)
      const inToken = await store.dueForRotation('token', at, 10)
      assert.deepEqual(inToken, [{ dueAt: at, keyId: left[2]?.id }])
      assert.equal(await store.overdueRotations((at + 1) as EpochMs, 10), 1)
      const [key] = left.slice(2)
      const stored = await load(key?.id ?? assert.fail())
      await store.replace(stored, disableKey(stored.key))
    })

    test('what a step leaves is left, and does not stand in the way of the others', async () => {
      const at = nextDay()
      const keys = await dueKeys(9, at)
      const isLeft = new Set(keys.slice(0, 5).map(({ id }) => id))
      const decide = (stored: StoredKey) =>
        isLeft.has(stored.key.id) ? undefined : step(at)(stored)
      const done: RotationEvent[] = []
      let place: DuePlace | undefined
      do {
        const batch = await store.rotateDue(at, 2, decide, place)
        done.push(...batch.done)
        place = batch.next
      } while (place !== undefined)
      assert.deepEqual(
        sorted(done.map(({ keyId }) => keyId)),
        sorted(keys.slice(5).map(({ id }) => id)),
      )
      for (const id of isLeft) assert.equal((await load(id)).revision, 1)
      assert.equal((await store.rotateDue(at, 9, step(at))).done.length, 5)
    })

    test('a step that throws, or changes what a rotation does not, changes nothing', async () => {
      const at = nextDay()
      const keys = await dueKeys(3, at)
      let calls = 0
      const late = (stored: StoredKey) => {
        if (++calls % 3 === 0) throw new Error('no more')
        return step(at)(stored)
      }
      await assert.rejects(store.rotateDue(at, 9, late))
      const renaming = (stored: StoredKey) => {
        const decided = step(at)(stored)
        return decided && { ...decided, key: { ...decided.key, alias: 'other' } }
      }
      await assert.rejects(store.rotateDue(at, 9, renaming))
      for (const key of keys) {
        assert.deepEqual(await load(key.id), { ...(await load(key.id)), key, revision: 1 })
        assert.equal(await store.findVersion(key.id, SECOND), undefined)
        assert.equal((await eventsOf(key)).length, 0)
      }
      assert.equal((await store.rotateDue(at, 9, step(at))).done.length, 3)
    })

    test('what is doomed is destroyed once, counted out, and its ids are spent', async () => {
      const at = nextDay()
      const projectId = randomUUID() as ProjectId
      const keys = [
        ...(await doomedKeys(20, at, { projectId })),
        ...(await doomedKeys(5, at, { projectId, spec: 'SM4' })),
      ]
      const inToken = await doomedKeys(1, at, { projectId, keystoreId: 'hsm' })
      const early = await doomedKeys(1, (at + 1) as EpochMs, { projectId })
      const saved = await doomedKeys(1, at, { projectId })
      const seen = await load(saved[0]?.id ?? assert.fail())
      await store.replace(seen, cancelDeletion(seen.key))

      const batches = await Promise.all(
        [store, second, second].map((from) => from.destroyDue(at, 9)),
      )
      const done = batches.flatMap((batch) => batch.done)
      for (;;) {
        const batch = await store.destroyDue(at, 4)
        done.push(...batch.done)
        if (batch.next === undefined) break
      }
      assert.deepEqual(sorted(done.map(({ id }) => id)), sorted(keys.map(({ id }) => id)))
      for (const key of keys) {
        assert.equal(await store.find(key.id), undefined)
        assert.equal(await store.findVersion(key.id, FIRST_VERSION), undefined)
        await assert.rejects(store.insert(someKey({ id: key.id }), [], QUOTA))
      }
      const left = await store.page(projectId, {}, PAGE)
      assert.deepEqual(
        sorted(left.map(({ key }) => key.id)),
        sorted([...inToken, ...early, ...saved].map(({ id }) => id)),
      )
      const tallies = (await store.tallies(projectId)).filter(({ keys }) => keys !== 0)
      assert.deepEqual(sorted(tallies.map(({ spec, state, keys }) => `${spec} ${state} ${keys}`)), [
        'AES_256 disabled 1',
        'AES_256 pendingDeletion 2',
      ])
    })
  })
}

let made = 0

function someKey(changes: Partial<Key> = {}): Key {
  made++
  return aKey({ id: randomUUID() as KeyId, alias: `due-${made}`, ...changes })
}

function versionOf(key: Key, version: StoredKeyVersion['version']): StoredKeyVersion {
  return {
    keyId: key.id,
    version,
    materialId: randomUUID() as StoredKeyVersion['materialId'],
    origin: 'kms',
    wrappedMaterial: Uint8Array.from([...Buffer.from(key.id), version, 0, 255]),
    createdAt: key.createdAt,
  }
}

function step(at: EpochMs): (stored: StoredKey) => RotationStep | undefined {
  return (stored) => {
    if (!isRotationDue(stored.key, at)) return undefined
    const { key, event } = rotate(stored.key, 'schedule', 'scheduler', at)
    return { key, event, version: versionOf(key, event.toVersion) }
  }
}

function sorted(texts: readonly string[]): readonly string[] {
  return [...texts].sort()
}
