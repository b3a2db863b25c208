import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runRights } from './rights.ts'
import { expectedAnswer } from './rights-rule.ts'

test('every ninth operation, by everybody, for a key in every state', async () => {
  const { broken, lines } = await runRights({ oneIn: 9 }, () => undefined)
  assert.deepEqual(broken, [])
  const calls = Number(/^\d+/.exec(lines[0] ?? '')?.[0])
  assert.ok(calls > 200, `${calls} calls`)
})

test('an answer that nobody expects is found', async () => {
  const expected: typeof expectedAnswer = (cell) =>
    cell.id === 'DisableKey' && cell.principal === 'reader' ? 'done' : expectedAnswer(cell)
  const { broken } = await runRights({ oneIn: 1, expected, only: 'DisableKey' }, () => undefined)
  assert.match(broken[0] ?? '', /^DisableKey, enabled, reader: 403 KMS.0307, expected done$/)
})
