import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tokenMemoryOf } from './token-memory.ts'

/** CK_TOKEN_INFO of a token that counts sessions and PIN lengths, too, so that places matter. */
function infoOf(total: bigint, free: bigint): Buffer {
  const info = Buffer.alloc(208, ' ')
  const ulongs = [0x40dn, 7n, 3n, 5n, 2n, 255n, 4n, 111n, 99n, total, free]
  for (const [index, value] of ulongs.entries()) info.writeBigUInt64LE(value, 96 + index * 8)
  return info
}

test('a token tells how much memory it has for private objects', () => {
  assert.deepEqual(tokenMemoryOf(infoOf(1000n, 50n)), { totalBytes: 1000, freeBytes: 50 })
  assert.deepEqual(tokenMemoryOf(infoOf(1000n, 0n)), { totalBytes: 1000, freeBytes: 0 })
})

test('one that does not tell has none to tell of', () => {
  const unavailable = 0xffff_ffff_ffff_ffffn
  for (const [total, free] of [
    [unavailable, unavailable],
    [unavailable, 5n],
    [5n, unavailable],
    [0n, 0n],
  ] as const) {
    assert.equal(tokenMemoryOf(infoOf(total, free)), undefined)
  }
})
