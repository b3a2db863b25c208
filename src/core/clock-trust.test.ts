import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { baseAgainst, baseOf, forgiveSteps, judgeClock } from './clock-trust.ts'
import { DAY_MS, type EpochMs } from './time.ts'

const START = Date.UTC(2030, 0, 1) as EpochMs
const LIMIT_MS = DAY_MS
const BASE = baseOf({ system: START, steadyMs: 5000 })

function after(passedMs: number, stepMs: number) {
  return { system: (START + passedMs + stepMs) as EpochMs, steadyMs: 5000 + passedMs }
}

describe('whether a clock is believed', () => {
  test('up to the limit the clock of the system is the time', () => {
    for (const stepMs of [0, 1, -1, LIMIT_MS, -LIMIT_MS]) {
      const judged = judgeClock(after(60_000, stepMs), BASE, LIMIT_MS)
      assert.deepEqual([judged.isTrusted, judged.aheadMs], [true, stepMs])
      assert.equal(judged.time, judged.system)
    }
  })

  test('beyond it time goes on at its own pace, in both directions', () => {
    for (const stepMs of [LIMIT_MS + 1, -LIMIT_MS - 1, 3650 * DAY_MS, -3650 * DAY_MS]) {
      const judged = judgeClock(after(60_000, stepMs), BASE, LIMIT_MS)
      assert.equal(judged.isTrusted, false)
      assert.equal(judged.time, START + 60_000)
    }
  })

  test('whatever the clock does, the time is never off by more than the limit', () => {
    const ms = fc.integer({ min: -20_000 * DAY_MS, max: 20_000 * DAY_MS })
    fc.assert(
      fc.property(fc.nat(400 * DAY_MS), ms, (passedMs, stepMs) => {
        const { time } = judgeClock(after(passedMs, stepMs), BASE, LIMIT_MS)
        assert.ok(Math.abs(time - (START + passedMs)) <= LIMIT_MS)
      }),
    )
  })

  test('at the start it is held against the newest time that is known', () => {
    const reading = after(0, 0)
    assert.equal(baseAgainst(reading, undefined, LIMIT_MS), BASE)
    assert.equal(baseAgainst(reading, (START - LIMIT_MS) as EpochMs, LIMIT_MS), BASE)
    for (const newest of [START - LIMIT_MS - 1, START + LIMIT_MS + 1] as EpochMs[]) {
      const judged = judgeClock(reading, baseAgainst(reading, newest, LIMIT_MS), LIMIT_MS)
      assert.deepEqual([judged.isTrusted, judged.time], [false, newest])
    }
  })

  test('steps are forgiven within a month, and no faster', () => {
    assert.equal(forgiveSteps(BASE, 500, 60_000, LIMIT_MS), BASE + 500)
    assert.equal(forgiveSteps(BASE, -500, 60_000, LIMIT_MS), BASE - 500)
    assert.equal(forgiveSteps(BASE, LIMIT_MS, DAY_MS, LIMIT_MS), BASE + LIMIT_MS / 30)
    assert.equal(forgiveSteps(BASE, 0, DAY_MS, LIMIT_MS), BASE)
  })
})
