import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noPostgres } from './ground.ts'
import { killChangesOnPostgres, killChangesOnSqlite } from './kill-changes.ts'
import { DOOMED, killCommand } from './kill-commands.ts'
import { runKills } from './kills.ts'
import { Chance } from './seeded-chance.ts'

test('nothing that was acknowledged is lost in 5 kills', { timeout: 120_000 }, async () => {
  const figures = await runKills({ kills: 5, clients: 8 })
  assert.equal(figures.kills, 5)
  assert.ok(figures.keys > 5 && figures.rotations > 5 && figures.texts > 5)
})

test('no change is lost or half on SQLite', async () => {
  const { broken, changes } = await killChangesOnSqlite(3, new Chance(1))
  assert.deepEqual(broken, [])
  assert.ok(changes > 0)
})

test('no change is lost or half on PostgreSQL', { skip: noPostgres() ?? false }, async () => {
  const { broken, changes } = await killChangesOnPostgres(2, new Chance(2))
  assert.deepEqual(broken, [])
  assert.ok(changes > 0)
})

for (const [name, kind] of Object.entries(DOOMED)) {
  test(`${name}, killed: what was before, or all of it`, async () => {
    const { broken } = await killCommand(kind, 2, new Chance(3))
    assert.deepEqual(broken, [])
  })
}
