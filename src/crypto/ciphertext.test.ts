import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { KeyId, VersionNumber } from '../core/ids.ts'
import { KEY_SPECS } from '../core/key-specs.ts'
import {
  type Binding,
  type Ciphertext,
  decryptMessage,
  encryptMessage,
  FRAME_OVERHEAD_BYTES,
  MAX_FRAME_PLAINTEXT_BYTES,
  type ProtectedKind,
  parseCiphertext,
} from './ciphertext.ts'
import type { DataCipher } from './data-cipher.ts'
import { sha256 } from './digest.ts'
import { type CallerContext, canonicalContext } from './encryption-context.ts'
import { SecretBytes } from './secret-bytes.ts'
import { loadCipher } from './suite.ts'

const KEY_ID = '0d0466b0-e727-4d9c-b35d-f84bb474a37f' as KeyId

const contexts: fc.Arbitrary<CallerContext> = fc.oneof(
  fc.constant({ kind: 'none' } as const),
  fc.string({ unit: 'grapheme' }).map((text) => ({ kind: 'text', text }) as const),
  fc
    .uniqueArray(fc.tuple(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' })), {
      selector: ([name]) => name,
      maxLength: 4,
    })
    .map((pairs) => ({ kind: 'pairs', pairs }) as const),
)
const bindings: fc.Arbitrary<Binding> = fc.record({
  keyId: fc.constant(KEY_ID),
  version: fc.integer({ min: 1, max: 0xffffffff }).map((n) => n as VersionNumber),
  kind: fc.constantFrom<ProtectedKind>('data', 'datakey'),
  context: contexts,
})
const specs = fc.constantFrom('AES_256', 'SM4')
const plaintexts = fc.uint8Array({ maxLength: 300 })

function parsed(frame: Uint8Array): Ciphertext {
  const result = parseCiphertext(frame)
  assert.equal(result.kind, 'ok')
  return result.kind === 'ok' ? result.ciphertext : assert.fail()
}

/** A cipher under a key of its own. */
function freshCipher(spec: 'AES_256' | 'SM4'): DataCipher {
  return loadCipher(spec, SecretBytes.random(KEY_SPECS[spec].material.bytes))
}

/** The frame with its digest made right again, so that only the cipher itself can refuse it. */
function resealed(frame: Buffer): Buffer {
  const body = frame.subarray(0, -32)
  return Buffer.concat([body, sha256(body)])
}

