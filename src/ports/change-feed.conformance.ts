import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { atOnce, type OpenTwoStores, storedKey, type TwoStores } from './two-stores.conformance.ts'

/** What every change log promises. */
export function changeFeedConformance(name: string, open: OpenTwoStores): void {
  describe(`change feed: ${name}`, () => {
    let stores: TwoStores
    before(async () => {
      stores = await open()
    })
    after(() => stores.close())

    test('a reader that asks for what is new misses nothing of many writers', async () => {
      const { changes } = stores.one
      let position = await changes.latest()
      const from = position
      const seen: number[] = []
      let isDone = false
      const reading = (async () => {
        for (let isLast = false; !isLast; ) {
          isLast = isDone
          const read = await changes.since(position, 7)
          seen.push(...read.map(({ number }) => number))
          position = read.at(-1)?.number ?? position
          if (read.length === 7) isLast = false
          await setImmediate()
        }
      })()
      await atOnce(stores, 60, (storage) => storedKey(storage))
      isDone = true
      await reading
      const all = await changes.since(from, 1000)
      assert.equal(all.length, 60)
      assert.deepEqual(
        seen,
        all.map(({ number }) => number),
      )
    })

    test('who listens hears of what another node writes, where the engine can tell', async () => {
      const { listen } = stores.one.changes
      if (listen === undefined) return
      const { promise: heard, resolve } = Promise.withResolvers<void>()
      let lost = 0
      const stop = await listen(resolve, () => lost++)
      await storedKey(stores.other)
      await heard
      await stop()
      assert.equal(lost, 0)
    })
  })
}
