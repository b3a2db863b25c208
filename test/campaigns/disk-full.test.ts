import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noSmallDisk, runDiskFull } from './disk-full.ts'

const skip = noSmallDisk() ?? false

test('a full disk is a documented error, and all is well once there is room', {
  skip,
}, async () => {
  const { broken, lines } = await runDiskFull({ rounds: 4 }, () => undefined)
  assert.deepEqual(broken, [], lines.join('\n'))
})
