import assert from 'node:assert/strict'
import { createPrivateKey, hash } from 'node:crypto'
import { describe, test } from 'node:test'
import {
  bytesOf,
  nameOf,
  needsVectors,
  type WycheproofCase,
  wycheproof,
} from '../../test/vectors.ts'
import type { HashName, MacAlgorithm, SigningAlgorithm } from '../core/algorithms.ts'
import { KEY_SPEC_NAMES, type KeySpec, specOf } from '../core/key-specs.ts'
import type { PublicKey } from './asymmetric-key.ts'
import { unwrapPrivateKey } from './import-wrapping.ts'
import { normalisePrivateKey } from './key-pair.ts'
import { hmacKey } from './mac-key.ts'
import { SecretBytes } from './secret-bytes.ts'
import { loadPrivateKey, loadPublicKey } from './suite.ts'

interface SignatureFile {
  readonly file: string
  readonly spec: KeySpec
  readonly algorithm: SigningAlgorithm
  /** Undefined where messages are signed as they are. */
  readonly hash: HashName | undefined
}

const ecdsa = (curve: string, spec: KeySpec, bits: 256 | 384 | 512): SignatureFile => ({
  file: `ecdsa_${curve}_sha${bits}_test.json`,
  spec,
  algorithm: `ECDSA_SHA_${bits}`,
  hash: `sha${bits}`,
})
const rsa = (bits: 2048 | 3072 | 4096, hashBits: 256 | 384 | 512): SignatureFile => ({
  file: `rsa_signature_${bits}_sha${hashBits}_test.json`,
  spec: `RSA_${bits}`,
  algorithm: `RSASSA_PKCS1_V1_5_SHA_${hashBits}`,
  hash: `sha${hashBits}`,
})
const pss = (bits: 2048 | 3072 | 4096, hashBits: 256 | 384 | 512): SignatureFile => ({
  file: `rsa_pss_${bits}_sha${hashBits}_mgf1_${hashBits / 8}_test.json`,
  spec: `RSA_${bits}`,
  algorithm: `RSASSA_PSS_SHA_${hashBits}`,
  hash: `sha${hashBits}`,
})
const SIZES = [2048, 3072, 4096] as const
const HASHES = [256, 384, 512] as const

const SIGNATURES: readonly SignatureFile[] = [
  ecdsa('secp256r1', 'EC_P256', 256),
  ecdsa('secp256r1', 'EC_P256', 512),
  ecdsa('secp384r1', 'EC_P384', 384),
  ecdsa('secp384r1', 'EC_P384', 512),
  ecdsa('secp256k1', 'SECP256K1', 256),
  ecdsa('secp256k1', 'SECP256K1', 512),
  ...SIZES.flatMap((bits) => HASHES.map((hashBits) => rsa(bits, hashBits))),
  pss(2048, 256),
  pss(2048, 384),
  pss(3072, 256),
  pss(4096, 256),
  pss(4096, 384),
  pss(4096, 512),
  { file: 'ed25519_test.json', spec: 'ED25519', algorithm: 'ED25519_SHA_512', hash: undefined },
  { file: 'mldsa_44_verify_test.json', spec: 'ML_DSA_44', algorithm: 'ML_DSA', hash: undefined },
  { file: 'mldsa_65_verify_test.json', spec: 'ML_DSA_65', algorithm: 'ML_DSA', hash: undefined },
  { file: 'mldsa_87_verify_test.json', spec: 'ML_DSA_87', algorithm: 'ML_DSA', hash: undefined },
]

/** The public key of a group; undefined where it is not even one. */
function publicKeyOf(group: unknown, spec: KeySpec): PublicKey | undefined {
  const { publicKeyDer } = group as { readonly publicKeyDer?: string }
  if (publicKeyDer === undefined) return undefined
  try {
    return loadPublicKey(spec, Buffer.from(publicKeyDer, 'hex'))
  } catch {
    return undefined
  }
}

/** Cases that come out otherwise than the file says. */
async function deviations(
  { file, spec, algorithm, hash: hashName }: SignatureFile,
  kind: 'raw' | 'digest',
): Promise<readonly string[]> {
  const found: string[] = []
  for (const group of wycheproof(file)) {
    const key = publicKeyOf(group, spec)
    for (const vector of group.tests) {
      if (isOfAnotherScheme(vector)) continue
      const message = bytesOf(vector, 'msg')
      const bytes = kind === 'raw' || !hashName ? message : hash(hashName, message, 'buffer')
      const isValid = await key?.verify(algorithm, { kind, bytes }, bytesOf(vector, 'sig'))
      if (vector.result !== 'acceptable' && (isValid ?? false) !== (vector.result === 'valid')) {
        found.push(nameOf(vector))
      }
    }
  }
  return found
}

