import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runPowerCommands } from './power-commands.ts'
import { POWERED } from './powered-commands.ts'
import { noTrace } from './write-trace.ts'

const skip = noTrace() ?? false
const quiet = () => undefined

test('recorded commands cut short: what was done is there, all or nothing otherwise', {
  skip,
}, async () => {
  const kinds = Object.keys(POWERED)
  const { broken, lines } = await runPowerCommands({ kinds, every: 16, seed: 3 }, quiet)
  assert.deepEqual(broken, [])
  assert.equal(lines.filter((line) => /[1-9]\d* cuts/.test(line)).length, kinds.length)
})

test('a disk that has not what it says is found out', { skip }, async () => {
  const options = { kinds: ['root-rotate', 'root-retire'], every: 4, seed: 4, ignoresSyncs: true }
  const { broken } = await runPowerCommands(options, quiet)
  assert.ok(broken.length > 0)
})
