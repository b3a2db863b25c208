import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { aKey, MADE_AT } from '../../test/a-key.ts'
import type { VersionNumber } from './ids.ts'
import type { Key } from './key.ts'
import { rehearseRotations, rotationHindrance } from './rehearsal.ts'
import { isRotationDue, rotate } from './rotation.ts'
import { addDays, DAY_MS, days, type EpochMs } from './time.ts'

const at = (day: number) => (MADE_AT + day * DAY_MS) as EpochMs
const on = (interval: number, start = MADE_AT): Key['schedule'] => ({
  kind: 'on',
  interval: days(interval),
  periodStart: start,
})
const rotating = (changes: Partial<Key> = {}) =>
  aKey({ primaryVersion: 1 as VersionNumber, schedule: on(30), ...changes })
const timesOf = (key: Key, from: EpochMs, until: EpochMs) =>
  [...rehearseRotations(key, from, until)].map((event) => event.at)

describe('a rehearsal', () => {
  test('rotates at each due time, the last moment included', () => {
    assert.deepEqual(timesOf(rotating(), MADE_AT, at(90)), [at(30), at(60), at(90)])
    assert.deepEqual(timesOf(rotating(), MADE_AT, (at(90) - 1) as EpochMs), [at(30), at(60)])
  })

  test('rotates at once, and once, what is overdue at its start', () => {
    assert.deepEqual(timesOf(rotating(), at(100), at(160)), [at(100), at(130), at(160)])
  })

  test('ends, and has its versions in a row, when the last rotation is in the future', () => {
    const key = rotating({ lastRotationAt: at(1000), schedule: on(30, at(10)) })
    const events = [...rehearseRotations(key, at(0), at(1100))]
    assert.deepEqual(
      events.map(({ fromVersion, toVersion }) => [fromVersion, toVersion]),
      [
        [1, 2],
        [2, 3],
        [3, 4],
        [4, 5],
      ],
    )
  })

  test('says why a key does not rotate, and rotates none of those', () => {
    const cases = [
      [rotating(), undefined],
      [rotating({ schedule: { kind: 'off' } }), 'off'],
      [rotating({ state: { kind: 'disabled' } }), 'disabled'],
      [rotating({ state: { kind: 'pendingImport' } }), 'pending-import'],
      [
        rotating({ state: { kind: 'pendingDeletion', deleteAt: at(9), cancelledTo: 'disabled' } }),
        'pending-deletion',
      ],
      [rotating({ isDefault: true }), 'default-key'],
      [rotating({ origin: 'external' }), 'imported'],
      [rotating({ spec: 'EC_P256' }), 'kind'],
      [rotating({ regional: { kind: 'replica', primaryRegion: 'r' } }), 'replica'],
    ] as const
    for (const [key, expected] of cases) {
      assert.equal(rotationHindrance(key), expected)
      assert.equal(timesOf(key, at(0), at(365)).length === 0, expected !== undefined)
    }
  })

  test('does what a scheduler does that looks every day', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 30, max: 365 }),
        fc.integer({ min: -400, max: 0 }),
        fc.integer({ min: 0, max: 2000 }),
        (interval, started, length) => {
          const key = rotating({ schedule: on(interval, at(started)) })
          const expected: EpochMs[] = []
          let present = key
          for (let now = at(0); now <= at(length); now = addDays(now, days(1))) {
            if (!isRotationDue(present, now)) continue
            present = rotate(present, 'schedule', 's', now).key
            expected.push(now)
          }
          assert.deepEqual(timesOf(key, at(0), at(length)), expected)
        },
      ),
    )
  })
})
