import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runClock } from './clock.ts'
import { noFalseClock } from './false-clock.ts'

const skip = noFalseClock() ?? false

test('a clock that lies destroys nothing early and rotates nothing twice', { skip }, async () => {
  const { broken, lines } = await runClock({ scripts: 3, seed: 5, steps: 3 }, () => undefined)
  assert.deepEqual(broken, [], lines.join('\n'))
})
