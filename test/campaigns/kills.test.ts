import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runKills } from './kills.ts'

test('nothing that was acknowledged is lost in 10 kills', { timeout: 120_000 }, async () => {
  const figures = await runKills({ kills: 10, clients: 8 })
  assert.equal(figures.kills, 10)
  assert.ok(figures.keys > 10 && figures.rotations > 10 && figures.texts > 10)
})
