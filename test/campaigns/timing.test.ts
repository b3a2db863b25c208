import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runTiming } from './timing.ts'
import { NAIVE, TIMING_TARGETS } from './timing-targets.ts'
import { welch } from './welch.ts'

// How long anything takes depends on what else this machine does: no figure of so few calls is judged.
test('every comparison can be timed, and refuses what is wrong', async () => {
  const { lines } = await runTiming({ samples: 2000, seed: 1 }, () => undefined)
  assert.equal(lines.length, Object.keys(TIMING_TARGETS).length + 1)
})

test('a comparison that ends at the first difference is found', async () => {
  const options = { samples: 40_000, seed: 1, targets: { naive: NAIVE } }
  const { broken } = await runTiming(options, () => undefined)
  assert.match(broken.join(), /naive/)
})

test("Welch's t of two classes that are known", () => {
  // Means 2 and 4, variances 1 and 4, 20 each: t = 2 / sqrt(1/20 + 4/20) = 4, before cropping.
  const swing = (mean: number, reach: number) =>
    Array.from(
      { length: 20 },
      (_, at) => mean + (at % 2 === 0 ? reach : -reach) * Math.sqrt(19 / 20),
    )
  const times = Float64Array.from([...swing(2, 1), ...swing(4, 2)])
  const classes = Uint8Array.from(times, (_, at) => (at < 20 ? 0 : 1))
  const found = welch({ times, classes })
  assert.ok(Math.abs(found.t - 4) < 1e-9, `${found.t}`)
  assert.equal(found.samples, 40)
})
