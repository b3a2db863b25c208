import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { test } from 'node:test'
import { aKey } from '../a-key.ts'
import { noPostgres } from './ground.ts'
import type { KeyOperation } from './key-model.ts'
import { isLinearisable } from './linearise.ts'
import { runModel } from './model.ts'

const skip = noPostgres() ?? false

test('histories of keys on 2 nodes are those of single keys', { skip }, async () => {
  const options = { histories: 60, nodes: 2, stalenessMs: 100, seed: randomInt(1, 2 ** 31) }
  const { broken, lines } = await runModel(options, () => undefined)
  assert.deepEqual(broken, [], lines.join('\n'))
})

test('a history that no single key can have is told from one that it can', () => {
  const saw = (operation: KeyOperation, outcome: string, afterMs: number, beforeMs: number) => ({
    action: { operation, days: 30 },
    outcome,
    node: 'n',
    afterMs,
    beforeMs,
  })
  const disabled = saw('disable-key', '', 0, 10)
  const check = (...rest: ReturnType<typeof saw>[]) => isLinearisable(aKey(), [disabled, ...rest])
  assert.ok(check(saw('describe-key', 'disabled', 11, 12)))
  assert.ok(check(saw('describe-key', 'enabled', 5, 12)), 'both at once: either order')
  assert.ok(!check(saw('describe-key', 'enabled', 11, 12)), 'read too old')
  assert.ok(!check(saw('disable-key', '', 5, 12)), 'done twice')
  assert.ok(check(saw('disable-key', 'KMS.1301', 5, 12)), 'refused the second time')
  assert.ok(check(saw('encrypt-data', 'version 1', -89, 110)), 'a use within the bound')
  assert.ok(!check(saw('encrypt-data', 'version 1', 11, 211)), 'a use past the bound')
  const rotated = saw('rotate-on-demand', '', -20, -10)
  assert.ok(check(rotated, saw('get-key-rotation-status', 'off, 1 rotations', 11, 12)))
  assert.ok(
    !check(rotated, saw('get-key-rotation-status', 'off, 2 rotations', 11, 12)),
    'counted twice',
  )
})
