import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { KeyId, VersionNumber } from '../core/ids.ts'
import type { EpochMs } from '../core/time.ts'
import type { UsageStore, VersionUsage } from '../ports/usage-store.ts'
import { UsageCounter } from './usage-counter.ts'

const NOW = 1_000 as EpochMs
const keyOf = (n: number) => `key-${n}` as KeyId
const versionOf = (n: number) => n as VersionNumber

interface Sum {
  readonly protect: number
  readonly bytes: number
  readonly open: number
  readonly last: number
}

const NONE: Sum = { protect: 0, bytes: 0, open: 0, last: 0 }

/** A store in memory that fails when it is told to, before or after it has waited. */
function aStore() {
  const sums = new Map<string, Sum>()
  const state = { fails: false, writes: 0, most: 0 }
  const store: UsageStore = {
    async add(uses) {
      const isFailing = state.fails
      await new Promise(setImmediate)
      if (isFailing) throw new Error('no store')
      state.writes++
      state.most = Math.max(state.most, uses.length)
      for (const use of uses) {
        const { keyId, version, protectCount, protectBytes, openCount, lastUsedAt } = use
        const sum = sums.get(`${keyId} ${version}`) ?? NONE
        sums.set(`${keyId} ${version}`, {
          protect: sum.protect + protectCount,
          bytes: sum.bytes + protectBytes,
          open: sum.open + openCount,
          last: Math.max(sum.last, lastUsedAt),
        })
      }
    },
    async ofVersions(keyId, from, to) {
      const found: VersionUsage[] = []
      for (let version = from; version <= to; version = versionOf(version + 1)) {
        const sum = sums.get(`${keyId} ${version}`)
        if (sum === undefined) continue
        const { protect: protectCount, bytes: protectBytes, open: openCount, last } = sum
        found.push({
          keyId,
          version,
          protectCount,
          protectBytes,
          openCount,
          lastUsedAt: last as EpochMs,
        })
      }
      return found
    },
  }
  return { store, sums, state }
}

test('nothing is written while nothing was counted', async () => {
  const { store, state } = aStore()
  const counter = new UsageCounter(store, NOW)
  await counter.flush()
  assert.equal(state.writes, 0)
})

test('many versions are written in pieces', async () => {
  const { store, sums, state } = aStore()
  const counter = new UsageCounter(store, NOW)
  for (let n = 0; n < 1000; n++) counter.note(keyOf(n), versionOf(1), 'protect', NOW)
  await counter.flush()
  assert.equal(sums.size, 1000)
  assert.ok(state.most <= 256 && state.writes >= 4)
})

test('whatever fails in between, in the end every use was counted once', async () => {
  const step = fc.oneof(
    fc.record({
      kind: fc.constant('use' as const),
      key: fc.nat(3),
      version: fc.integer({ min: 1, max: 3 }),
      use: fc.constantFrom('protect' as const, 'open' as const),
      bytes: fc.nat(9999),
    }),
    fc.record({ kind: fc.constant('flush' as const), fails: fc.boolean(), waits: fc.boolean() }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const { store, sums, state } = aStore()
      const counter = new UsageCounter(store, NOW)
      const wanted = new Map<string, Sum>()
      const flushes: Promise<void>[] = []
      let now = 1
      for (const one of steps) {
        if (one.kind === 'flush') {
          state.fails = one.fails
          const flush = counter.flush().catch(() => undefined)
          flushes.push(flush)
          if (one.waits) await flush
          continue
        }
        const name = `${keyOf(one.key)} ${one.version}`
        const sum = wanted.get(name) ?? NONE
        const bytes = sum.bytes + one.bytes
        wanted.set(name, { ...sum, bytes, [one.use]: sum[one.use] + 1, last: ++now })
        counter.note(keyOf(one.key), versionOf(one.version), one.use, now as EpochMs, one.bytes)
      }
      await Promise.all(flushes)
      state.fails = false
      await counter.flush()
      assert.deepEqual(new Map([...sums].sort()), new Map([...wanted].sort()))
    }),
  )
})

test('counts are read by version, in whatever order the versions stand', async () => {
  const { store } = aStore()
  const counter = new UsageCounter(store, NOW)
  for (const n of [1, 2, 2, 4]) counter.note(keyOf(1), versionOf(n), 'open', NOW)
  await counter.flush()
  for (const order of [
    [2, 3, 4],
    [4, 3, 2],
  ]) {
    const versions = order.map((n) => ({ keyId: keyOf(1), version: versionOf(n) }))
    const found = await counter.ofVersions(versions)
    assert.deepEqual([...found.keys()], [2, 4])
    assert.equal(found.get(versionOf(2))?.openCount, 2)
  }
  assert.equal((await counter.ofVersions([])).size, 0)
})
