import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { bytesOf, nameOf, needsVectors, wycheproof } from '../../test/vectors.ts'
import { type GcmAlgorithm, gcmDecrypt, gcmEncryptInto } from './gcm.ts'

const FILES = [
  { algorithm: 'aes-256-gcm', file: 'aes_gcm_test.json', keyBits: 256, atLeast: 50 },
  { algorithm: 'sm4-gcm', file: 'sm4_gcm_test.json', keyBits: 128, atLeast: 20 },
] as const satisfies readonly {
  readonly algorithm: GcmAlgorithm
  readonly [more: string]: unknown
}[]

describe('GCM: Wycheproof', needsVectors, () => {
  for (const { algorithm, file, keyBits, atLeast } of FILES) {
    test(`${algorithm}: every case with a key, IV and tag as we use them`, () => {
      let cases = 0
      for (const group of wycheproof(file)) {
        if (group.keySize !== keyBits || group.ivSize !== 96 || group.tagSize !== 128) continue
        for (const vector of group.tests) {
          cases++
          const [key, iv, aad] = ['key', 'iv', 'aad'].map((name) => bytesOf(vector, name))
          const [msg, ct, tag] = ['msg', 'ct', 'tag'].map((name) => bytesOf(vector, name))
          assert.ok(key && iv && aad && msg && ct && tag)
          const opened = gcmDecrypt(algorithm, key, iv, tag, ct, aad)
          const expected = vector.result === 'valid' ? msg : undefined
          assert.deepEqual(opened, expected, nameOf(vector))
          if (vector.result !== 'valid') continue
          const target = Buffer.alloc(16 + msg.length)
          gcmEncryptInto(algorithm, key, iv, target, { tagAt: 0, textAt: 16 }, msg, aad)
          assert.deepEqual(target, Buffer.concat([tag, ct]), nameOf(vector))
        }
      }
      assert.ok(cases >= atLeast, `${cases} cases`)
    })
  }
})
