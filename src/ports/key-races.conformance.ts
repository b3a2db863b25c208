import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import type { AccessKeyId, ProjectId, TenantId, UserId } from '../core/ids.ts'
import { cancelDeletion, disableKey, enableKey, scheduleDeletion } from '../core/key-state.ts'
import { DAY_MS, days, type EpochMs } from '../core/time.ts'
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

/** What nodes promise that write to one database at the same time. */
export function keyRacesConformance(name: string, open: OpenTwoStores): void {
  describe(`writers beside each other: ${name}`, () => {
    let stores: TwoStores
    before(async () => {
      stores = await open()
    })
    after(() => stores.close())

    test('a key whose deletion is cancelled meanwhile is not destroyed', async () => {
      for (let round = 0; round < 12; round++) {
        const seen = await storedKey(stores.one)
        const { id, createdAt } = seen.key
        await stores.one.keys.replace(seen, scheduleDeletion(seen.key, days(7), createdAt))
        const pending = (await stores.one.keys.find(id)) ?? assert.fail()
        const dueAt = (createdAt + 7 * DAY_MS) as EpochMs
        const [destroyed, cancelled] = await Promise.all([
          stores.one.keys.destroy(pending, dueAt),
          stores.other.keys.replace(pending, cancelDeletion(pending.key)),
        ])
        assert.notEqual(destroyed === 'destroyed', cancelled === 'replaced', `round ${round}`)
        const left = await stores.one.keys.find(id)
        assert.equal(left === undefined, destroyed === 'destroyed')
        const version = await stores.one.keys.findVersion(id, firstVersionOf(pending.key).version)
        assert.equal(version === undefined, destroyed === 'destroyed')
      }
    })

    test('of many that take one name, one gets it, and the others hear so', async () => {
      const seen = await Promise.all(Array.from({ length: 8 }, () => storedKey(stores.one)))
      const alias = `wanted-${randomUUID()}`
      const outcomes = await atOnce(stores, 12, (storage, index) => {
        const stored = seen[index]
        if (stored !== undefined) return storage.keys.replace(stored, { ...stored.key, alias })
        const key = someKey({ alias })
        return storage.keys.insert(key, [firstVersionOf(key)], NO_QUOTA)
      })
      const taken = outcomes.filter((outcome) => outcome === 'alias-taken')
      assert.equal(taken.length, 11, outcomes.join())
    })

    test('keys that change state both ways at once are all counted, and none waits for ever', async () => {
      const projectId = `both-${randomUUID()}` as ProjectId
      const all: StoredKey[] = []
      for (let index = 0; index < 20; index++) {
        const seen = await storedKey(stores.one, {
          projectId,
          state: { kind: index % 2 === 0 ? 'enabled' : 'disabled' },
        })
        all.push(seen)
      }
      const outcomes = await atOnce(stores, all.length, (storage, index) => {
        const seen = all[index] ?? assert.fail()
        const change = seen.key.state.kind === 'enabled' ? disableKey : enableKey
        return storage.keys.replace(seen, change(seen.key))
      })
      assert.deepEqual([...new Set(outcomes)], ['replaced'])
      const tallies = await stores.one.keys.tallies(projectId)
      assert.deepEqual(tallies.map(({ state, keys }) => [state, keys]).sort(), [
        ['disabled', 10],
        ['enabled', 10],
      ])
    })

    test('the quota of a project holds for all nodes together', async () => {
      const projectId = `quota-${randomUUID()}` as ProjectId
      const outcomes = await atOnce(stores, 12, (storage) => {
        const key = someKey({ projectId })
        return storage.keys.insert(key, [firstVersionOf(key)], 5)
      })
      assert.equal(outcomes.filter((outcome) => outcome === 'inserted').length, 5)
      const page = await stores.one.keys.page(projectId, {}, { after: 0, limit: 50 })
      assert.equal(page.length, 5)
    })

    test('a user that is removed while it gets access keys goes whole', async () => {
      const tenantId = randomUUID() as TenantId
      await stores.one.identity.insertTenant({ id: tenantId, name: tenantId })
      for (let round = 0; round < 10; round++) {
        const userId = randomUUID() as UserId
        await stores.one.identity.insertUser({
          id: userId,
          tenantId,
          name: userId,
          passwordHash: undefined,
          enabled: true,
          defaultProjectId: undefined,
          tokensValidFrom: 0 as EpochMs,
        })
        const results = await Promise.allSettled([
          stores.one.identity.removeUser(userId),
          ...Array.from({ length: 3 }, (_, index) =>
            stores.other.identity.insertAccessKey({
              id: `${userId}-${index}` as AccessKeyId,
              userId,
              wrappedSecret: Uint8Array.from([1]),
              enabled: true,
              createdAt: 0 as EpochMs,
            }),
          ),
        ])
        assert.deepEqual(results[0], { status: 'fulfilled', value: true }, `round ${round}`)
        assert.deepEqual(await stores.one.identity.listAccessKeys(userId), [])
      }
    })

    test('work of one name is done by one at a time', async () => {
      let busy = 0
      let most = 0
      const done = await atOnce(stores, 6, (storage, index) =>
        storage.exclusively('some work', async () => {
          most = Math.max(most, ++busy)
          await stores.one.meta.put('busy', String(index))
          busy--
          return index
        }),
      )
      assert.equal(most, 1)
      assert.equal(done.at(-1), done.length - 1)
      const failure = new Error('of the work itself')
      await assert.rejects(
        stores.one.exclusively('some work', () => Promise.reject(failure)),
        failure,
      )
    })
  })
}
