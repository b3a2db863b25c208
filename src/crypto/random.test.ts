import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  fillRandom,
  randomAlphanumericSecret,
  randomHex,
  randomSecret,
  randomUpperAlphanumeric,
  randomUuid,
} from './random.ts'

test('no byte of the pool is given out twice', () => {
  const seen = new Set<string>()
  for (let index = 0; index < 20_000; index++) seen.add(randomHex(8))
  assert.equal(seen.size, 20_000)
})

test('it fills where it is told, and only there', () => {
  const target = new Uint8Array(40)
  fillRandom(target, 8, 24)
  assert.deepEqual(target.subarray(0, 8), new Uint8Array(8))
  assert.deepEqual(target.subarray(32), new Uint8Array(8))
  assert.notDeepEqual(target.subarray(8, 32), new Uint8Array(24))
})

test('forms', () => {
  assert.match(
    randomUuid(),
    /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  )
  assert.match(randomUpperAlphanumeric(20), /^[A-Z0-9]{20}$/)
  assert.equal(randomSecret(7).length, 7)
  const text = randomAlphanumericSecret(40).lend((bytes) => Buffer.from(bytes).toString())
  assert.match(text, /^[A-Za-z0-9]{40}$/)
})

test('letters are equally likely', () => {
  const counts = new Map<string, number>()
  const letters = 36 * 2000
  for (const letter of randomUpperAlphanumeric(letters)) {
    counts.set(letter, (counts.get(letter) ?? 0) + 1)
  }
  // 35 degrees of freedom: beyond 90 once in about a million runs.
  let chiSquare = 0
  for (const count of counts.values()) chiSquare += (count - 2000) ** 2 / 2000
  assert.equal(counts.size, 36)
  assert.ok(chiSquare < 90, String(chiSquare))
})
