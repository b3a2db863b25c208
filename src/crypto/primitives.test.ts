import assert from 'node:assert/strict'
import { createHmac, createSecretKey, hkdfSync } from 'node:crypto'
import { describe, test } from 'node:test'
import { bytesOf, nameOf, needsVectors, wycheproof } from '../../test/vectors.ts'
import { dataKeyDigest, equalInConstantTime, sha256 } from './digest.ts'

describe('primitives that we take from node:crypto as they are', needsVectors, () => {
  for (const [algorithm, file] of [
    ['sha256', 'hmac_sha256_test.json'],
    ['sm3', 'hmac_sm3_test.json'],
  ] as const) {
    test(`HMAC with ${algorithm}: Wycheproof`, () => {
      let cases = 0
      for (const group of wycheproof(file)) {
        for (const vector of group.tests) {
          cases++
          const key = createSecretKey(bytesOf(vector, 'key'))
          const mac = createHmac(algorithm, key).update(bytesOf(vector, 'msg')).digest()
          const tag = bytesOf(vector, 'tag')
          const isValid = equalInConstantTime(mac.subarray(0, tag.length), tag)
          assert.equal(isValid, vector.result === 'valid', nameOf(vector))
        }
      }
      assert.ok(cases > 100)
    })
  }

  test('HKDF-SHA-256: Wycheproof', () => {
    for (const group of wycheproof('hkdf_sha256_test.json')) {
      for (const vector of group.tests) {
        const derive = () =>
          Buffer.from(
            hkdfSync(
              'sha256',
              bytesOf(vector, 'ikm'),
              bytesOf(vector, 'salt'),
              bytesOf(vector, 'info'),
              Number(vector['size']),
            ),
          )
        if (vector.result === 'valid') {
          assert.deepEqual(derive(), bytesOf(vector, 'okm'), nameOf(vector))
        } else {
          assert.throws(derive, nameOf(vector))
        }
      }
    }
  })
})

describe('digests', () => {
  test('of "abc", as FIPS 180-4 and GB/T 32905 print them', () => {
    const abc = Buffer.from('abc')
    assert.equal(
      dataKeyDigest('sha256', abc).toString('hex'),
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    )
    assert.equal(
      dataKeyDigest('sm3', abc).toString('hex'),
      '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0',
    )
    assert.deepEqual(sha256('abc'), sha256(abc))
  })

  test('comparison', () => {
    assert.equal(equalInConstantTime(Buffer.from('ab'), Buffer.from('ab')), true)
    assert.equal(equalInConstantTime(Buffer.from('ab'), Buffer.from('ac')), false)
    assert.equal(equalInConstantTime(Buffer.from('ab'), Buffer.from('abc')), false)
  })
})
