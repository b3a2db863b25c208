import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { FIRST_VERSION, nextVersion } from '../core/ids.ts'
import { disableKey, scheduleDeletion } from '../core/key-state.ts'
import { rotate } from '../core/rotation.ts'
import { DAY_MS, days, type EpochMs } from '../core/time.ts'
import type { OutgoingEvent } from './event-outbox.ts'
import {
  atOnce,
  firstVersionOf,
  type OpenTwoStores,
  storedKey,
  type TwoStores,
} from './two-stores.conformance.ts'

const SECOND = nextVersion(FIRST_VERSION)
const RETIREMENT = { at: 7 as EpochMs, by: 'müller', note: '全部 re-encrypted' }

/** What every store of retired versions promises. */
export function retiredVersionsConformance(name: string, open: OpenTwoStores): void {
  describe(`retired versions: ${name}`, () => {
    let stores: TwoStores
    before(async () => {
      stores = await open()
    })
    after(() => stores.close())

    async function rotatedKey() {
      const seen = await storedKey(stores.one)
      const { key, event } = rotate(seen.key, 'demand', 'a', DAY_MS as EpochMs)
      const version = { ...firstVersionOf(key), version: SECOND }
      assert.equal(await stores.one.keys.rotate(seen, key, version, event), 'rotated')
      return (await stores.one.keys.find(key.id)) ?? assert.fail()
    }

    test('a former version is retired once, told of, and restored', async () => {
      const seen = await rotatedKey()
      const { id } = seen.key
      const { retired } = stores.one
      const before = await stores.one.changes.latest()
      assert.equal(await retired.retire(seen, FIRST_VERSION, RETIREMENT), 'retired')
      assert.equal(await retired.retire(seen, FIRST_VERSION, RETIREMENT), 'not-retirable')
      const changes = await stores.other.changes.since(before, 100)
      assert.ok(changes.some((change) => change.kind === 'key' && change.id === id))
      assert.deepEqual(await stores.other.retired.find(id, FIRST_VERSION), RETIREMENT)
      const found = await retired.ofVersions(id, FIRST_VERSION, SECOND)
      assert.deepEqual([...found], [[FIRST_VERSION, RETIREMENT]])
      assert.equal((await retired.ofVersions(id, SECOND, SECOND)).size, 0)
      assert.ok(await retired.restore(id, FIRST_VERSION))
      assert.equal(await retired.restore(id, FIRST_VERSION), false)
      assert.equal(await retired.find(id, FIRST_VERSION), undefined)
      const kept = await stores.one.keys.findVersion(id, FIRST_VERSION)
      assert.ok(kept !== undefined && kept.wrappedMaterial.length > 0)
    })

    test('the primary version, one to come and one of no key are not retired', async () => {
      const seen = await rotatedKey()
      const { retired } = stores.one
      for (const version of [SECOND, nextVersion(SECOND)]) {
        assert.equal(await retired.retire(seen, version, RETIREMENT), 'not-retirable')
      }
      const gone = '11111111-2222-4333-8444-555555555555' as typeof seen.key.id
      const none = { ...seen, key: { ...seen.key, id: gone } }
      assert.equal(await retired.retire(none, FIRST_VERSION, RETIREMENT), 'stale')
    })

    test('of a key that was changed since it was seen none is retired', async () => {
      const seen = await rotatedKey()
      const { id } = seen.key
      assert.equal(await stores.other.keys.replace(seen, disableKey(seen.key)), 'replaced')
      assert.equal(await stores.one.retired.retire(seen, FIRST_VERSION, RETIREMENT), 'stale')
      assert.equal(await stores.one.retired.find(id, FIRST_VERSION), undefined)
    })

    test('of many that retire a version at once, one does', async () => {
      const seen = await rotatedKey()
      const done = await atOnce(stores, 10, ({ retired }) =>
        retired.retire(seen, FIRST_VERSION, RETIREMENT),
      )
      assert.equal(done.filter((outcome) => outcome === 'retired').length, 1)
    })

    test('what goes out of a change is stored with it, and only if it is made', async () => {
      const seen = await rotatedKey()
      const { id } = seen.key
      const { retired, outbox } = stores.one
      const told = (name: string): OutgoingEvent => ({
        id: `${name}_${id}`,
        type: `key.version_${name}`,
        keyId: id,
        body: `{"done":"${name}"}`,
        createdAt: 9 as EpochMs,
        isWanted: true,
        keepUntil: undefined,
      })
      const waiting = async () =>
        (await outbox.waiting(100)).filter(({ keyId }) => keyId === id).map((one) => one.body)
      assert.equal(await retired.restore(id, FIRST_VERSION, told('early')), false)
      assert.equal(await retired.retire(seen, SECOND, RETIREMENT, told('primary')), 'not-retirable')
      assert.deepEqual(await waiting(), [])
      assert.equal(
        await retired.retire(seen, FIRST_VERSION, RETIREMENT, told('retired')),
        'retired',
      )
      const again = await retired.retire(seen, FIRST_VERSION, RETIREMENT, told('again'))
      assert.equal(again, 'not-retirable')
      assert.deepEqual(await waiting(), ['{"done":"retired"}'])
      assert.ok(await retired.restore(id, FIRST_VERSION, told('restored')))
      assert.deepEqual((await waiting()).sort(), ['{"done":"restored"}', '{"done":"retired"}'])
    })

    test('they go with the key', async () => {
      const seen = await rotatedKey()
      const { id } = seen.key
      const { retired, keys } = stores.one
      await retired.retire(seen, FIRST_VERSION, RETIREMENT)
      await keys.replace(seen, scheduleDeletion(seen.key, days(7), DAY_MS as EpochMs))
      const waiting = (await keys.find(id)) ?? assert.fail()
      assert.equal(await keys.destroy(waiting, (10 * DAY_MS) as EpochMs), 'destroyed')
      assert.equal(await retired.find(id, FIRST_VERSION), undefined)
    })
  })
}