/** ML-DSA with a context: ours is always empty. */
function isOfAnotherScheme(vector: WycheproofCase): boolean {
  return vector['ctx'] !== undefined && vector['ctx'] !== ''
}

/** What the files of secp256k1 say by the rule of Bitcoin: FIPS 186-5 takes both values of s. */
const MALLEABLE = /Signature malleability/

describe('Wycheproof', needsVectors, () => {
  for (const file of SIGNATURES) {
    for (const kind of file.hash === undefined
      ? (['raw'] as const)
      : (['raw', 'digest'] as const)) {
      test(`${file.file}, ${kind}`, async () => {
        const found = await deviations(file, kind)
        const isCurveOfBitcoin = file.spec === 'SECP256K1'
        assert.deepEqual(
          found.filter((name) => !(isCurveOfBitcoin && MALLEABLE.test(name))),
          [],
        )
      })
    }
  }

  for (const bits of SIZES) {
    test(`RSAES-OAEP with ${bits} bits`, async () => {
      const spec: KeySpec = `RSA_${bits}`
      for (const group of wycheproof(`rsa_oaep_${bits}_sha256_mgf1sha256_test.json`)) {
        const { privateKeyPkcs8 } = group as unknown as { readonly privateKeyPkcs8: string }
        const key = loadPrivateKey(spec, new SecretBytes(Buffer.from(privateKeyPkcs8, 'hex')))
        for (const vector of group.tests) {
          if (vector['label'] !== '') continue // ours is always empty
          const plaintext = await key.decrypt('RSAES_OAEP_SHA_256', bytesOf(vector, 'ct'))
          const expected = vector.result === 'valid' ? bytesOf(vector, 'msg') : undefined
          assert.deepEqual(plaintext, expected, nameOf(vector))
        }
      }
    })
  }

  for (const [curve, spec] of [
    ['secp256r1', 'EC_P256'],
    ['secp384r1', 'EC_P384'],
    ['secp256k1', 'SECP256K1'],
  ] as const) {
    test(`ECDH on ${curve}`, async () => {
      for (const group of wycheproof(`ecdh_${curve}_test.json`)) {
        for (const vector of group.tests) {
          const key = loadPrivateKey(spec, pkcs8OfScalar(spec, bytesOf(vector, 'private')))
          const secret = await key.agree(bytesOf(vector, 'public'))
          const hex = secret?.lend((bytes) => Buffer.from(bytes).toString('hex'))
          if (vector.result === 'valid') assert.equal(hex, vector['shared'], nameOf(vector))
          // An odd form of a good key may be refused, but never gives another secret.
          else if (vector.result === 'acceptable' && hex !== undefined) {
            assert.equal(hex, vector['shared'], nameOf(vector))
          } else if (vector.result === 'invalid') assert.equal(hex, undefined, nameOf(vector))
        }
      }
    })
  }

  for (const [name, algorithm] of [
    ['sha256', 'HMAC_SHA_256'],
    ['sha384', 'HMAC_SHA_384'],
    ['sha512', 'HMAC_SHA_512'],
    ['sm3', 'HMAC_SM3'],
  ] as const satisfies readonly (readonly [string, MacAlgorithm])[]) {
    test(`HMAC with ${name}`, async () => {
      for (const group of wycheproof(`hmac_${name}_test.json`)) {
        for (const vector of group.tests) {
          const tag = bytesOf(vector, 'tag')
          const key = hmacKey(new SecretBytes(bytesOf(vector, 'key')))
          const mac = Buffer.from(await key.generate(algorithm, bytesOf(vector, 'msg')))
          if (tag.length * 8 !== mac.length * 8) continue // we cut no tags
          const isValid = await key.verify(algorithm, bytesOf(vector, 'msg'), tag)
          assert.equal(isValid, vector.result === 'valid', nameOf(vector))
        }
      }
    })
  }

  test('AES key wrap with padding opens what it should', () => {
    for (const group of wycheproof('aes_kwp_test.json').filter(({ keySize }) => keySize === 256)) {
      for (const vector of group.tests) {
        const kek = new SecretBytes(bytesOf(vector, 'key'))
        const opened = unwrapPrivateKey(kek, bytesOf(vector, 'ct'))
        const hex = opened?.lend((bytes) => Buffer.from(bytes).toString('hex'))
        if (vector.result === 'valid') assert.equal(hex, vector['msg'], nameOf(vector))
        if (vector.result === 'invalid') assert.equal(hex, undefined, nameOf(vector))
      }
    }
  })

  test('ML-DSA: a key made from a seed signs what its public half accepts', async () => {
    for (const bits of [44, 65, 87] as const) {
      const spec: KeySpec = `ML_DSA_${bits}`
      const kind = specOf(spec).material
      for (const group of wycheproof(`mldsa_${bits}_sign_seed_test.json`).slice(0, 5)) {
        const { privateKeyPkcs8 } = group as unknown as { readonly privateKeyPkcs8?: string }
        if (privateKeyPkcs8 === undefined || kind.kind === 'bytes') continue
        const material = normalisePrivateKey(kind, Buffer.from(privateKeyPkcs8, 'hex'))
        if (material === undefined) continue // a seed of a wrong length
        const key = loadPrivateKey(spec, material)
        for (const vector of group.tests.slice(0, 3)) {
          if (isOfAnotherScheme(vector) || vector.result !== 'valid') continue
          const bytes = bytesOf(vector, 'msg')
          const published = bytesOf(vector, 'sig')
          assert.ok(await key.verify('ML_DSA', { kind: 'raw', bytes }, published), nameOf(vector))
          const own = await key.sign('ML_DSA', { kind: 'raw', bytes })
          assert.ok(await key.verify('ML_DSA', { kind: 'raw', bytes }, own), nameOf(vector))
        }
      }
    }
  })
})

