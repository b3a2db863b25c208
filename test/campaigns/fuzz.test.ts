import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { test } from 'node:test'
import { runFuzz } from './fuzz.ts'

const seed = randomInt(1, 2 ** 31)
const small = { inputs: 45_000, httpRequests: 1500, seed, first: 0, only: '' }

test('bytes of chance at every door do no harm', async () => {
  const { broken, lines } = await runFuzz(small, () => undefined)
  assert.deepEqual(broken, [], lines.join('\n'))
})

test('what goes wrong is found, and comes again with what is printed', async () => {
  const targets = {
    brittle: (chance: { below(limit: number): number }) => {
      if (chance.below(1000) === 7) throw new TypeError('a defect')
    },
  }
  const options = { ...small, inputs: 20_000, httpRequests: 0, targets }
  const { broken } = await runFuzz(options, () => undefined)
  assert.equal(broken.length, 10)
  const printed = /--seed (\d+) --first (\d+)/.exec(broken[0] ?? '')
  const [again, first] = [Number(printed?.[1]), Number(printed?.[2])]
  const once = { ...options, inputs: 1, seed: again, first }
  assert.match((await runFuzz(once, () => undefined)).broken[0] ?? '', /a defect/)
})
