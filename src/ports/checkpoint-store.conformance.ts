import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { EpochMs } from '../core/time.ts'
import { atOnce, type OpenTwoStores, type TwoStores } from './two-stores.conformance.ts'

const point = (chain: string, count: number) => ({
  chain,
  count,
  head: Uint8Array.from([count]),
  signature: Uint8Array.from([1, 2]),
  at: 7 as EpochMs,
})

/** What every store of checkpoints of the audit log promises. */
export function checkpointStoreConformance(name: string, open: OpenTwoStores): void {
  describe(`checkpoint store: ${name}`, () => {
    let stores: TwoStores
    before(async () => {
      stores = await open()
    })
    after(() => stores.close())

    test('chains are registered with their places', async () => {
      const { checkpoints } = stores.one
      await atOnce(stores, 4, (storage) => storage.checkpoints.register('x', 'node/0'))
      await checkpoints.register('y', 'node/1')
      assert.deepEqual(await checkpoints.chainsOf('node/0'), ['x'])
      assert.deepEqual(await checkpoints.chainsOf('node/2'), [])
    })

    test('checkpoints of several chains, each once', async () => {
      const { checkpoints } = stores.one
      await atOnce(stores, 4, (storage) => storage.checkpoints.put(point('a', 1)))
      for (const [chain, count] of [
        ['a', 3],
        ['b', 2],
        ['a', 3],
      ] as const) {
        await checkpoints.put(point(chain, count))
      }
      assert.equal((await checkpoints.newest('a'))?.count, 3)
      assert.equal((await checkpoints.newest('b'))?.count, 2)
      assert.equal(await checkpoints.newest('c'), undefined)
      assert.deepEqual(
        (await checkpoints.list('a')).map(({ count, head }) => [count, head[0]]),
        [
          [1, 1],
          [3, 3],
        ],
      )
      const [only] = await checkpoints.list('b')
      assert.ok(only !== undefined)
      assert.deepEqual(only, point('b', 2))
      assert.equal(Object.getPrototypeOf(only.head), Uint8Array.prototype, 'plain bytes')
    })
  })
}
