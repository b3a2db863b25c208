import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { FIRST_VERSION, nextVersion } from '../core/ids.ts'
import type { Key } from '../core/key.ts'
import { scheduleDeletion } from '../core/key-state.ts'
import { rotate } from '../core/rotation.ts'
import { DAY_MS, days, type EpochMs } from '../core/time.ts'
import type { StoredKey } from './key-store.ts'
import {
  atOnce,
  firstVersionOf,
  type OpenTwoStores,
  storedKey,
  type TwoStores,
} from './two-stores.conformance.ts'

const SECOND = nextVersion(FIRST_VERSION)

const use = ({ id: keyId }: Key, protectCount: number, protectBytes = 0, at = 5) => ({
  keyId,
  version: FIRST_VERSION,
  protectCount,
  protectBytes,
  openCount: 0,
  lastUsedAt: at as EpochMs,
})

/** What every store of limits of use promises. */
export function rotationLimitStoreConformance(name: string, open: OpenTwoStores): void {
  describe(`rotation limits: ${name}`, () => {
    let stores: TwoStores
    const isReached = async ({ id }: Key) => {
      const found = await stores.one.rotationLimits.reached('store', 100)
      return found.find(({ keyId }) => keyId === id)
    }
    before(async () => {
      stores = await open()
    })
    after(() => stores.close())

    async function rotated(seen: StoredKey): Promise<void> {
      const { key, event } = rotate(seen.key, 'usage', 'scheduler', DAY_MS as EpochMs)
      const version = { ...firstVersionOf(key), version: SECOND }
      assert.equal(await stores.one.keys.rotate(seen, key, version, event), 'rotated')
    }

    test('limits are kept, replaced and taken away', async () => {
      const { rotationLimits } = stores.one
      const { key } = await storedKey(stores.one)
      const none = { maxUses: undefined, maxBytes: undefined }
      assert.deepEqual(await rotationLimits.find(key.id), none)
      await rotationLimits.put(key.id, { maxUses: 100 })
      assert.deepEqual(await rotationLimits.find(key.id), { ...none, maxUses: 100 })
      await rotationLimits.put(key.id, { maxBytes: Number.MAX_SAFE_INTEGER })
      const most = { ...none, maxBytes: Number.MAX_SAFE_INTEGER }
      assert.deepEqual(await stores.other.rotationLimits.find(key.id), most)
      await rotationLimits.put(key.id, {})
      assert.deepEqual(await rotationLimits.find(key.id), none)
    })

    test('the use that reaches a limit notes it, by number or by bytes', async () => {
      const { rotationLimits, usage } = stores.one
      const [counted, weighed, free] = [
        (await storedKey(stores.one)).key,
        (await storedKey(stores.one)).key,
        (await storedKey(stores.one)).key,
      ]
      await rotationLimits.put(counted.id, { maxUses: 100 })
      await rotationLimits.put(weighed.id, { maxBytes: 70_000 })
      await usage.add([use(counted, 99, 1e9), use(weighed, 1e6, 69_999), use(free, 1e9, 1e9)])
      assert.equal(await isReached(counted), undefined)
      assert.equal(await isReached(weighed), undefined)
      await usage.add([use(counted, 1, 0, 8), use(weighed, 1, 1, 9)])
      const reached = await rotationLimits.reached('store', 100)
      assert.deepEqual(
        reached.map(({ keyId, version, dueAt }) => [keyId, version, dueAt]),
        [
          [counted.id, FIRST_VERSION, 8],
          [weighed.id, FIRST_VERSION, 9],
        ],
      )
      assert.deepEqual(await rotationLimits.reached('store', 1), reached.slice(0, 1))
      assert.deepEqual(await rotationLimits.reached('store', 9, reached[0]), reached.slice(1))
      assert.deepEqual(await rotationLimits.reached('token', 9), [])
      for (const { keyId, version } of reached) await rotationLimits.forget(keyId, version)
    })

    test('a limit that is below what was counted is reached when it is set', async () => {
      const { rotationLimits, usage } = stores.one
      const { key } = await storedKey(stores.one)
      await usage.add([use(key, 500)])
      assert.equal(await isReached(key), undefined)
      await rotationLimits.put(key.id, { maxUses: 501 })
      assert.equal(await isReached(key), undefined)
      await rotationLimits.put(key.id, { maxUses: 500 })
      assert.equal((await isReached(key))?.version, FIRST_VERSION)
      await rotationLimits.put(key.id, { maxUses: 1000 })
      assert.equal(await isReached(key), undefined)
    })

    test('only the version that protects counts, and forgetting names one', async () => {
      const { rotationLimits, usage, keys } = stores.one
      const seen = await storedKey(stores.one)
      const { key } = seen
      await rotationLimits.put(key.id, { maxUses: 100 })
      await usage.add([use(key, 100)])
      await rotated(seen)
      assert.equal((await isReached(key))?.version, FIRST_VERSION)
      await rotationLimits.forget(key.id, FIRST_VERSION)
      await usage.add([use(key, 100)])
      assert.equal(await isReached(key), undefined)
      await usage.add([{ ...use(key, 100), version: SECOND }])
      await rotationLimits.forget(key.id, FIRST_VERSION)
      assert.equal((await isReached(key))?.version, SECOND)
      const now = (await keys.find(key.id)) ?? assert.fail()
      await keys.replace(now, { ...now.key, state: { kind: 'disabled' } })
      assert.equal(await isReached(key), undefined)
    })

    test('they go with the key, and none are set for one that is gone', async () => {
      const { rotationLimits, usage, keys } = stores.one
      const { key } = await storedKey(stores.one)
      await rotationLimits.put(key.id, { maxUses: 100 })
      await usage.add([use(key, 100)])
      const seen = (await keys.find(key.id)) ?? assert.fail()
      await keys.replace(seen, scheduleDeletion(seen.key, days(7), DAY_MS as EpochMs))
      const waiting = (await keys.find(key.id)) ?? assert.fail()
      assert.equal(await keys.destroy(waiting, (10 * DAY_MS) as EpochMs), 'destroyed')
      assert.equal((await rotationLimits.find(key.id)).maxUses, undefined)
      await rotationLimits.put(key.id, { maxUses: 100 })
      assert.equal((await rotationLimits.find(key.id)).maxUses, undefined)
    })

    test('a limit set while uses are counted is reached by one or the other', async () => {
      for (let round = 0; round < 20; round++) {
        const { key } = await storedKey(stores.one)
        await atOnce<unknown>(stores, 2, (storage, index) =>
          index === 0
            ? storage.rotationLimits.put(key.id, { maxUses: 100 })
            : storage.usage.add([use(key, 100)]),
        )
        assert.equal((await isReached(key))?.version, FIRST_VERSION, `round ${round}`)
        await stores.one.rotationLimits.put(key.id, {})
      }
    })
  })
}
