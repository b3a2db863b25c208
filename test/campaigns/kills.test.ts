import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { type Base, makeBase } from './doomed.ts'
import { DOOMED } from './doomed-sqlite.ts'
import { noPostgres } from './ground.ts'
import { killChangesOnPostgres, killChangesOnSqlite } from './kill-changes.ts'
import { killCommand } from './kill-commands.ts'
import { runKills } from './kills.ts'
import { Chance } from './seeded-chance.ts'

test('nothing that was acknowledged is lost in 2 kills', { timeout: 120_000 }, async () => {
  const figures = await runKills({ kills: 2, clients: 8 })
  assert.equal(figures.kills, 2)
  // On a machine with much else to do a server lives for little more than its start.
  assert.ok(figures.keys > 0 && figures.auditRecords > 0)
})

test('no change is lost or half on SQLite', async () => {
  const { broken, changes } = await killChangesOnSqlite(2, new Chance(1))
  assert.deepEqual(broken, [])
  assert.ok(changes > 0)
})

const skip = noPostgres() ?? false
test('no change is lost or half on PostgreSQL', { skip }, async () => {
  const { broken, changes } = await killChangesOnPostgres(1, new Chance(2))
  assert.deepEqual(broken, [])
  assert.ok(changes > 0)
})

let base: Promise<Base> | undefined
after(async () => (await base)?.close())

for (const [name, kind] of Object.entries(DOOMED)) {
  const options = { skip: name.endsWith('-postgres') && skip }
  test(`${name}, killed: what was before, or all of it`, options, async () => {
    base ??= makeBase(new Chance(3))
    const { broken } = await killCommand(kind, await base, 1, new Chance(4))
    assert.deepEqual(broken, [])
  })
}
