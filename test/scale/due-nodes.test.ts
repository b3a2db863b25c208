import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runDue } from './campaigns/due.ts'
import { noPostgres } from './campaigns/ground.ts'

for (const [title, nodes, skip] of [
  ['SQLite', 0, false],
  ['PostgreSQL with 2 nodes', 2, noPostgres() ?? false],
] as const) {
  test(`keys due at once on ${title}, nodes killed: each rotates once`, { skip }, async () => {
    const options = { keys: 2000, kills: 2, runs: [nodes] }
    const { broken, lines } = await runDue(options, () => undefined)
    assert.deepEqual(broken, [], lines.join('\n'))
  })
}
