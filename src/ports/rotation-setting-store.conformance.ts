import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { scheduleDeletion } from '../core/key-state.ts'
import { changeRotationInterval, disableRotation, enableRotation } from '../core/rotation.ts'
import { addDays, days, type EpochMs } from '../core/time.ts'
import type { StoredKey } from './key-store.ts'
import {
  atOnce,
  firstVersionOf,
  NO_QUOTA,
  type OpenTwoStores,
  someKey,
  storedKey,
  type TwoStores,
} from './two-stores.conformance.ts'

const ALL = { after: 0, limit: 100 }
const at = (time: number) => ({ by: 'müller', at: time as EpochMs })

/** What every store of changes of rotation settings promises. */
export function rotationSettingStoreConformance(name: string, open: OpenTwoStores): void {
  describe(`changes of rotation settings: ${name}`, () => {
    let stores: TwoStores
    before(async () => {
      stores = await open()
    })
    after(() => stores.close())

    const found = async ({ key }: StoredKey) =>
      (await stores.one.keys.find(key.id)) ?? assert.fail()

    test('each is kept with what was before it, by whom and when; nothing else is', async () => {
      const { keys, rotationLimits, rotationSettings } = stores.one
      let seen = await storedKey(stores.one)
      const { id, projectId } = seen.key
      assert.equal(await rotationSettings.last(id), undefined)
      await keys.replace(seen, enableRotation(seen.key, 5 as EpochMs), at(5))
      seen = await found(seen)
      await keys.replace(seen, changeRotationInterval(seen.key, days(30)), at(6))
      seen = await found(seen)
      await keys.replace(seen, { ...seen.key, description: 'another' }, at(7))
      assert.ok(await rotationLimits.put(id, { maxUses: 100 }, at(8)))
      assert.ok(await rotationLimits.put(id, { maxUses: 100 }, at(9)))
      seen = await found(seen)
      await keys.replace(seen, disableRotation(seen.key), at(10))
      assert.ok(await rotationLimits.put(id, { maxBytes: Number.MAX_SAFE_INTEGER }))

      const changes = await stores.other.rotationSettings.changes(id, ALL)
      const none = { interval: undefined, maxUses: undefined, maxBytes: undefined }
      const states = [
        none,
        { ...none, interval: 365 },
        { ...none, interval: 30 },
        { ...none, interval: 30, maxUses: 100 },
        { ...none, maxUses: 100 },
        { ...none, maxBytes: Number.MAX_SAFE_INTEGER },
      ]
      assert.deepEqual(
        changes.map(({ before }) => before),
        states.slice(0, -1),
      )
      assert.deepEqual(
        changes.map((change) => change.after),
        states.slice(1),
      )
      assert.deepEqual(
        changes.slice(0, 4).map((change) => [change.number, change.at, change.actor]),
        [5, 6, 8, 10].map((time, index) => [index + 1, time, 'müller']),
      )
      assert.ok(changes.every((change) => change.keyId === id && change.projectId === projectId))
      assert.equal(changes[4]?.actor, undefined)
      assert.deepEqual(await rotationSettings.last(id), changes[4])
      const page = await rotationSettings.changes(id, { after: 1, limit: 2 })
      assert.deepEqual(page, changes.slice(1, 3))
    })

    test('a key that is made with a schedule, or gets it from its primary, has that as a change', async () => {
      const { keys, rotationSettings } = stores.one
      const schedule = { kind: 'on', interval: days(90), periodStart: 1 as EpochMs } as const
      const key = someKey({ schedule })
      await keys.insert(key, [firstVersionOf(key)], NO_QUOTA, [], at(3))
      const first = await rotationSettings.last(key.id)
      assert.deepEqual(
        [first?.before.interval, first?.after.interval, first?.at],
        [undefined, 90, 3],
      )
      const seen = (await keys.find(key.id)) ?? assert.fail()
      await keys.putReplicated(seen, { ...seen.key, schedule: { kind: 'off' } }, [], at(4))
      const second = await rotationSettings.last(key.id)
      assert.deepEqual([second?.number, second?.after.interval], [2, undefined])
    })

    test('the recorded time does not go back with the clock', async () => {
      const { keys, rotationLimits, rotationSettings } = stores.one
      const seen = await storedKey(stores.one)
      await keys.replace(seen, enableRotation(seen.key, 50 as EpochMs), at(50))
      await rotationLimits.put(seen.key.id, { maxUses: 100 }, at(20))
      assert.equal((await rotationSettings.last(seen.key.id))?.at, 50)
    })

    test('of many that change limits at once, each begins where the one before it ended', async () => {
      const { key } = await storedKey(stores.one)
      await atOnce<unknown>(stores, 10, (storage, index) =>
        storage.rotationLimits.put(key.id, { maxUses: 100 + index }, at(index)),
      )
      const changes = await stores.one.rotationSettings.changes(key.id, ALL)
      assert.deepEqual(
        changes.map(({ number }) => number),
        [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
      )
      for (const [index, change] of changes.entries()) {
        assert.equal(change.before.maxUses, changes[index - 1]?.after.maxUses)
      }
    })

    test('they stay when the key goes, and so does what it was', async () => {
      const { keys, rotationLimits, rotationSettings } = stores.one
      for (const isBatch of [false, true]) {
        let seen = await storedKey(stores.one)
        const { key } = seen
        await keys.replace(seen, enableRotation(key, 5 as EpochMs), at(5))
        seen = await found(seen)
        assert.equal(await keys.findDestroyed(key.id), undefined)
        await keys.replace(seen, scheduleDeletion(seen.key, days(7), key.createdAt))
        const time = addDays(key.createdAt, days(7))
        if (isBatch) await keys.destroyDue(time, 100)
        else await keys.destroy(await found(seen), time)
        assert.deepEqual(await keys.findDestroyed(key.id), {
          id: key.id,
          projectId: key.projectId,
          destroyedAt: time,
          tenantId: key.tenantId,
          alias: key.alias,
          spec: key.spec,
          origin: key.origin,
          createdAt: key.createdAt,
          primaryVersion: key.primaryVersion,
          rotationCount: 0,
          lastRotationAt: undefined,
        })
        assert.equal(await rotationLimits.put(key.id, { maxUses: 100 }, at(9)), false)
        const changes = await rotationSettings.changes(key.id, ALL)
        assert.deepEqual(
          changes.map((change) => change.after.interval),
          [365],
        )
      }
    })

    test('a new store has kept them always', async () => {
      assert.equal(await stores.one.rotationSettings.keptSince(), undefined)
    })
  })
}
