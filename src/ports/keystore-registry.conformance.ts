import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { Fault } from '../core/fault.ts'
import type { ProjectId, TenantId } from '../core/ids.ts'
import type { EpochMs } from '../core/time.ts'
import type { Keystore } from './keystore-registry.ts'
import {
  atOnce,
  firstVersionOf,
  NO_QUOTA,
  type OpenTwoStores,
  someKey,
  type TwoStores,
} from './two-stores.conformance.ts'

const AT = 4_102_444_800_000 as EpochMs

/** A key store, changed as told. */
export function aKeystore(changes: Partial<Keystore> = {}): Keystore {
  return {
    id: randomUUID(),
    projectId: 'p1' as ProjectId,
    tenantId: 't1' as TenantId,
    alias: randomUUID(),
    kind: 'DHSM',
    clusterId: 'c',
    isEnabled: false,
    createdAt: AT,
    ...changes,
  }
}

/** What every registry of key stores promises. */
export function keystoreRegistryConformance(name: string, open: OpenTwoStores): void {
  describe(`key store registry: ${name}`, () => {
    let stores: TwoStores
    before(async () => {
      stores = await open()
    })
    after(() => stores.close())

    test('a key store comes back; its alias is one in its project', async () => {
      const { keystores } = stores.one
      const keystore = aKeystore({ kind: 'CDMS', isEnabled: true })
      assert.equal(await keystores.insert(keystore), 'inserted')
      assert.deepEqual(await keystores.find(keystore.id), keystore)
      assert.equal(await keystores.insert({ ...keystore, id: randomUUID() }), 'alias-taken')
      assert.equal(await keystores.enable(keystore.id, false), true)
      assert.equal((await keystores.find(keystore.id))?.isEnabled, false)
      assert.equal(await keystores.enable('x', true), false)
    })

    test('pages and counts', async () => {
      const { keystores } = stores.one
      const projectId = randomUUID() as ProjectId
      const all = Array.from({ length: 3 }, () => aKeystore({ projectId }))
      for (const keystore of all) await keystores.insert(keystore)
      const first = await keystores.page(projectId, { after: 0, limit: 2 })
      const rest = await keystores.page(projectId, { after: first.at(-1)?.number ?? 0, limit: 2 })
      assert.deepEqual(
        [...first, ...rest].map(({ value }) => value),
        all,
      )
      assert.equal(await keystores.count(projectId), 3)
    })

    test('one that is enabled or has keys stays', async () => {
      const { keystores, keys } = stores.one
      const keystore = aKeystore({ isEnabled: true })
      await keystores.insert(keystore)
      assert.equal(await keystores.remove(keystore.id), false)
      await keystores.enable(keystore.id, false)
      const key = someKey({ keystoreId: keystore.id })
      assert.equal(await keys.insert(key, [firstVersionOf(key)], NO_QUOTA), 'inserted')
      assert.deepEqual((await keys.find(key.id))?.key, key)
      assert.equal(await keystores.remove(keystore.id), false)
    })

    test('a key store never goes from under a key that is made meanwhile', async () => {
      for (let round = 0; round < 10; round++) {
        const keystore = aKeystore()
        await stores.one.keystores.insert(keystore)
        const key = someKey({ keystoreId: keystore.id })
        const [removed, made] = await Promise.allSettled([
          stores.one.keystores.remove(keystore.id),
          stores.other.keys.insert(key, [firstVersionOf(key)], NO_QUOTA),
        ])
        const isRemoved = removed.status === 'fulfilled' && removed.value
        assert.equal(made.status === 'fulfilled', !isRemoved, `round ${round}`)
        if (made.status === 'rejected') {
          assert.ok(made.reason instanceof Fault)
          assert.equal(made.reason.kind, 'keystore-unusable')
        }
      }
    })

    test('a PIN is used once, for its key store', async () => {
      const { keystores } = stores.one
      const projectId = 'p1' as ProjectId
      const digest = randomBytes(32)
      await keystores.insertPin(digest, projectId, 'k', AT)
      assert.equal(await keystores.spendPin(digest, projectId, 'another'), false)
      assert.equal(await keystores.spendPin(randomBytes(32), projectId, 'k'), false)
      const outcomes = await atOnce(stores, 8, (storage) =>
        storage.keystores.spendPin(digest, projectId, 'k'),
      )
      assert.equal(outcomes.filter(Boolean).length, 1)
    })
  })
}
