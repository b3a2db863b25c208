import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, test } from 'node:test'
import { needsVectors, vectorFile } from '../../test/vectors.ts'
import { NONCE_BYTES, TAG_BYTES } from './data-cipher.ts'
import { SecretBytes } from './secret-bytes.ts'
import { xaes256Gcm, xaesWithNonces } from './xaes-256-gcm.ts'

const OFFSETS = { nonceAt: 0, tagAt: NONCE_BYTES, textAt: NONCE_BYTES + TAG_BYTES } as const

interface Vector {
  readonly key: string
  readonly nonce_ascii: string
  readonly plaintext_ascii: string
  readonly aad_ascii: string
  readonly ciphertext_and_tag: string
}

/** Cipher text ‖ tag, as the specification prints it. */
function seal(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array, aad: Uint8Array): Buffer {
  const cipher = xaesWithNonces(new SecretBytes(Uint8Array.from(key)), 1, (target, at) =>
    target.set(nonce, at),
  )
  const target = Buffer.alloc(OFFSETS.textAt + plaintext.length)
  cipher.encryptInto(target, OFFSETS, plaintext, aad)
  const tag = target.subarray(OFFSETS.tagAt, OFFSETS.textAt)
  const text = target.subarray(OFFSETS.textAt)
  const opened = cipher.decrypt(target.subarray(0, NONCE_BYTES), tag, text, aad)
  assert.deepEqual(opened, Buffer.from(plaintext))
  return Buffer.concat([text, tag])
}

describe('XAES-256-GCM', () => {
  describe('the vectors of the specification', needsVectors, () => {
    const file = needsVectors.skip === false ? JSON.parse(vectorFile('xaes-256-gcm.json')) : {}

    for (const [index, vector] of ((file.vectors ?? []) as readonly Vector[]).entries()) {
      test(`vector ${index + 1}`, () => {
        const sealed = seal(
          Buffer.from(vector.key, 'hex'),
          Buffer.from(vector.nonce_ascii),
          Buffer.from(vector.plaintext_ascii),
          Buffer.from(vector.aad_ascii),
        )
        assert.equal(sealed.toString('hex'), vector.ciphertext_and_tag)
      })
    }

    const iterations = process.env['KEYTURN_LONG'] === '1' ? [10_000, 1_000_000] : [10_000]
    for (const count of iterations) {
      test(`the accumulated test of ${count}`, () => {
        assert.equal(accumulated(count), file.accumulated[String(count)])
      })
    }
  })

  test('nonces of one key differ', () => {
    const cipher = xaes256Gcm(SecretBytes.random(32), 1)
    const nonces = new Set<string>()
    for (let index = 0; index < 5000; index++) {
      const target = Buffer.alloc(OFFSETS.textAt)
      cipher.encryptInto(target, OFFSETS, new Uint8Array(0), new Uint8Array(0))
      nonces.add(target.toString('hex', 0, NONCE_BYTES))
    }
    assert.equal(nonces.size, 5000)
  })

  test('a key of another length is a defect', () => {
    assert.throws(() => xaes256Gcm(SecretBytes.random(16), 1), /32 bytes/)
  })
})

/** The specification's test over random inputs: each is drawn from SHAKE-128 of nothing. */
function accumulated(count: number): string {
  const source = shakeStream()
  const sum = createHash('shake128', { outputLength: 32 })
  for (let index = 0; index < count; index++) {
    const key = source(32)
    const nonce = source(24)
    const plaintext = source(source(1)[0] ?? 0)
    const aad = source(source(1)[0] ?? 0)
    sum.update(seal(key, nonce, plaintext, aad))
  }
  return sum.digest('hex')
}

/** SHAKE-128 of the empty input, read on and on; node gives it only at one length, so ever longer. */
function shakeStream(): (length: number) => Buffer {
  let output = Buffer.alloc(0)
  let at = 0
  return (length) => {
    if (at + length > output.length) {
      const outputLength = Math.max(1024 * 1024, 4 * output.length)
      output = createHash('shake128', { outputLength }).digest()
    }
    at += length
    return output.subarray(at - length, at)
  }
}
