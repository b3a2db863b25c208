import assert from 'node:assert/strict'
import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { KEY_SPEC_NAMES, specOf } from '../core/key-specs.ts'
import { CANNOT } from './asymmetric-key.ts'
import { unwrapPrivateKey } from './import-wrapping.ts'
import { generatePair, normalisePrivateKey, type PairKind } from './key-pair.ts'
import { SecretBytes } from './secret-bytes.ts'
import {
  generateMaterial,
  loadCipher,
  loadMaterial,
  loadPrivateKey,
  loadPublicKey,
} from './suite.ts'

const der = (key: KeyObject): Buffer => key.export({ format: 'der', type: 'pkcs8' })

describe('key pairs', () => {
  test('what is made passes as what it is, and as nothing else', async () => {
    const kinds: readonly PairKind[] = [
      { kind: 'rsa', modulusBits: 2048 },
      { kind: 'ec', curve: 'prime256v1' },
      { kind: 'ec', curve: 'secp384r1' },
      { kind: 'ec', curve: 'secp256k1' },
      { kind: 'ec', curve: 'secp521r1' },
      { kind: 'ec', curve: 'SM2' },
      { kind: 'ed25519' },
      { kind: 'ml-dsa', parameterSet: 'ml-dsa-44' },
      { kind: 'ml-dsa', parameterSet: 'ml-dsa-65' },
    ]
    for (const made of kinds) {
      const { privateKey } = await generatePair(made)
      for (const kind of kinds) {
        const normalised = privateKey.lend((bytes) => normalisePrivateKey(kind, bytes))
        assert.equal(normalised !== undefined, kind === made, JSON.stringify([made, kind]))
      }
    }
  })

  test('what nobody should bring', () => {
    const rsa: PairKind = { kind: 'rsa', modulusBits: 2048 }
    const small = generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 3 })
    assert.equal(normalisePrivateKey(rsa, der(small.privateKey)), undefined, 'exponent 3')
    const other = generateKeyPairSync('rsa', { modulusLength: 3072 })
    assert.equal(normalisePrivateKey(rsa, der(other.privateKey)), undefined, 'another length')
    const publicKey = other.publicKey.export({ format: 'der', type: 'spki' })
    assert.equal(normalisePrivateKey(rsa, publicKey), undefined, 'a public key')
    assert.equal(normalisePrivateKey(rsa, randomBytes(100)), undefined, 'junk')
    const kek = new SecretBytes(randomBytes(16))
    assert.equal(unwrapPrivateKey(kek, randomBytes(40)), undefined, 'too short a wrapping key')
  })

  test('a spec loads its own material, and the wrong question is our mistake', async () => {
    for (const spec of KEY_SPEC_NAMES.filter((name) => !/^RSA_(3072|4096)$/.test(name))) {
      const loaded = loadMaterial(spec, await generateMaterial(spec))
      const expected = { symmetric: 'cipher', mac: 'mac', asymmetric: 'asymmetric' }
      assert.equal(loaded.kind, expected[specOf(spec).family], spec)
      assert.ok(loaded.memoryBytes > 0)
      if (loaded.kind === 'asymmetric') {
        assert.deepEqual(loadPublicKey(spec, loaded.publicKey).publicKey, loaded.publicKey, spec)
      }
    }
    const bytes = new SecretBytes(randomBytes(32))
    assert.throws(() => loadCipher('HMAC_256', bytes), /not symmetric/)
    assert.throws(() => loadPrivateKey('AES_256', bytes), /no key pair/)
    assert.throws(() => loadPublicKey('AES_256', randomBytes(32)), /no key pair/)
    assert.throws(() => loadPublicKey('SM2', randomBytes(32)), /SM2/)
    assert.throws(() => CANNOT.agree(randomBytes(1)), /cannot do this/)
  })
})
