import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runPowerLoss } from './power-loss.ts'
import { noTrace } from './write-trace.ts'

const skip = noTrace() ?? false
const options = { operations: 24, every: 12, seed: 3, startEvery: 60 }
const quiet = () => undefined

// The names of a new data folder, of the first credentials and of the audit files could be gone with the
// power; and of the audit log's last second the middle.
for (const auditSync of ['group', 'interval'] as const) {
  test(`a recorded run cut short: all is there, audit by ${auditSync}`, { skip }, async () => {
    const { broken, lines } = await runPowerLoss({ ...options, auditSync }, quiet)
    assert.deepEqual(broken, [])
    assert.match(lines.join(), /[1-9]\d+ cuts, [1-9]\d* servers/)
  })
}

test('a disk that has not what it says is found out', { skip }, async () => {
  const lying = { ...options, every: 40, auditSync: 'group', ignoresSyncs: true } as const
  const { broken } = await runPowerLoss(lying, quiet)
  assert.ok(broken.some((problem) => /lacks request/.test(problem)))
  assert.ok(broken.some((problem) => /key \S+ is undefined and not/.test(problem)))
})
