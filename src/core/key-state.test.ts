import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { aKey, MADE_AT } from '../../test/a-key.ts'
import { Fault, type FaultKind } from './fault.ts'
import type { Key, KeyState } from './key.ts'
import {
  cancelDeletion,
  deletionAt,
  describeKey,
  disableKey,
  enableKey,
  isDeletionDue,
  renameKey,
  requireUsable,
  scheduleDeletion,
} from './key-state.ts'
import { DAY_MS, days, type EpochMs } from './time.ts'

const NOW = (MADE_AT + DAY_MS) as EpochMs

const STATES: Readonly<Record<string, KeyState>> = {
  enabled: { kind: 'enabled' },
  disabled: { kind: 'disabled' },
  pendingDeletion: { kind: 'pendingDeletion', deleteAt: NOW, cancelledTo: 'disabled' },
  pendingImport: { kind: 'pendingImport' },
}

const STEPS = {
  enable: enableKey,
  disable: disableKey,
  'schedule deletion': (key: Key) => scheduleDeletion(key, days(7), NOW),
  'cancel deletion': cancelDeletion,
  use: requireUsable,
  rename: (key: Key) => renameKey(key, 'b'),
  describe: (key: Key) => describeKey(key, 'b'),
} as const

/** What each step does in each state: the state after it, or the fault. */
const TABLE: Readonly<Record<keyof typeof STEPS, readonly (KeyState['kind'] | FaultKind)[]>> = {
  enable: ['key-not-disabled', 'enabled', 'key-pending-deletion', 'key-pending-import'],
  disable: ['disabled', 'key-not-enabled', 'key-pending-deletion', 'key-pending-import'],
  'schedule deletion': [
    'pendingDeletion',
    'pendingDeletion',
    'deletion-already-scheduled',
    'pendingDeletion',
  ],
  'cancel deletion': [
    'deletion-not-scheduled',
    'deletion-not-scheduled',
    'disabled',
    'deletion-not-scheduled',
  ],
  use: ['enabled', 'key-disabled', 'key-pending-deletion', 'key-pending-import'],
  rename: ['enabled', 'disabled', 'key-pending-deletion', 'pendingImport'],
  describe: ['enabled', 'disabled', 'key-pending-deletion', 'pendingImport'],
}

function outcome(step: (key: Key) => Key, key: Key): string {
  try {
    return step(key).state.kind
  } catch (error) {
    assert.ok(error instanceof Fault, String(error))
    return error.kind
  }
}

describe('states of a key', () => {
  for (const [name, step] of Object.entries(STEPS) as [keyof typeof STEPS, (key: Key) => Key][]) {
    for (const [index, [state, value]] of Object.entries(STATES).entries()) {
      test(`${name}: ${state} → ${TABLE[name][index]}`, () => {
        assert.equal(outcome(step, aKey({ state: value })), TABLE[name][index])
      })
    }
    test(`${name}: a default key`, () => {
      const expected = name === 'use' ? 'enabled' : 'default-key'
      assert.equal(outcome(step, aKey({ isDefault: true })), expected)
    })
  }

  test('deletion waits 7 to 1096 days', () => {
    for (const delay of [7, 1096]) {
      const key = scheduleDeletion(aKey(), days(delay), NOW)
      const deleteAt = NOW + delay * DAY_MS
      assert.equal(deletionAt(key), deleteAt)
      assert.equal(isDeletionDue(key, (deleteAt - 1) as EpochMs), false)
      assert.equal(isDeletionDue(key, deleteAt as EpochMs), true)
    }
    for (const delay of [6, 1097, 0, -7, Number.NaN]) {
      const kind = outcome((key) => scheduleDeletion(key, days(delay), NOW), aKey())
      assert.equal(kind, 'deletion-delay-out-of-range')
    }
    assert.equal(deletionAt(aKey()), undefined)
    assert.equal(isDeletionDue(aKey(), NOW), false)
  })

  test('a key that waited for import waits for it again', () => {
    const waiting = aKey({ state: { kind: 'pendingImport' } })
    const cancelled = cancelDeletion(scheduleDeletion(waiting, days(7), NOW))
    assert.equal(cancelled.state.kind, 'pendingImport')
  })

  test('an alias only a default key has', () => {
    assert.equal(
      outcome((key) => renameKey(key, 'evs/default'), aKey()),
      'alias-invalid',
    )
  })

  test('no chain of steps leaves pendingDeletion but by cancelling', () => {
    const names = Object.keys(STEPS) as (keyof typeof STEPS)[]
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...names), { maxLength: 40 }), (chain) => {
        let key = aKey()
        for (const name of chain) {
          const before = key.state.kind
          try {
            key = STEPS[name](key)
          } catch (error) {
            assert.ok(error instanceof Fault)
          }
          if (before === 'pendingDeletion' && key.state.kind !== 'pendingDeletion') {
            assert.equal(name, 'cancel deletion')
          }
        }
      }),
    )
  })
})
