import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noPostgres } from './ground.ts'
import { runRestarts } from './restarts.ts'

const skip = noPostgres() ?? false

test('PostgreSQL restarts and is killed: nothing acknowledged is lost', { skip }, async () => {
  const { broken, lines } = await runRestarts(
    { restarts: 2, kills: 1, nodes: 2, clients: 3, stalenessMs: 500, awayMs: 1000 },
    () => undefined,
  )
  assert.deepEqual(broken, [], lines.join('\n'))
})
