import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { FIRST_VERSION, nextVersion, type VersionNumber } from '../core/ids.ts'
import type { Key } from '../core/key.ts'
import { scheduleDeletion } from '../core/key-state.ts'
import { DAY_MS, days, type EpochMs } from '../core/time.ts'
import { atOnce, type OpenTwoStores, storedKey, type TwoStores } from './two-stores.conformance.ts'
import type { VersionUsage } from './usage-store.ts'

const SECOND = nextVersion(FIRST_VERSION)
const LAST = 99 as VersionNumber

function aUse({ id: keyId }: Key, changes: Partial<VersionUsage> = {}): VersionUsage {
  const lastUsedAt = 5 as EpochMs
  return {
    keyId,
    version: FIRST_VERSION,
    protectCount: 1,
    protectBytes: 7,
    openCount: 0,
    lastUsedAt,
    ...changes,
  }
}

/** What every store of uses promises. */
export function usageStoreConformance(name: string, open: OpenTwoStores): void {
  describe(`usage store: ${name}`, () => {
    let stores: TwoStores
    before(async () => {
      stores = await open()
    })
    after(() => stores.close())

    test('counts add up by version, and the latest use stays', async () => {
      const { usage } = stores.one
      const { key } = await storedKey(stores.one)
      await usage.add([
        aUse(key, { protectCount: 2, openCount: 3 }),
        aUse(key, { version: SECOND, lastUsedAt: 9 as EpochMs }),
      ])
      await usage.add([aUse(key, { lastUsedAt: 4 as EpochMs })])
      await usage.add([aUse(key, { version: SECOND, openCount: 1, lastUsedAt: 10 as EpochMs })])
      const found = await usage.ofVersions(key.id, FIRST_VERSION, LAST)
      assert.deepEqual(
        [...found].sort((one, two) => one.version - two.version),
        [
          aUse(key, { protectCount: 3, protectBytes: 14, openCount: 3 }),
          aUse(key, {
            version: SECOND,
            protectCount: 2,
            protectBytes: 14,
            openCount: 1,
            lastUsedAt: 10 as EpochMs,
          }),
        ],
      )
      assert.equal((await usage.ofVersions(key.id, SECOND, LAST)).length, 1)
      assert.equal((await usage.ofVersions(key.id, FIRST_VERSION, FIRST_VERSION)).length, 1)
      await usage.add([])
    })

    test('many that count at once lose nothing', async () => {
      const made = [await storedKey(stores.one), await storedKey(stores.one)]
      const uses = made.map(({ key }) => aUse(key))
      await atOnce(stores, 20, (storage, index) =>
        storage.usage.add(index % 2 === 0 ? uses : uses.toReversed()),
      )
      for (const { key } of made) {
        const [found] = await stores.one.usage.ofVersions(key.id, FIRST_VERSION, LAST)
        assert.equal(found?.protectCount, 20)
      }
    })

    test('they go with the key, and those of a key that is gone are passed over', async () => {
      const { usage, keys } = stores.one
      const stays = await storedKey(stores.one)
      for (const destroy of ['alone', 'in a batch'] as const) {
        const { key } = await storedKey(stores.one)
        await usage.add([aUse(key)])
        const seen = (await keys.find(key.id)) ?? assert.fail()
        const now = (10 * DAY_MS) as EpochMs
        await keys.replace(seen, scheduleDeletion(seen.key, days(7), DAY_MS as EpochMs))
        const waiting = (await keys.find(key.id)) ?? assert.fail()
        if (destroy === 'alone') assert.equal(await keys.destroy(waiting, now), 'destroyed')
        else assert.equal((await keys.destroyDue(now, 10)).done.length, 1)
        assert.deepEqual(await usage.ofVersions(key.id, FIRST_VERSION, LAST), [])
        await usage.add([aUse(key), aUse(stays.key)])
        assert.deepEqual(await usage.ofVersions(key.id, FIRST_VERSION, LAST), [])
      }
      const [found] = await usage.ofVersions(stays.key.id, FIRST_VERSION, LAST)
      assert.equal(found?.protectCount, 2)
    })
  })
}
