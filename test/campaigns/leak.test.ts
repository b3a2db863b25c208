import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { plantIn, runLeak } from './leak.ts'
import { findMarks, formsOf } from './leak-search.ts'

test('secrets of every sixth operation are found nowhere', { timeout: 240_000 }, async () => {
  const { broken, lines } = await runLeak({ oneIn: 6, seals: 'people' }, () => undefined)
  assert.deepEqual(broken, [], lines.join('\n'))
})

test('a secret in a file of the data folder is found', async () => {
  const plant: Parameters<typeof runLeak>[0]['plant'] = async (folder, marks) => {
    const key = marks.find(({ what }) => what === 'root key')?.value ?? ''
    await plantIn(folder, Buffer.from(Buffer.from(key, 'base64').toString('hex')))
  }
  const { broken } = await runLeak({ oneIn: 1000, plant }, () => undefined)
  assert.match(broken.join('\n'), /^root key in planted, bytes in hexadecimal$/m)
})

test('a secret is found in each of its forms, wherever it begins', () => {
  const bytes = randomBytes(32)
  for (const value of [bytes.toString('hex'), bytes.toString('base64'), 'a "text" with signs: ü']) {
    for (const [form, planted] of formsOf(value)) {
      const content = Buffer.concat([randomBytes(7), planted, randomBytes(5)])
      const found = findMarks([{ what: 'it', value }], new Map([['there', content]]))
      assert.ok(found.includes(`it in there, ${form}`), form)
    }
    const means = value.startsWith('a') && value.includes(' ') ? Buffer.from(value) : bytes
    for (const before of [0, 1, 2, 3]) {
      const base64 = Buffer.concat([randomBytes(before), means]).toString('base64')
      const there = new Map([['there', Buffer.from(base64)]])
      assert.notDeepEqual(findMarks([{ what: 'it', value }], there), [], `${before} before it`)
    }
  }
})
