import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import type { Grant } from '../core/grant.ts'
import type { UserId } from '../core/ids.ts'
import type { Key } from '../core/key.ts'
import { disableKey } from '../core/key-state.ts'
import type { EpochMs } from '../core/time.ts'
import { atOnce, type OpenTwoStores, storedKey, type TwoStores } from './two-stores.conformance.ts'

const AMPLE = { perKey: 100, perGrantee: 100 }

function aGrant(key: Key, changes: Partial<Grant> = {}): Grant {
  return {
    id: randomUUID().replaceAll('-', '').repeat(2),
    keyId: key.id,
    projectId: key.projectId,
    name: undefined,
    grantee: randomUUID(),
    granteeKind: 'user',
    operations: ['encrypt-data', 'describe-key'],
    retiring: undefined,
    issuing: 'u1' as UserId,
    createdAt: 4_102_444_800_000 as EpochMs,
    ...changes,
  }
}

/** What every store of grants promises. */
export function grantStoreConformance(name: string, open: OpenTwoStores): void {
  describe(`grant store: ${name}`, () => {
    let stores: TwoStores
    before(async () => {
      stores = await open()
    })
    after(() => stores.close())

    test('a grant comes back as it went in, and goes once', async () => {
      const { one } = stores
      const seen = await storedKey(one)
      const { key } = seen
      const from = await one.changes.latest()
      for (const grant of [
        aGrant(key),
        aGrant(key, { name: '授权', retiring: 'r', granteeKind: 'domain' }),
      ]) {
        assert.equal(await one.grants.insert(seen, grant, AMPLE), 'inserted')
        assert.deepEqual(await one.grants.find(grant.id), grant)
        const outcomes = await atOnce(stores, 4, (storage) => storage.grants.remove(grant))
        assert.deepEqual([...outcomes].sort(), [false, false, false, true])
        assert.equal(await one.grants.find(grant.id), undefined)
      }
      const changes = await one.changes.since(from, 10)
      assert.deepEqual(
        changes.map(({ kind, id }) => [kind, id]),
        Array(4).fill(['key', key.id]),
      )
    })

    test('pages and counts, of a key and of those who may retire', async () => {
      const { one } = stores
      const seen = await storedKey(one)
      const { key } = seen
      const retiring = randomUUID()
      const grants = Array.from({ length: 5 }, () => aGrant(key, { retiring }))
      for (const grant of grants) await one.grants.insert(seen, grant, AMPLE)
      assert.deepEqual(await one.grants.ofKey(key.id), grants)
      const first = await one.grants.pageOfKey(key.id, { after: 0, limit: 3 })
      const after = first.at(-1)?.number ?? assert.fail()
      const second = await one.grants.pageOfKey(key.id, { after, limit: 3 })
      assert.deepEqual(
        [...first, ...second].map(({ value }) => value),
        grants,
      )
      assert.equal(await one.grants.countOfKey(key.id), 5)
      assert.equal(await one.grants.countRetirable([retiring, 'x']), 5)
      assert.equal((await one.grants.pageRetirable(['x', retiring], { after, limit: 9 })).length, 2)
    })

    test('on a key that was changed since it was seen there is none', async () => {
      const { one, other } = stores
      const seen = await storedKey(one)
      const { key } = seen
      assert.equal(await other.keys.replace(seen, disableKey(key)), 'replaced')
      assert.equal(await one.grants.insert(seen, aGrant(key), AMPLE), 'stale')
      assert.equal(await one.grants.countOfKey(key.id), 0)
      const now = (await one.keys.find(key.id)) ?? assert.fail()
      assert.equal(await one.grants.insert(now, aGrant(key), AMPLE), 'inserted')
    })

    test('the quota of a key holds when many come at once', async () => {
      const seen = await storedKey(stores.one)
      const { key } = seen
      const outcomes = await atOnce(stores, 12, (storage) =>
        storage.grants.insert(seen, aGrant(key), { perKey: 5, perGrantee: 100 }),
      )
      assert.equal(outcomes.filter((outcome) => outcome === 'inserted').length, 5)
      assert.equal(await stores.one.grants.countOfKey(key.id), 5)
    })

    test('the quota of a grantee holds when many come at once, on whatever keys', async () => {
      const grantee = randomUUID()
      const keys = await atOnce(stores, 12, (storage) => storedKey(storage))
      const outcomes = await atOnce(stores, 12, (storage, index) => {
        const seen = keys[index] ?? assert.fail()
        const grant = aGrant(seen.key, { grantee })
        return storage.grants.insert(seen, grant, { perKey: 100, perGrantee: 5 })
      })
      assert.equal(outcomes.filter((outcome) => outcome === 'inserted').length, 5)
      assert.equal(outcomes.filter((outcome) => outcome === 'grantee-quota-reached').length, 7)
    })
  })
}
