import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import {
  decodeIntegerPair,
  decodeSequence,
  encodeIntegerPair,
  encodeSequence,
  leftPadded,
} from './der.ts'

const bytes = fc.uint8Array({ minLength: 1, maxLength: 300 })

describe('DER', () => {
  test('decoding undoes encoding, whatever the lengths', () => {
    fc.assert(
      fc.property(bytes, fc.uint8Array({ maxLength: 400 }), (integer, octets) => {
        const values = [
          { kind: 'integer', bytes: integer },
          { kind: 'octets', bytes: octets },
        ] as const
        const decoded = decodeSequence(encodeSequence(values))
        assert.ok(decoded)
        assert.deepEqual(leftPadded(decoded[0]?.bytes ?? integer, 300), leftPadded(integer, 300))
        assert.deepEqual(Buffer.from(decoded[1]?.bytes ?? []), Buffer.from(octets))
      }),
    )
  })

  test('there is one form of a pair, and no other is taken', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 64, maxLength: 64 }), fc.nat(), (pair, at) => {
        const der = encodeIntegerPair(pair)
        assert.deepEqual(decodeIntegerPair(der, 32), Buffer.from(pair))
        const changed = Buffer.from(der)
        changed[at % der.length] = (changed[at % der.length] ?? 0) ^ 0x80
        const again = decodeIntegerPair(changed, 32)
        if (again !== undefined) assert.deepEqual(encodeIntegerPair(again), changed)
      }),
    )
  })

  for (const [what, hex] of [
    ['nothing', ''],
    ['no sequence', '0201'],
    ['a cut sequence', '3006020101'],
    ['something behind it', '300602010102010200'],
    ['a negative integer', '3006020181020101'],
    ['an integer with a needless zero', '300702020001020101'],
    ['an empty integer', '30050200020101'],
    ['a length in a needless byte', '308106020101020101'],
    ['a length in two needless bytes', '30820006020101020101'],
    ['a length without end', '3080020101020101'],
    ['another tag inside', '3006010101020101'],
    ['one integer', '3003020101'],
    ['three integers', '3009020101020101020101'],
    ['an integer that is too long', `3026022101${'00'.repeat(32)}020101`],
    ['octets for an integer', '3006040101020101'],
  ] as const) {
    test(`${what} is no pair`, () => {
      assert.equal(decodeIntegerPair(Buffer.from(hex, 'hex'), 32), undefined)
    })
  }

  test('zero, and an integer with its highest bit', () => {
    assert.equal(
      encodeIntegerPair(Buffer.from('00ff', 'hex')).toString('hex'),
      '3007020100020200ff',
    )
    assert.deepEqual(
      decodeIntegerPair(Buffer.from('3007020100020200ff', 'hex'), 1),
      Buffer.from('00ff', 'hex'),
    )
    assert.equal(leftPadded(Buffer.alloc(3), 2), undefined)
  })
})
