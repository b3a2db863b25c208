import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { test } from 'node:test'
import { aKey } from '../a-key.ts'
import { noPostgres } from './ground.ts'
import { type KeyAction, type KeyOperation, START } from './key-model.ts'
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

const saw = (
  operation: KeyOperation,
  outcome: string | undefined,
  afterMs: number,
  beforeMs: number,
  more: Partial<KeyAction> = {},
): Observed => {
  const end = outcome === undefined ? Infinity : beforeMs
  const action = { operation, days: 30, ...more }
  return { action, outcome, node: 'n', afterMs, beforeMs: end }
}

test('a history that no single key can have is told from one that it can', () => {
  const disabled = saw('disable-key', '', 0, 10)
  const check = (...rest: Observed[]) =>
    isLinearisable({ ...START, key: aKey() }, [disabled, ...rest])
  assert.ok(check(saw('describe-key', 'disabled a/', 11, 12)))
  assert.ok(check(saw('describe-key', 'enabled a/', 5, 12)), 'both at once: either order')
  assert.ok(!check(saw('describe-key', 'enabled a/', 11, 12)), 'read too old')
  assert.ok(!check(saw('disable-key', '', 5, 12)), 'done twice')
  assert.ok(check(saw('disable-key', 'KMS.1301', 5, 12)), 'refused the second time')
  assert.ok(check(saw('encrypt-data', 'version 1', -89, 110)), 'a use within the bound')
  assert.ok(!check(saw('encrypt-data', 'version 1', 11, 211)), 'a use past the bound')
  const unknown = saw('enable-key', undefined, 11, 12)
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

test('grants are there from their answer until they are taken back, and none is given on a disabled key', () => {
  const check = (...all: Observed[]) => isLinearisable(START, all)
  const given = saw('create-grant', '', 0, 10, { days: 1 })
  const list = (names: string, afterMs: number) =>
    saw('list-grants', `grants ${names}`, afterMs, afterMs + 1)
  assert.ok(check(given, list('g1', 11)))
  assert.ok(!check(given, list('', 11)), 'lost')
  assert.ok(!check(given, list('g1 g1', 11)), 'given twice')
  const taken = saw('revoke-grant', '', 12, 20, { grant: 'g1' })
  assert.ok(check(given, taken, list('', 21)))
  assert.ok(!check(given, taken, list('g1', 21)), 'still there')
  const again = saw('retire-grant', '', 12, 20, { grant: 'g1' })
  assert.ok(!check(given, taken, again), 'taken back twice')
  assert.ok(check(given, taken, { ...again, outcome: 'KMS.2501' }), 'refused the second time')
  const disabled = saw('disable-key', '', 0, 5)
  const late = saw('create-grant', '', 0, 10, { days: 1 })
  assert.ok(check(disabled, late, list('g1', 11)), 'before it was disabled')
  assert.ok(!check(disabled, list('', 6), { ...late, beforeMs: 20 }), 'after it was disabled')
  const use = (afterMs: number) => saw('encrypt-as-grantee', 'version 2', afterMs, afterMs + 100)
  assert.ok(check(given, taken, use(15)), 'within the bound')
  assert.ok(!check(given, taken, use(21)), 'past the bound')
  assert.ok(!check(use(0)), 'by somebody who never had a grant')
})

test('an old version opens nothing while it is retired', () => {
  const check = (...all: Observed[]) => isLinearisable(START, all)
  const retired = saw('retire-old', '', 0, 10)
  const opened = (afterMs: number) => saw('decrypt-old', 'opened', afterMs, afterMs + 5)
  assert.ok(check(opened(0), retired))
  assert.ok(!check(retired, opened(11)), 'opened while retired')
  assert.ok(check(retired, saw('restore-old', '', 11, 12), opened(13)))
  assert.ok(!check(retired, saw('list-versions', 'former', 11, 12)))
  assert.ok(!check(retired, saw('retire-old', '', 11, 12)), 'retired twice')
  const tooEarly = saw('retire-old', 'KMS.0308', 11, 12)
  assert.ok(check(opened(0), tooEarly), 'it was just used')
  assert.ok(!check(tooEarly), 'nobody used it')
  assert.ok(!check(saw('disable-key', '', 0, 5), saw('retire-old', '', 6, 9)), 'of a disabled key')
})

test('what is due rotates once, in the end and at the latest before the answer', () => {
  const check = (...all: Observed[]) => isLinearisable(START, all)
  const status = (text: string, afterMs: number) =>
    saw('get-key-rotation-status', text, afterMs, afterMs + 1)
  const aged = saw('age-period', '', 0, 5)
  assert.ok(!check(aged), 'it never came')
  assert.ok(isLinearisable(START, [aged], 'unsettled'), 'it may come')
  assert.ok(check(aged, status('on, 365 days, 2 rotations', 6)))
  const early = status('on, 365 days, 1 rotations', 6)
  assert.ok(isLinearisable(START, [aged, early], 'unsettled'), 'not yet')
  assert.ok(!check(aged, early), 'never')
  assert.ok(!check(aged, status('on, 365 days, 3 rotations', 6)), 'twice')
  const rotated = status('on, 365 days, 2 rotations', 6)
  const undone = status('on, 365 days, 1 rotations', 8)
  assert.ok(!isLinearisable(START, [aged, rotated, undone], 'unsettled'), 'undone')
  assert.ok(check(aged, saw('disable-key', '', 6, 7), undone), 'a disabled key waits')
  const changed = saw('update-key-rotation-interval', '', 0, 5)
  const rest = { ...saw('rotate-if-due', '', 0, 5), follows: changed }
  assert.ok(check(changed, rest, status('on, 30 days, 2 rotations', 6)))
  assert.ok(!check(changed, rest, status('on, 30 days, 1 rotations', 6)), 'due after the answer')
  assert.ok(check(changed, rest, status('on, 30 days, 1 rotations', 3)), 'due before the answer')
})
