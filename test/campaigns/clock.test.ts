import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runClock } from './clock.ts'
import { ClockBooks } from './clock-books.ts'
import { noFalseClock } from './false-clock.ts'
import { noPostgres } from './ground.ts'
import { ReckonedClock } from './reckoned-clock.ts'

const skip = noFalseClock() ?? false
const DAY_MS = 86_400_000

test('a clock that lies destroys nothing early and rotates nothing twice', { skip }, async () => {
  const pairs = noPostgres() === undefined ? 2 : 0
  const { broken, lines } = await runClock(
    { scripts: 3, pairs, seed: 5, steps: 3 },
    () => undefined,
  )
  assert.deepEqual(broken, [], lines.join('\n'))
})

test('what a server should believe is known without asking it', () => {
  let right = Date.UTC(2030, 0, 1)
  const reckoned = new ReckonedClock(() => right)
  const isNear = (time: number) => {
    const { earliest, latest } = reckoned.now()
    return earliest <= time && time <= latest && latest - earliest < 60_000
  }
  reckoned.set(40 * DAY_MS)
  right += 5000
  assert.equal(reckoned.now().isTrusted, false)
  assert.ok(isNear(right), 'time goes on as before the jump')
  reckoned.kill()
  reckoned.started(right)
  assert.equal(reckoned.now().isTrusted, false)
  assert.ok(isNear(right - 5000), 'after a start it goes on from what was noted')
  reckoned.confirm()
  assert.equal(reckoned.now().isTrusted, true)
  assert.ok(isNear(right + 40 * DAY_MS), 'an operator said so')
  reckoned.set(40 * DAY_MS + 3_600_000)
  assert.ok(reckoned.now().isTrusted && isNear(right + 40 * DAY_MS + 3_600_000), 'a small step')
  reckoned.freeze(right + 40 * DAY_MS)
  assert.ok(reckoned.now().isTrusted && isNear(right + 40 * DAY_MS), 'it stands still')
})

test('an early destruction, a missed and a doubled rotation are found', () => {
  const at = (day: number, isTrusted = true) => {
    return { isTrusted, earliest: day * DAY_MS - 1000, latest: day * DAY_MS + 1000 }
  }
  const books = () => {
    const made = new ClockBooks(at(0), 30)
    made.doom('k', 'destruction', at(7))
    return made
  }
  assert.match(books().sawKey('k', true, at(6.9)) ?? '', /early/)
  assert.match(books().sawKey('k', true, at(8, false)) ?? '', /nobody may believe/)
  assert.match(books().sawKey('k', false, at(7.1)) ?? '', /missed/)
  assert.equal(books().sawKey('k', false, at(7.1, false)), undefined)
  assert.equal(books().sawKey('k', true, at(7)), undefined)
  assert.match(books().sawRotations(0, at(30.1)) ?? '', /missing/)
  assert.match(books().sawRotations(1, at(29)) ?? '', /early/)
  assert.match(books().sawRotations(2, at(61)) ?? '', /at once/)
  const once = books()
  assert.equal(once.sawRotations(1, at(40)), undefined)
  assert.match(once.sawRotations(2, at(41)) ?? '', /early/)
})
