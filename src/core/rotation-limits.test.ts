import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aKey } from '../../test/a-key.ts'
import { FIRST_VERSION, nextVersion } from './ids.ts'
import type { Key } from './key.ts'
import { isUnlimited, isWornOut } from './rotation-limits.ts'

test('a key with no limit is unlimited, one with either is not', () => {
  assert.ok(isUnlimited({}))
  assert.ok(!isUnlimited({ maxUses: 100 }))
  assert.ok(!isUnlimited({ maxBytes: 65_536 }))
})

test('only the version that protects now wears a key out, and only a key that may rotate', () => {
  const key: Key = { ...aKey(), primaryVersion: FIRST_VERSION }
  assert.ok(isWornOut(key, FIRST_VERSION))
  assert.ok(!isWornOut(key, nextVersion(FIRST_VERSION)))
  assert.ok(!isWornOut({ ...key, state: { kind: 'disabled' } }, FIRST_VERSION))
  assert.ok(!isWornOut({ ...key, spec: 'EC_P256' }, FIRST_VERSION))
  assert.ok(!isWornOut({ ...key, isDefault: true }, FIRST_VERSION))
  const replica: Key = { ...key, regional: { kind: 'replica', primaryRegion: 'west' } }
  assert.ok(!isWornOut(replica, FIRST_VERSION))
})
