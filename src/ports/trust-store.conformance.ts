import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import type { AccessPoint } from '../core/access-point.ts'
import type { ProjectId } from '../core/ids.ts'
import type { KeyPolicy } from '../core/key-policy.ts'
import type { EpochMs } from '../core/time.ts'
import { atOnce, type OpenTwoStores, type TwoStores } from './two-stores.conformance.ts'

const projectId = 'p1' as ProjectId
const AT = 4_102_444_800_000 as EpochMs

function aPolicy(changes: Partial<KeyPolicy> = {}): KeyPolicy {
  return {
    id: randomUUID(),
    projectId,
    keyspaceId: 'k',
    name: '策略',
    document: '{}',
    description: '',
    createdBy: 'u',
    createdAt: AT,
    modifiedAt: AT,
    accessedAt: 0 as EpochMs,
    ...changes,
  }
}

function anAccessPoint(changes: Partial<AccessPoint> = {}): AccessPoint {
  return {
    id: randomUUID(),
    projectId,
    keyspaceId: 'k',
    name: 'n',
    kind: 'custom',
    isEnabled: true,
    publicKey: undefined,
    clusterId: undefined,
    description: 'd',
    createdBy: 'u',
    createdAt: AT,
    modifiedAt: AT,
    ...changes,
  }
}

/** What every store of key policies and access points promises. */
export function trustStoreConformance(name: string, open: OpenTwoStores): void {
  describe(`trust store: ${name}`, () => {
    let stores: TwoStores
    before(async () => {
      stores = await open()
    })
    after(() => stores.close())

    test('a policy comes back, changes and goes', async () => {
      const { trust } = stores.one
      const policy = aPolicy()
      await trust.insertPolicy(policy)
      assert.deepEqual(await trust.findPolicy(policy.id), policy)
      const changed = { ...policy, document: '{"a":"é"}', accessedAt: AT }
      assert.equal(await trust.replacePolicy(changed), true)
      assert.deepEqual(await trust.findPolicy(policy.id), changed)
      assert.equal(await trust.replacePolicy(aPolicy()), false)
      const outcomes = await atOnce(stores, 4, (storage) => storage.trust.removePolicy(policy.id))
      assert.equal(outcomes.filter(Boolean).length, 1)
      assert.equal(await trust.findPolicy(policy.id), undefined)
    })

    test('pages of one key space, by ids, also when the last one is gone', async () => {
      const { trust } = stores.one
      const keyspaceId = randomUUID()
      const ids = Array.from({ length: 5 }, () => randomUUID()).sort()
      for (const id of ids.toReversed()) {
        await trust.insertPolicy(aPolicy({ id, keyspaceId }))
        await trust.insertAccessPoint(anAccessPoint({ id, keyspaceId }), undefined)
      }
      const place = { projectId, keyspaceId, limit: 2 }
      const first = await trust.pagePolicies({ ...place, afterId: undefined })
      assert.deepEqual(
        first.map(({ id }) => id),
        ids.slice(0, 2),
      )
      await trust.removePolicy(ids[1] ?? '')
      const second = await trust.pagePolicies({ ...place, afterId: ids[1] })
      assert.deepEqual(
        second.map(({ id }) => id),
        ids.slice(2, 4),
      )
      const points = await trust.pageAccessPoints({ ...place, afterId: ids[3] })
      assert.deepEqual(
        points.map(({ id }) => id),
        ids.slice(4),
      )
    })

    test('the private key of an access point is given out once', async () => {
      const { trust } = stores.one
      const point = anAccessPoint({ publicKey: 'PEM', clusterId: 'c', kind: 'cce' })
      await trust.insertAccessPoint(point, Uint8Array.from([0, 1, 255]))
      assert.deepEqual(await trust.findAccessPoint(point.id), point)
      assert.equal(await trust.enableAccessPoint(point.id, false, 7 as EpochMs), true)
      const off = { ...point, isEnabled: false, modifiedAt: 7 }
      assert.deepEqual(await trust.findAccessPoint(point.id), off)
      const taken = await atOnce(stores, 8, (storage) => storage.trust.takePrivateKey(point.id))
      const given = taken.filter((bytes) => bytes !== undefined)
      assert.deepEqual(
        given.map((bytes) => [...bytes]),
        [[0, 1, 255]],
      )
      assert.equal(await trust.takePrivateKey('x'), undefined)
      assert.equal(await trust.removeAccessPoint(point.id), true)
      assert.equal(await trust.enableAccessPoint(point.id, true, AT), false)
    })
  })
}
