import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { FULL_PACE, isBusy, MAX_KEYS, MIN_KEYS, nextPace, requestRate } from './pace.ts'

const QUIET = 0
const BUSY = 1000

describe('pace', () => {
  test('while nobody calls there is no pause, and batches are large', () => {
    assert.deepEqual(nextPace(QUIET, undefined), FULL_PACE)
    assert.deepEqual(nextPace(QUIET, { keys: MAX_KEYS, tookMs: 20 }), FULL_PACE)
    assert.deepEqual(nextPace(QUIET, { keys: 64, tookMs: 1 }), { keys: 128, pauseMs: 0 })
    assert.deepEqual(nextPace(QUIET, { keys: 512, tookMs: 120 }), { keys: 128, pauseMs: 0 })
  })

  test('while requests come in a batch is to take 5 ms, then four times as long is left to them', () => {
    assert.deepEqual(nextPace(BUSY, { keys: 512, tookMs: 40 }), { keys: 64, pauseMs: 160 })
    assert.deepEqual(nextPace(BUSY, { keys: 64, tookMs: 5 }), { keys: 64, pauseMs: 20 })
    assert.deepEqual(nextPace(BUSY, { keys: 64, tookMs: 2 }), { keys: 128, pauseMs: 8 })
    assert.deepEqual(nextPace(BUSY, undefined), { keys: 32, pauseMs: 0 })
  })

  test('a backlog goes on however slow a batch is', () => {
    const pace = nextPace(BUSY, { keys: 16, tookMs: 10_000 })
    assert.deepEqual(pace, { keys: MIN_KEYS, pauseMs: 500 })
  })

  test('a batch of nothing, and one that took no time, tell nothing wrong', () => {
    assert.deepEqual(nextPace(QUIET, { keys: 0, tookMs: 3 }), FULL_PACE)
    assert.deepEqual(nextPace(BUSY, { keys: 32, tookMs: 0 }), { keys: 64, pauseMs: 0 })
  })

  test('whatever was measured: within bounds, a power of two, at most a fifth of the time', () => {
    const cost = fc.record({
      keys: fc.integer({ min: 0, max: MAX_KEYS }),
      tookMs: fc.double({ min: 0, max: 1e5, noNaN: true }),
    })
    const rate = fc.double({ min: 0, max: 1e6, noNaN: true })
    fc.assert(
      fc.property(rate, cost, (requestsPerSecond, last) => {
        const { keys, pauseMs } = nextPace(requestsPerSecond, last)
        assert.ok(keys >= MIN_KEYS && keys <= MAX_KEYS && Number.isInteger(Math.log2(keys)))
        const share = last.tookMs / (last.tookMs + pauseMs)
        if (isBusy(requestsPerSecond) && last.keys > 0 && last.tookMs > 0 && last.tookMs < 100) {
          assert.ok(share <= 0.2 + 1e-9, String(share))
        }
      }),
    )
  })

  test('a single request does not make a process busy; many do at once, and for a while', () => {
    assert.ok(!isBusy(requestRate(0, 1, 25)))
    let rate = requestRate(0, 100, 25)
    assert.ok(isBusy(rate))
    rate = requestRate(rate, 0, 20)
    assert.ok(isBusy(rate), 'a short silence is no end')
    assert.ok(!isBusy(requestRate(rate, 0, 2000)))
    assert.ok(Math.abs(requestRate(50, 50, 1000) - 50) < 1)
    assert.ok(isBusy(requestRate(0, 10, 0)))
  })
})
