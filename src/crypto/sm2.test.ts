import assert from 'node:assert/strict'
import { generateKeyPairSync, hash, randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { decodeSequence, encodeIntegerPair } from './der.ts'
import { SecretBytes } from './secret-bytes.ts'
import {
  sm2Generate,
  sm2MessageDigest,
  sm2Pkcs8,
  sm2PointOf,
  sm2PointOfSpki,
  sm2ScalarOf,
  sm2Spki,
} from './sm2.ts'
import {
  sm2DecryptRaw,
  sm2EncryptRaw,
  sm2SharedX,
  sm2SignDigest,
  sm2VerifyDigest,
} from './sm2-operations.ts'
import { loadPrivateKey } from './suite.ts'

const ORDER = 'fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123'
const { scalar, point } = sm2Generate()
const digest = hash('sm3', 'message', 'buffer')

/** C1 ‖ C3 ‖ C2, as other programs write it. */
function bareForm(der: Uint8Array): Buffer {
  const [x, y, c3, c2] = (decodeSequence(der) ?? []).map(({ bytes }) => Buffer.from(bytes))
  const wide = (bytes: Buffer | undefined) =>
    Buffer.concat([Buffer.alloc(32), bytes ?? Buffer.alloc(0)]).subarray(-32)
  return Buffer.concat([Buffer.from([4]), wide(x), wide(y), c3 ?? digest, c2 ?? digest])
}

describe('SM2', () => {
  test('the digest of a message, as GM/T 0003.5 has it in its example', () => {
    const publicKey =
      '0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020' +
      'ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13'
    const e = sm2MessageDigest(Buffer.from(publicKey, 'hex'), Buffer.from('message digest'))
    assert.equal(
      e.toString('hex'),
      'f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640',
    )
    const signature =
      'f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3' +
      'b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa'
    const der = encodeIntegerPair(Buffer.from(signature, 'hex'))
    assert.equal(sm2VerifyDigest(Buffer.from(publicKey, 'hex'), e, der), true)
  })

  test('a signature with another form, or out of range, is none', () => {
    const der = sm2SignDigest(scalar, digest)
    assert.equal(sm2VerifyDigest(point, digest, der), true)
    const pair = (r: string, s: string) => encodeIntegerPair(Buffer.from(r + s, 'hex'))
    const one = '1'.padStart(64, '0')
    const zero = '0'.repeat(64)
    for (const forged of [
      pair(zero, one),
      pair(one, zero),
      pair(ORDER, one),
      pair(one, ORDER),
      pair(one, one),
      Buffer.alloc(0),
      Buffer.from(der).subarray(1),
      Buffer.concat([der, Buffer.alloc(1)]),
    ]) {
      assert.equal(sm2VerifyDigest(point, digest, forged), false)
    }
    const n = BigInt(`0x${ORDER}`)
    const r = (n - 1n).toString(16).padStart(64, '0')
    assert.equal(sm2VerifyDigest(point, digest, pair(r, one)), false, 'r + s is the order')
  })

  test('both forms of a cipher text open, and nothing else does', () => {
    const plaintext = Buffer.from('sm2 encrypts')
    const der = sm2EncryptRaw(point, plaintext)
    const bare = bareForm(der)
    for (const form of [der, bare]) {
      assert.deepEqual(Buffer.from(sm2DecryptRaw(scalar, form) ?? []), plaintext)
    }
    assert.equal(sm2DecryptRaw(sm2Generate().scalar, der), undefined)
    for (const wrong of [
      Buffer.alloc(0),
      bare.subarray(0, 96),
      bare.subarray(0, 97),
      Buffer.concat([bare, Buffer.alloc(1)]),
      Buffer.from(der).subarray(0, -1),
      encodeIntegerPair(Buffer.alloc(64, 1)),
    ]) {
      assert.equal(sm2DecryptRaw(scalar, wrong), undefined)
    }
  })

  test('a point that is not on the curve never meets the private key', () => {
    const bare = bareForm(sm2EncryptRaw(point, Buffer.from('x')))
    const off = Buffer.from(bare)
    off[64] = (off[64] ?? 0) ^ 1
    assert.equal(sm2DecryptRaw(scalar, off), undefined)
    const spki = Buffer.from(sm2Spki(point))
    spki[spki.length - 1] = (spki.at(-1) ?? 0) ^ 1
    assert.equal(sm2PointOfSpki(spki), undefined)
    assert.equal(sm2PointOfSpki(sm2Spki(point).subarray(0, -1)), undefined)
    const nist = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const other = nist.publicKey.export({ format: 'der', type: 'spki' })
    assert.equal(sm2PointOfSpki(other), undefined)
  })

  test('messages of a single byte are never shown by a mask of zeros', () => {
    const plaintext = Buffer.from([0x5a])
    for (let n = 0; n < 300; n++) {
      const values = decodeSequence(sm2EncryptRaw(point, plaintext))
      assert.notDeepEqual(Buffer.from(values?.[3]?.bytes ?? []), plaintext)
    }
  })

  test('decrypting undoes encrypting', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), (plaintext) => {
        const opened = sm2DecryptRaw(scalar, sm2EncryptRaw(point, plaintext))
        assert.deepEqual(Buffer.from(opened ?? []), Buffer.from(plaintext))
      }),
      { numRuns: 20 },
    )
  })

  test('two sides agree, and OpenSSL made keys are keys', () => {
    const peer = sm2Generate()
    assert.deepEqual(sm2SharedX(scalar, peer.point), sm2SharedX(peer.scalar, point))
    const made = generateKeyPairSync('ec', { namedCurve: 'SM2' })
    const der = made.publicKey.export({ format: 'der', type: 'spki' })
    assert.equal(sm2PointOfSpki(der)?.length, 65)
    assert.deepEqual(sm2ScalarOf(sm2Pkcs8(scalar)), scalar)
    assert.deepEqual(sm2PointOf(scalar), point)
    const nist = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
    assert.equal(sm2ScalarOf(nist.export({ format: 'der', type: 'pkcs8' })), undefined)
    assert.equal(sm2ScalarOf(randomBytes(40)), undefined)
    assert.throws(
      () => loadPrivateKey('SM2', new SecretBytes(randomBytes(40))),
      /not the private key/,
    )
  })

  test('a key agrees with a peer on its curve alone', async () => {
    const key = loadPrivateKey('SM2', new SecretBytes(sm2Pkcs8(scalar)))
    const peer = sm2Generate()
    const secret = await key.agree(sm2Spki(peer.point))
    const expected = Buffer.from(sm2SharedX(peer.scalar, point))
    assert.deepEqual(
      secret?.lend((bytes) => Buffer.from(bytes)),
      expected,
    )
    assert.equal(await key.agree(randomBytes(91)), undefined)
  })
})
