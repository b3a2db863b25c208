import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { aKey, MADE_AT } from '../../test/a-key.ts'
import { Fault } from './fault.ts'
import type { Key } from './key.ts'
import { disableKey, enableKey } from './key-state.ts'
import {
  changeRotationInterval,
  disableRotation,
  enableRotation,
  isRotationDue,
  latenessMs,
  nextRotationAt,
  type RotationEvent,
  rotate,
  rotationInterval,
  scheduledRotationAt,
} from './rotation.ts'
import { DAY_MS, type Days, days, type EpochMs } from './time.ts'

const at = (day: number) => (MADE_AT + day * DAY_MS) as EpochMs

function faultOf(work: () => unknown): string {
  try {
    work()
    return 'none'
  } catch (error) {
    assert.ok(error instanceof Fault, String(error))
    return error.kind
  }
}

describe('rotation', () => {
  test('who may rotate, by itself and on demand', () => {
    const cases = [
      [aKey(), 'none'],
      [aKey({ isDefault: true }), 'default-key'],
      [aKey({ state: { kind: 'disabled' } }), 'key-disabled'],
      [aKey({ origin: 'external' }), 'imported-not-rotatable'],
      [aKey({ state: { kind: 'pendingImport' } }), 'key-pending-import'],
      [
        aKey({ state: { kind: 'pendingDeletion', deleteAt: at(9), cancelledTo: 'disabled' } }),
        'key-pending-deletion',
      ],
    ] as const
    for (const [key, expected] of cases) {
      assert.equal(
        faultOf(() => enableRotation(key, MADE_AT)),
        expected,
      )
      assert.equal(
        faultOf(() => rotate(key, 'demand', 'u', MADE_AT)),
        expected,
      )
    }
  })

  test('on, off, on again', () => {
    const on = enableRotation(aKey(), at(1))
    assert.equal(rotationInterval(on), 365)
    assert.equal(nextRotationAt(on), at(366))
    assert.equal(
      faultOf(() => enableRotation(on, at(1))),
      'rotation-already-enabled',
    )
    const off = disableRotation(changeRotationInterval(on, days(30)))
    assert.equal(rotationInterval(off), 365)
    assert.equal(scheduledRotationAt(off), undefined)
    assert.equal(
      faultOf(() => disableRotation(off)),
      'rotation-not-enabled',
    )
    assert.equal(
      faultOf(() => changeRotationInterval(off, days(30))),
      'rotation-not-enabled',
    )
    assert.equal(rotationInterval(enableRotation(off, at(2))), 365)
  })

  test('an interval is a whole number of 30 to 365 days', () => {
    const on = enableRotation(aKey(), at(0))
    for (const interval of [29, 366, 30.5, Number.NaN, -30]) {
      const kind = faultOf(() => changeRotationInterval(on, interval as Days))
      assert.equal(kind, 'rotation-interval-out-of-range')
    }
    assert.equal(nextRotationAt(changeRotationInterval(on, days(30))), at(30))
  })

  test('a key that cannot rotate now has no next rotation, but keeps its schedule', () => {
    const on = enableRotation(aKey(), at(0))
    const disabled = disableKey(on)
    assert.equal(nextRotationAt(disabled), undefined)
    assert.equal(scheduledRotationAt(disabled), at(365))
    assert.equal(isRotationDue(disabled, at(1000)), false)
    assert.equal(isRotationDue(enableKey(disabled), at(1000)), true)
    assert.equal(isRotationDue(aKey(), at(1000)), false)
  })

  test('a rotation says who, why, when and how late', () => {
    const on = changeRotationInterval(enableRotation(aKey(), at(0)), days(30))
    const { key, event } = rotate(on, 'schedule', 'scheduler', at(31))
    assert.deepEqual(event, {
      keyId: on.id,
      projectId: on.projectId,
      cause: 'schedule',
      actor: 'scheduler',
      fromVersion: 1,
      toVersion: 2,
      at: at(31),
      dueAt: at(30),
    })
    assert.equal(latenessMs(event), DAY_MS)
    assert.equal(nextRotationAt(key), at(61))
    const early = rotate(on, 'demand', 'u', at(10))
    assert.equal(latenessMs(early.event), 0)
    const off = rotate(aKey(), 'demand', 'u', at(10))
    assert.equal(off.event.dueAt, undefined)
    assert.equal(latenessMs(off.event), 0)
    assert.equal(off.key.schedule.kind, 'off')
  })

  test('a key without a version is a defect', () => {
    const broken = aKey({ primaryVersion: undefined })
    assert.throws(() => rotate(broken, 'demand', 'u', at(1)), /without a version/)
  })

  test('the invariants hold through any history, whatever the clock does', () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('tick' as const), days: fc.integer({ min: -400, max: 800 }) }),
      fc.record({ do: fc.constantFrom('demand', 'on', 'off', 'disable', 'enable') }),
      fc.record({ do: fc.constant('interval' as const), days: fc.integer({ min: 30, max: 365 }) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (history) => {
        let key: Key = aKey()
        let day = 0
        const events: RotationEvent[] = []
        const doRotate = (cause: 'schedule' | 'demand') => {
          const rotation = rotate(key, cause, 'x', at(day))
          assert.ok(rotation.event.at >= (key.lastRotationAt ?? 0), 'time of rotations never falls')
          key = rotation.key
          events.push(rotation.event)
        }
        for (const entry of history) {
          try {
            if (entry.do === 'tick') day += (entry as { days: number }).days
            else if (entry.do === 'demand') doRotate('demand')
            else if (entry.do === 'on') key = enableRotation(key, at(day))
            else if (entry.do === 'off') key = disableRotation(key)
            else if (entry.do === 'disable') key = disableKey(key)
            else if (entry.do === 'enable') key = enableKey(key)
            else key = changeRotationInterval(key, days((entry as { days: number }).days))
          } catch (error) {
            assert.ok(error instanceof Fault)
          }
          if (isRotationDue(key, at(day))) {
            doRotate('schedule')
            assert.equal(isRotationDue(key, at(day)), false, 'once due, once rotated')
          }
        }
        assert.equal(key.rotationCount, events.length)
        assert.equal(key.primaryVersion, events.length + 1)
        for (const [index, event] of events.entries()) {
          assert.equal(event.toVersion, index + 2)
          assert.equal(event.fromVersion, index + 1)
        }
        assert.equal(key.lastRotationAt, events.at(-1)?.at)
      }),
      { numRuns: 300 },
    )
  })
})
