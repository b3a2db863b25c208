import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { TERMINAL_WORDS_ZH as ZH } from '../../src/cli/chinese/terminal-words.ts'
import { amount, progressLine, showProgress } from '../../src/cli/progress.ts'
import { TERMINAL_WORDS_EN as EN } from '../../src/cli/terminal-words.ts'

const MIB = 1024 * 1024
const options = { task: 'encrypting', unit: 'bytes', total: 400 * MIB } as const

test('a line of progress tells share, count, rate and time to go', () => {
  assert.equal(
    progressLine(options, 100 * MIB, 2000, EN),
    'Encrypting [#####...............]  25 %  100.0 MiB  50.0 MiB/s  0:06 left',
  )
  assert.match(
    progressLine({ ...options, total: 400 * 1024 * MIB }, 10 * MIB, 1000, EN),
    /11:22:39 left/,
  )
})

test('in Chinese too', async () => {
  assert.equal(
    progressLine(options, 100 * MIB, 2000, ZH),
    '正在加密 [#####...............]  25 %  100.0 MiB  50.0 MiB/s  剩余 0:06',
  )
  const shown: string[] = []
  const io = { environment: { LANG: 'zh_CN.UTF-8' }, print: assert.fail, printError: assert.fail }
  const progress = await showProgress({ ...io, rewriteLine: (text) => shown.push(text) }, options)
  await setTimeout(120)
  progress.add(MIB)
  assert.match(shown[0] ?? '', /^正在加密 /)
})

test('what nobody knows is not told: an end, a rate in the first moment', () => {
  assert.equal(progressLine({ ...options, total: undefined }, MIB, 100, EN), 'Encrypting  1.0 MiB')
  assert.equal(progressLine({ ...options, total: 0 }, 0, 100, EN), 'Encrypting  0 B')
  const grown = progressLine(options, 500 * MIB, 1000, EN)
  assert.match(grown, /100 %/)
  assert.doesNotMatch(grown, /left/)
})

test('things are counted by their name', () => {
  assert.equal(amount(12345, 'keys', EN), '12,345 keys')
  assert.equal(amount(1, 'rows', EN), '1 row')
  assert.equal(amount(12345, 'keys', ZH), '12,345 个密钥')
  assert.equal(amount(1536, 'bytes', EN), '1.5 KiB')
})

test('it appears on a terminal, now and then, and goes away; elsewhere never', async () => {
  const shown: string[] = []
  const io = { environment: {}, print: assert.fail, printError: assert.fail }
  const progress = await showProgress({ ...io, rewriteLine: (text) => shown.push(text) }, options)
  progress.add(1)
  assert.deepEqual(shown, [])
  await setTimeout(120)
  progress.add(MIB)
  progress.add(MIB)
  assert.equal(shown.length, 1)
  progress.end()
  assert.equal(shown.at(-1), '')
  const unseen = await showProgress(io, options)
  unseen.add(MIB)
  unseen.end()
})
