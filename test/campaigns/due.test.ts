import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runDue } from './due.ts'
import { noPostgres } from './ground.ts'

for (const [title, nodes, skip] of [
  ['SQLite', 0, false],
  ['PostgreSQL with 2 nodes', 2, noPostgres() ?? false],
] as const) {
  test(`keys due at once on ${title}, nodes killed: each rotates once`, { skip }, async () => {
    const options = { keys: 6000, kills: 2, runs: [nodes] }
    const { broken, lines } = await runDue(options, () => undefined)
    // A quick machine may be done before the second kill: one is enough here.
    const wrong = broken.filter((line) => !/only [1-9]\d* kills while work was left$/.test(line))
    assert.deepEqual(wrong, [], lines.join('\n'))
  })
}
