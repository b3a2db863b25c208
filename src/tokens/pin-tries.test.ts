import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isFinalTry } from './pin-tries.ts'

/** CK_TOKEN_INFO with these flags, and every bit set elsewhere, so that places matter. */
function infoOf(flags: bigint): Buffer {
  const info = Buffer.alloc(208, 0xff)
  info.writeBigUInt64LE(flags, 96)
  return info
}

test('a token tells that one wrong PIN more locks it, by CKF_USER_PIN_FINAL_TRY alone', () => {
  assert.equal(isFinalTry(infoOf(0x4040dn)), true)
  const countLowLockedToBeChanged = 0x10000n | 0x20000n | 0x80000n
  for (const flags of [0n, 0x40dn, countLowLockedToBeChanged, 0x400000n]) {
    assert.equal(isFinalTry(infoOf(flags)), false, flags.toString(16))
  }
})
