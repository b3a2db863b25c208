import assert from 'node:assert/strict'
import { test } from 'node:test'
import { frameReader } from './backup-frames.ts'
import { RefusedBackup } from './refused-backup.ts'

const rowless = [
  ['table', 'meta', []],
  ['tableEnd', 0, null],
]

function encoded(part: unknown): Buffer {
  const text = Buffer.from(typeof part === 'string' ? part : JSON.stringify(part))
  const length = Buffer.alloc(4)
  length.writeUInt32BE(text.length)
  return Buffer.concat([length, text])
}

function read(...parts: readonly unknown[]): number {
  const reader = frameReader()
  let frames = 0
  for (const part of parts) for (const _ of reader.add(encoded(part))) frames++
  reader.end()
  return frames
}

test('frames that are not as they are written are refused, whatever they are', () => {
  const table = (rows: unknown, columns: unknown = ['a', 'b']) =>
    read(['table', 'meta', columns], ['rows', rows], ['tableEnd', 1, null], ['end', 1, 1])
  assert.equal(table([['x', 7]]), 4)
  assert.equal(table([[['AAEC'], null]]), 4)
  for (const wrong of [
    () => read('no json'),
    () => read('{}'),
    () => read('null'),
    () => read(...rowless, ['end', 1, 0, 0]),
    () => read(...rowless, ['end', 1, 0], ['end', 1, 0]),
    () => read(['table', 'meta', []], ['tableEnd', 0], ['end', 1, 0]),
    () => read(['table', 'meta', []], ['tableEnd', 0, -1], ['end', 1, 0]),
    () => table([['x']]),
    () => table([['x', 1.5]]),
    () => table([['x', ['?']]]),
    () => table([['x', ['AAE']]]),
    () => table([['x', ['AAEC', 'AAEC']]]),
    () => table([['x', [7]]]),
    () => table([['x', 7]], ['a', 'a']),
    () => table([['x', 7]], ['a', '__proto__']),
    () => table([['x', 7]], ['a', 7]),
  ]) {
    assert.throws(wrong, RefusedBackup, `${wrong}`)
  }
})

test('a long frame that comes in small pieces is put together once', () => {
  const bytes = encoded(['table', 'meta', ['a']])
  const long = encoded(['rows', [['x'.repeat(16 * 2 ** 20)]]])
  const reader = frameReader()
  const startedAtMs = performance.now()
  let frames = [...reader.add(bytes)].length
  for (let at = 0; at < long.length; at += 4096) {
    frames += [...reader.add(long.subarray(at, at + 4096))].length
  }
  assert.equal(frames, 2)
  // Put together with each of its 4,097 pieces, 32 GiB would be copied.
  assert.ok(performance.now() - startedAtMs < 2500)
})
