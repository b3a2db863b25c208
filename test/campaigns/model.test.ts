import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { test } from 'node:test'
import { aKey } from '../a-key.ts'
import { noPostgres } from './ground.ts'
import type { KeyOperation } from './key-model.ts'
import { isLinearisable, type Observed } from './linearise.ts'
import { runModel } from './model.ts'

const skip = noPostgres() ?? false

for (const engine of ['postgres', 'sqlite'] as const) {
  const isLeftOut = engine === 'postgres' ? skip : false
  test(`histories of keys are those of single keys: ${engine}`, { skip: isLeftOut }, async () => {
    const seed = randomInt(1, 2 ** 31)
    const options = { histories: 60, engine, nodes: 2, stalenessMs: 100, seed }
    const { broken, lines } = await runModel(options, () => undefined)
    assert.deepEqual(broken, [], [`seed ${seed}`, ...lines].join('\n'))
  })
}

test('a history that no single key can have is told from one that it can', () => {
  const saw = (operation: KeyOperation, outcome: string, afterMs: number, beforeMs: number) => ({
    action: { operation, days: 30 },
    outcome,
    node: 'n',
    afterMs,
    beforeMs,
  })
  const disabled = saw('disable-key', '', 0, 10)
  const check = (...rest: Observed[]) => isLinearisable(aKey(), [disabled, ...rest])
  assert.ok(check(saw('describe-key', 'disabled a/', 11, 12)))
  assert.ok(check(saw('describe-key', 'enabled a/', 5, 12)), 'both at once: either order')
  assert.ok(!check(saw('describe-key', 'enabled a/', 11, 12)), 'read too old')
  assert.ok(!check(saw('disable-key', '', 5, 12)), 'done twice')
  assert.ok(check(saw('disable-key', 'KMS.1301', 5, 12)), 'refused the second time')
  assert.ok(check(saw('encrypt-data', 'version 1', -89, 110)), 'a use within the bound')
  assert.ok(!check(saw('encrypt-data', 'version 1', 11, 211)), 'a use past the bound')
  const unknown = { ...saw('enable-key', '', 11, Infinity), outcome: undefined }
  assert.ok(check(unknown, saw('describe-key', 'enabled a/', 20, 21)), 'it may have been done')
  assert.ok(check(unknown, saw('describe-key', 'disabled a/', 20, 21)), 'or not')
  const seen = saw('describe-key', 'enabled a/', 20, 21)
  assert.ok(!check(unknown, seen, saw('describe-key', 'disabled a/', 22, 23)), 'but not undone')
  const renamed = saw('update-key-alias', '', -20, -10)
  assert.ok(check(renamed, saw('describe-key', 'disabled 30/', 11, 12)))
  assert.ok(!check(renamed, saw('describe-key', 'disabled a/', 11, 12)), 'a name that is gone')
  const rotated = saw('rotate-on-demand', '', -20, -10)
  assert.ok(check(rotated, saw('get-key-rotation-status', 'off, 1 rotations', 11, 12)))
  assert.ok(
    !check(rotated, saw('get-key-rotation-status', 'off, 2 rotations', 11, 12)),
    'counted twice',
  )
})
