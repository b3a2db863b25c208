import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { amount, progressLine, showProgress } from '../../src/cli/progress.ts'

const MIB = 1024 * 1024
const options = { label: 'Encrypting', unit: 'bytes', total: 400 * MIB }

test('a line of progress tells share, count, rate and time to go', () => {
  assert.equal(
    progressLine(options, 100 * MIB, 2000),
    'Encrypting [#####...............]  25 %  100.0 MiB  50.0 MiB/s  0:06 left',
  )
  assert.match(
    progressLine({ ...options, total: 400 * 1024 * MIB }, 10 * MIB, 1000),
    /11:22:39 left/,
  )
})

test('what nobody knows is not told: an end, a rate in the first moment', () => {
  assert.equal(progressLine({ ...options, total: undefined }, MIB, 100), 'Encrypting  1.0 MiB')
  assert.equal(progressLine({ ...options, total: 0 }, 0, 100), 'Encrypting  0 B')
  const grown = progressLine(options, 500 * MIB, 1000)
  assert.match(grown, /100 %/)
  assert.doesNotMatch(grown, /left/)
})

test('things are counted by their name', () => {
  assert.equal(amount(12345, 'keys'), '12,345 keys')
  assert.equal(amount(1536, 'bytes'), '1.5 KiB')
})

test('it appears on a terminal, now and then, and goes away; elsewhere never', async () => {
  const shown: string[] = []
  const io = { environment: {}, print: assert.fail, printError: assert.fail }
  const progress = showProgress({ ...io, rewriteLine: (text) => shown.push(text) }, options)
  progress.add(1)
  assert.deepEqual(shown, [])
  await setTimeout(120)
  progress.add(MIB)
  progress.add(MIB)
  assert.equal(shown.length, 1)
  progress.end()
  assert.equal(shown.at(-1), '')
  const unseen = showProgress(io, options)
  unseen.add(MIB)
  unseen.end()
})
