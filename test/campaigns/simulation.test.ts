import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DAY_MS } from '../../src/core/time.ts'
import { runSimulation } from './simulation.ts'
import { wrongDestructions, wrongWith } from './simulation-check.ts'

test('a year of rotations with kills and clocks that lie: counts are exact', async () => {
  const options = { keys: 200, years: 1, kills: 3, seed: Math.floor(Math.random() * 2 ** 31) }
  const { broken, lines } = await runSimulation(options, () => undefined)
  assert.deepEqual(broken, [], lines.join('\n'))
})

test('a rotation that is missing, early, late or double is found', () => {
  const event = (version: number, day: number, dueDay = day) => ({
    fromVersion: version,
    toVersion: version + 1,
    cause: 'schedule',
    at: day * DAY_MS,
    dueAt: dueDay * DAY_MS,
  })
  const key = { id: 'k', intervalDays: 30, startAt: 0, fate: {} }
  const wrong = (...events: ReturnType<typeof event>[]) =>
    wrongWith({ ...key, events }, [], 100 * DAY_MS).length
  assert.equal(wrong(event(1, 30), event(2, 60), event(3, 90)), 0)
  assert.ok(wrong(event(1, 30), event(2, 60)) > 0, 'missing')
  assert.ok(wrong(event(1, 29), event(2, 59), event(3, 89)) > 0, 'early')
  assert.ok(wrong(event(1, 30), event(2, 61, 60), event(3, 91)) > 0, 'late')
  assert.ok(wrong(event(1, 30), event(2, 30), event(3, 60), event(4, 90)) > 0, 'double')
  assert.ok(wrong(event(1, 30), event(3, 60), event(4, 90)) > 0, 'a version left out')
})

test('a destruction that is missing, early, late, unasked, or of a time in doubt is found', () => {
  const fates = new Map([
    ['k', { condemnedAt: 1, deleteAt: 10 }],
    ['l', {}],
  ])
  const judge = (...destroyed: (readonly [string, number])[]) =>
    wrongDestructions({
      fates,
      destroyed: new Map(destroyed),
      outages: [{ from: 40, to: 50 }],
      doubts: [{ from: 5, to: 20 }],
      endAt: 60,
    }).join()
  assert.equal(judge(['k', 20]), '', 'as soon as the clock was believed again')
  assert.match(judge(), /not destroyed/)
  assert.match(judge(['k', 10]), /while the clock was not believed/)
  assert.match(judge(['k', 9]), /another time/)
  assert.match(judge(['k', 21]), /another time/)
  assert.match(judge(['k', 20], ['l', 30]), /nobody asked/)
  assert.match(judge(['k', 20], ['m', 30]), /nobody asked/)
})
