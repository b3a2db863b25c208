import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { test } from 'node:test'
import { runBitFlips } from './bit-flips.ts'

test('a flipped bit makes no wrong plain text or state; root key, audit log and store verify tell', async () => {
  const options = { pages: 4, flips: 1, lines: 6, seed: randomInt(1, 2 ** 31) }
  const { broken, lines } = await runBitFlips(options, () => undefined)
  assert.deepEqual(broken, [], lines.join('\n'))
})
