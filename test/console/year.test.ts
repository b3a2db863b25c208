import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  barsOf,
  DAY_MS,
  daysOf,
  faceOf,
  firstDayOf,
  gridOf,
  heightOf,
  monthsOf,
  neighbourOf,
  shadeOf,
  shownCount,
  YEAR_DAYS,
} from '../../src/console/pages/rotation/year.ts'

const NOW = Date.parse('2026-11-25T02:45:00Z') // a Wednesday

test('a calendar begins on a Monday half a year back, and shifts by half a year', () => {
  assert.equal(new Date(firstDayOf(NOW, 0)).toISOString(), '2026-05-25T00:00:00.000Z')
  for (let day = 0; day < 800; day++) {
    for (const shift of [-2, 0, 1]) {
      const first = new Date(firstDayOf(NOW + day * DAY_MS, shift))
      assert.equal(first.getUTCDay(), 1)
      const weeks = (NOW + day * DAY_MS - first.getTime()) / DAY_MS / 7
      assert.equal(Math.floor(weeks), 26 - shift * 26)
    }
  }
})

test('every day is there once, with what was counted on it and when it is', () => {
  const first = firstDayOf(NOW, 0)
  const today = Math.floor(NOW / DAY_MS) * DAY_MS
  const days = daysOf(
    first,
    [
      { day: String(today - DAY_MS), due: 1, done: 5, late: 2 },
      { day: String(today), due: 3, done: 1, late: 0 },
      { day: String(today + 400 * DAY_MS), due: 9, done: 0, late: 0 },
    ],
    NOW,
  )
  assert.equal(days.length, YEAR_DAYS)
  assert.deepEqual(
    days.filter(({ due, done }) => due + done > 0),
    [
      { startMs: today - DAY_MS, due: 1, done: 5, late: 2, when: 'past' },
      { startMs: today, due: 3, done: 1, late: 0, when: 'today' },
    ],
  )
  assert.equal(days.filter(({ when }) => when === 'past').length, 26 * 7 + 2)

  for (const step of ['week', 'month'] as const) {
    const bars = barsOf(days, step)
    assert.equal(bars.length, step === 'week' ? 52 : 13)
    assert.deepEqual(
      bars.filter((bar) => heightOf(bar) > 0).map(({ startMs, endMs, ...counts }) => counts),
      [{ inTime: 4, late: 2, overdue: 1, due: 3 }],
    )
    for (const [n, { startMs }] of bars.entries())
      assert.equal(startMs, bars[n - 1]?.endMs ?? first)
    assert.equal(bars.at(-1)?.endMs, first + YEAR_DAYS * DAY_MS)
  }
  const months = monthsOf(days)
  assert.deepEqual(months[0], { week: 1, startMs: Date.parse('2026-06-01') })
  assert.equal(months.length, 12)
})

test('a day looks like what was done once it is over, and today like what it has', () => {
  const day = { startMs: 0, late: 0, due: 0, done: 0 }
  assert.equal(faceOf({ ...day, when: 'past', due: 2 }), 'done')
  assert.equal(faceOf({ ...day, when: 'future', due: 2 }), 'due')
  assert.equal(faceOf({ ...day, when: 'today', due: 2 }), 'due')
  assert.equal(faceOf({ ...day, when: 'today', done: 36 }), 'done')
  assert.equal(faceOf({ ...day, when: 'today', done: 36, due: 2 }), 'both')
  assert.equal(shownCount({ ...day, when: 'today', done: 36, due: 2 }), 36)
  assert.equal(shownCount({ ...day, when: 'past', done: 1, due: 2 }), 1)
})

test('shades tell something from nothing, and one crowded day does not hide the others', () => {
  assert.deepEqual(
    [0, 1, 10, 30, 60, 100].map((count) => shadeOf(count, 100)),
    [0, 1, 2, 3, 4, 4],
  )
  assert.equal(shadeOf(1, 1_000_000), 1)
  assert.equal(shadeOf(0, 0), 0)
})

test('lines of a chart are at round numbers and reach above what it shows', () => {
  assert.deepEqual(gridOf(0), [0, 1])
  assert.deepEqual(gridOf(1), [0, 1])
  assert.deepEqual(gridOf(3), [0, 1, 2, 3])
  assert.deepEqual(gridOf(7), [0, 2, 4, 6, 8])
  assert.deepEqual(gridOf(100), [0, 25, 50, 75, 100])
  for (let most = 1; most < 5000; most++) {
    const grid = gridOf(most)
    assert.ok((grid.at(-1) ?? 0) >= most && grid.length <= 6, String(most))
    assert.ok(grid.every(Number.isInteger))
  }
})

test('arrow keys move through the days and stop at the edges', () => {
  assert.equal(neighbourOf(10, 'ArrowDown'), 11)
  assert.equal(neighbourOf(10, 'ArrowUp'), 9)
  assert.equal(neighbourOf(10, 'ArrowRight'), 17)
  assert.equal(neighbourOf(3, 'ArrowLeft'), undefined)
  assert.equal(neighbourOf(YEAR_DAYS - 1, 'ArrowDown'), undefined)
  assert.equal(neighbourOf(5, 'Home'), 0)
  assert.equal(neighbourOf(5, 'End'), YEAR_DAYS - 1)
  assert.equal(neighbourOf(5, 'a'), undefined)
})
