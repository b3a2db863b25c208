import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noPostgres } from './ground.ts'
import { runStart } from './start.ts'

const skip = noPostgres() ?? false

test('nodes that start at once on an empty database are one service', { skip }, async () => {
  const { broken, lines } = await runStart({ nodes: 4, rounds: 1 }, () => undefined)
  assert.deepEqual(broken, [], lines.join('\n'))
})
