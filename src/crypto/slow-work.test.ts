import assert from 'node:assert/strict'
import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  verify,
} from 'node:crypto'
import { describe, test } from 'node:test'
import { isPss, padPkcs1, padPss, type RsaHash } from './rsa-padding.ts'
import { inTurn, runSlowly } from './slow-work.ts'

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const publicKey: KeyObject = createPublicKey(privateKey as never)
const message = Buffer.from('slow')

describe('slow work', () => {
  test('many orders at once, each gets its own answer', async () => {
    const messages = Array.from({ length: 20 }, (_, n) => Buffer.from(`message ${n}`))
    const signatures = await Promise.all(
      messages.map((bytes) => runSlowly('rsaSign', privateKey, 'sha256', false, bytes)),
    )
    for (const [n, signature] of signatures.entries()) {
      assert.ok(verify('sha256', messages[n] ?? message, publicKey, signature), String(n))
    }
  })

  test('an order that fails is told so, and the next one is served', async () => {
    const short = Buffer.alloc(3)
    await assert.rejects(runSlowly('rsaPrivate', privateKey, short), /rsaPrivate/)
    assert.equal(await runSlowly('rsaOaepDecrypt', privateKey, Buffer.alloc(256)), undefined)
    const signature = await runSlowly('rsaSign', privateKey, 'sha384', true, message)
    assert.equal(signature.length, 256)
  })

  test('work that others do has its turn too, also after a failure', async () => {
    await assert.rejects(
      inTurn(() => Promise.reject(new Error('of the test'))),
      /of the test/,
    )
    const both = [inTurn(async () => 1), runSlowly('rsaSign', privateKey, 'sha256', false, message)]
    const [one] = await Promise.all(both)
    assert.equal(one, 1)
  })
})

describe('padding of digests', () => {
  for (const name of ['sha256', 'sha384', 'sha512'] as const satisfies readonly RsaHash[]) {
    test(`${name}: what is padded here is a signature there`, async () => {
      const digest = createHash(name).update(message).digest()
      const bare = await runSlowly('rsaPrivate', privateKey, padPkcs1(name, digest, 2048))
      assert.ok(verify(name, message, publicKey, bare))
    })

    test(`${name}: a flipped bit anywhere is no EMSA-PSS`, () => {
      const digest = createHash(name).update(message).digest()
      const encoded = padPss(name, digest, 2048, Buffer.alloc(digest.length, 7))
      assert.ok(isPss(name, digest, 2048, encoded))
      for (let bit = 0; bit < encoded.length * 8; bit += 5) {
        const changed = Buffer.from(encoded)
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        assert.equal(isPss(name, digest, 2048, changed), false, String(bit))
      }
      const other = createHash(name).update('other').digest()
      assert.equal(isPss(name, other, 2048, encoded), false)
      assert.equal(isPss(name, digest, 2048, encoded.subarray(1)), false)
    })
  }

  test('a modulus of a length that is no multiple of 8 has a byte before', () => {
    const digest = createHash('sha256').update(message).digest()
    const encoded = padPss('sha256', digest, 2049, Buffer.alloc(32))
    assert.equal(encoded.length, 257)
    assert.ok(isPss('sha256', digest, 2049, encoded))
    encoded[0] = 1
    assert.equal(isPss('sha256', digest, 2049, encoded), false)
  })

  test('too short a modulus is our mistake', () => {
    const digest = createHash('sha512').update(message).digest()
    assert.throws(() => padPkcs1('sha512', digest, 512), /too short/)
    assert.throws(() => padPss('sha512', digest, 512, digest), /too short/)
  })
})
