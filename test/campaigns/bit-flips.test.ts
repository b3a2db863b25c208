import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { test } from 'node:test'
import { runBitFlips } from './bit-flips.ts'

test('a flipped bit never makes a wrong plain text; root key and audit log tell of it', async () => {
  const options = { pages: 4, lines: 6, seed: randomInt(1, 2 ** 31) }
  const { broken, lines } = await runBitFlips(options, () => undefined)
  assert.deepEqual(broken, [], lines.join('\n'))
})