test('Ed25519ph, the vector of RFC 8032 §7.3', async () => {
  const seed = '833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42'
  const expected =
    '98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae41' +
    '31f85042463c2a355a2003d062adf5aaa10b8c61e636062aaad11c2a26083406'
  const pkcs8 = Buffer.from(`302e020100300506032b657004220420${seed}`, 'hex')
  const key = loadPrivateKey('ED25519', new SecretBytes(pkcs8))
  const message = { kind: 'raw', bytes: Buffer.from('abc') } as const
  const signature = await key.sign('ED25519_PH_SHA_512', message)
  assert.equal(Buffer.from(signature).toString('hex'), expected)
  assert.ok(await key.verify('ED25519_PH_SHA_512', message, signature))
  const digest = { kind: 'digest', bytes: hash('sha512', 'abc', 'buffer') } as const
  assert.ok(await key.verify('ED25519_PH_SHA_512', digest, signature))
})

test('every signing algorithm of every spec has vectors, or stands in the SM2 tests', () => {
  const covered = new Set(SIGNATURES.map(({ spec, algorithm }) => `${spec} ${algorithm}`))
  const missing = KEY_SPEC_NAMES.flatMap((spec) =>
    specOf(spec).signing.map((algorithm) => `${spec} ${algorithm}`),
  ).filter((pair) => !covered.has(pair))
  assert.deepEqual(missing, [
    // Their padding is the same code at every length of the modulus.
    'RSA_2048 RSASSA_PSS_SHA_512',
    'RSA_3072 RSASSA_PSS_SHA_384',
    'RSA_3072 RSASSA_PSS_SHA_512',
    'SM2 SM2DSA_SM3',
    'ED25519 ED25519_PH_SHA_512',
  ])
})

/** A private key from the integer that the vectors have, padded or cut to the width of the curve. */
function pkcs8OfScalar(spec: 'EC_P256' | 'EC_P384' | 'SECP256K1', integer: Buffer): SecretBytes {
  const width = spec === 'EC_P384' ? 48 : 32
  const scalar = Buffer.concat([Buffer.alloc(width), integer]).subarray(-width)
  const oid = {
    EC_P256: '06082a8648ce3d030107',
    EC_P384: '06052b81040022',
    SECP256K1: '06052b8104000a',
  }
  const algorithm = sequence(Buffer.from(`06072a8648ce3d0201${oid[spec]}`, 'hex'))
  const sec1 = sequence(Buffer.concat([Buffer.from([2, 1, 1, 4, width]), scalar]))
  const octets = Buffer.concat([Buffer.from([4, sec1.length]), sec1])
  const der = sequence(Buffer.concat([Buffer.from([2, 1, 0]), algorithm, octets]))
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  return new SecretBytes(key.export({ format: 'der', type: 'pkcs8' }))
}

function sequence(content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0x30, content.length]), content])
}
