import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { atOnce, type OpenTwoStores, type TwoStores } from './two-stores.conformance.ts'

/** What every store of facts promises. */
export function metaStoreConformance(name: string, open: OpenTwoStores): void {
  describe(`meta store: ${name}`, () => {
    let stores: TwoStores
    before(async () => {
      stores = await open()
    })
    after(() => stores.close())

    test('facts, written again', async () => {
      const { meta } = stores.one
      assert.equal(await meta.get('x'), undefined)
      await meta.put('x', 'é')
      await meta.put('x', 'ü')
      assert.equal(await meta.get('x'), 'ü')
    })

    test('of many that settle a fact, one does, and all hear what it is', async () => {
      const answers = await atOnce(stores, 8, (storage, index) =>
        storage.meta.settle('which', `value ${index}`),
      )
      assert.equal(new Set(answers).size, 1)
      assert.equal(await stores.one.meta.get('which'), answers[0])
    })
  })
}
