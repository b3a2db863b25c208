import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import type { KeyId } from '../core/ids.ts'
import type { EpochMs } from '../core/time.ts'
import { atOnce, type OpenTwoStores, storedKey, type TwoStores } from './two-stores.conformance.ts'

/** What every store of replicas promises. */
export function replicaStoreConformance(name: string, open: OpenTwoStores): void {
  describe(`replica store: ${name}`, () => {
    let stores: TwoStores
    before(async () => {
      stores = await open()
    })
    after(() => stores.close())

    test('a replica comes back, changes and goes', async () => {
      const { replicas } = stores.one
      const { key } = await storedKey(stores.one)
      const peerKeyId = randomUUID() as KeyId
      const replica = {
        keyId: key.id,
        region: 'b',
        peerProjectId: 'p',
        peerKeyId,
        syncedVersion: 1,
      }
      await atOnce(stores, 6, (storage) => storage.replicas.put(replica))
      await replicas.put({ ...replica, syncedVersion: 2 })
      await replicas.put({ ...replica, region: 'a', peerKeyId: randomUUID() as KeyId })
      const listed = await replicas.ofKey(key.id)
      assert.deepEqual(
        listed.map(({ region, syncedVersion }) => [region, syncedVersion]),
        [
          ['a', 1],
          ['b', 2],
        ],
      )
      assert.deepEqual(await replicas.findByPeerKey(peerKeyId), { ...replica, syncedVersion: 2 })
      await replicas.remove(replica)
      assert.equal(await replicas.findByPeerKey(peerKeyId), undefined)
    })

    test('who is to hear of a change, until it has heard of all', async () => {
      const { replicas } = stores.one
      const [{ key: first }, { key: second }] = [
        await storedKey(stores.one),
        await storedKey(stores.one),
      ]
      await replicas.markPending(first.id, 20 as EpochMs)
      await replicas.markPending(second.id, 10 as EpochMs)
      assert.deepEqual(await replicas.pending(9), [
        { keyId: second.id, since: 10 },
        { keyId: first.id, since: 20 },
      ])
      await replicas.clearPending(first.id, 19 as EpochMs)
      await replicas.clearPending(second.id, 10 as EpochMs)
      assert.deepEqual(await replicas.pending(9), [{ keyId: first.id, since: 20 }])
    })
  })
}