describe('cipher texts', () => {
  test('decrypting undoes encrypting', () => {
    fc.assert(
      fc.property(specs, bindings, plaintexts, (spec, binding, plaintext) => {
        const cipher = freshCipher(spec)
        const frame = encryptMessage(cipher, binding, plaintext)
        assert.equal(frame.length, plaintext.length + FRAME_OVERHEAD_BYTES + 32)
        const ciphertext = parsed(frame)
        assert.equal(ciphertext.keyId, binding.keyId)
        assert.equal(ciphertext.version, binding.version)
        assert.equal(ciphertext.plaintextBytes, plaintext.length)
        const opened = decryptMessage(cipher, ciphertext, binding.kind, binding.context)
        assert.deepEqual(opened, Buffer.from(plaintext))
      }),
    )
  })

  test('any flipped bit is refused, by the digest and by the cipher itself', () => {
    const position = fc.nat()
    fc.assert(
      fc.property(specs, bindings, plaintexts, position, (spec, binding, plaintext, nat) => {
        const cipher = freshCipher(spec)
        const frame = encryptMessage(cipher, binding, plaintext)
        const bit = nat % (frame.length * 8)
        frame[bit >> 3] = (frame[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        assert.notEqual(parseCiphertext(frame).kind, 'ok')
        if (bit >> 3 >= frame.length - 32) return
        const result = parseCiphertext(resealed(frame))
        if (result.kind !== 'ok') return
        const { ciphertext } = result
        assert.equal(decryptMessage(cipher, ciphertext, binding.kind, binding.context), undefined)
      }),
      { numRuns: 500 },
    )
  })

  test('every single bit of one frame', () => {
    const cipher = freshCipher('AES_256')
    const binding: Binding = {
      keyId: KEY_ID,
      version: 1 as VersionNumber,
      kind: 'data',
      context: { kind: 'none' },
    }
    const whole = encryptMessage(cipher, binding, Buffer.from('hello'))
    for (let bit = 0; bit < (whole.length - 32) * 8; bit++) {
      const frame = Buffer.from(whole)
      frame[bit >> 3] = (frame[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      const result = parseCiphertext(resealed(frame))
      if (result.kind !== 'ok') continue
      const opened = decryptMessage(cipher, result.ciphertext, 'data', binding.context)
      assert.equal(opened, undefined, `bit ${bit}`)
    }
  })

  test('another kind, context or key does not open', () => {
    fc.assert(
      fc.property(specs, bindings, plaintexts, contexts, (spec, binding, plaintext, other) => {
        const cipher = freshCipher(spec)
        const ciphertext = parsed(encryptMessage(cipher, binding, plaintext))
        const kind = binding.kind === 'data' ? 'datakey' : 'data'
        assert.equal(decryptMessage(cipher, ciphertext, kind, binding.context), undefined)
        const stranger = freshCipher(spec)
        const { context } = binding
        assert.equal(decryptMessage(stranger, ciphertext, binding.kind, context), undefined)
        const isSame = canonicalContext(other).equals(canonicalContext(context))
        const opened = decryptMessage(cipher, ciphertext, binding.kind, other)
        assert.equal(opened !== undefined, isSame)
      }),
    )
  })

  test('a frame of one suite is not opened by another', () => {
    const aes = freshCipher('AES_256')
    const sm4 = freshCipher('SM4')
    const context: CallerContext = { kind: 'none' }
    const binding: Binding = { keyId: KEY_ID, version: 1 as VersionNumber, kind: 'data', context }
    const ciphertext = parsed(encryptMessage(aes, binding, Buffer.from('x')))
    assert.equal(decryptMessage(sm4, ciphertext, 'data', context), undefined)
  })

  test('cut, lengthened and foreign bytes are malformed', () => {
    const cipher = freshCipher('AES_256')
    const context: CallerContext = { kind: 'none' }
    const binding: Binding = { keyId: KEY_ID, version: 1 as VersionNumber, kind: 'data', context }
    const frame = encryptMessage(cipher, binding, Buffer.from('hello'))
    for (let length = 0; length < frame.length; length++) {
      assert.equal(parseCiphertext(frame.subarray(0, length)).kind, 'malformed')
    }
    const longer = Buffer.concat([frame, Buffer.alloc(1)])
    assert.equal(parseCiphertext(longer).kind, 'malformed')
    assert.equal(parseCiphertext(Buffer.alloc(70_000)).kind, 'malformed')
  })

  test('the longest plaintext, and one byte more', () => {
    const cipher = freshCipher('SM4')
    const context: CallerContext = { kind: 'none' }
    const binding: Binding = { keyId: KEY_ID, version: 1 as VersionNumber, kind: 'data', context }
    const longest = Buffer.alloc(MAX_FRAME_PLAINTEXT_BYTES, 1)
    const ciphertext = parsed(encryptMessage(cipher, binding, longest))
    assert.deepEqual(decryptMessage(cipher, ciphertext, 'data', context), longest)
    const tooLong = Buffer.alloc(MAX_FRAME_PLAINTEXT_BYTES + 1)
    assert.throws(() => encryptMessage(cipher, binding, tooLong), /too long/)
  })
})

describe('contexts of callers', () => {
  test('two that differ never have the same bytes', () => {
    fc.assert(
      fc.property(contexts, contexts, (a, b) => {
        const isSame = canonicalContext(a).equals(canonicalContext(b))
        assert.equal(isSame, JSON.stringify(sorted(a)) === JSON.stringify(sorted(b)))
      }),
    )
  })

  test('the order of pairs does not matter, a name that comes twice is a defect', () => {
    const bytes = (pairs: readonly (readonly [string, string])[]) =>
      canonicalContext({ kind: 'pairs', pairs })
    const one = bytes([
      ['b', '2'],
      ['a', '1'],
    ])
    const other = bytes([
      ['a', '1'],
      ['b', '2'],
    ])
    assert.deepEqual(one, other)
    assert.throws(
      () =>
        bytes([
          ['a', '1'],
          ['a', '2'],
        ]),
      /twice/,
    )
  })

  test('text that looks like pairs is not pairs', () => {
    const pairs = canonicalContext({ kind: 'pairs', pairs: [['a', '1']] })
    const text = pairs.subarray(1).toString('latin1')
    assert.notDeepEqual(canonicalContext({ kind: 'text', text }), pairs)
  })
})

function sorted(context: CallerContext): unknown {
  if (context.kind !== 'pairs') return context
  const compare = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b))
  return { ...context, pairs: [...context.pairs].sort(([a], [b]) => compare(a, b)) }
}
