import assert from 'node:assert/strict'
import { constants, createHash, createPublicKey, randomUUID, verify } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import {
  type KeyToken,
  TokenError,
  type TokenErrorKind,
  type TokenHash,
  type TokenKeySpec,
  type TokenSigning,
} from './key-token.ts'

const HASHES = ['sha256', 'sha384', 'sha512'] as const satisfies readonly TokenHash[]
const MESSAGE = Buffer.from('what the token is asked to vouch for')
/** Key type and size as `node:crypto` names them. */
const PUBLIC_KEYS = [
  ['RSA_2048', 'rsa', { modulusLength: 2048, publicExponent: 65_537n }],
  ['RSA_3072', 'rsa', { modulusLength: 3072, publicExponent: 65_537n }],
  ['RSA_4096', 'rsa', { modulusLength: 4096, publicExponent: 65_537n }],
  ['EC_P256', 'ec', { namedCurve: 'prime256v1' }],
  ['EC_P384', 'ec', { namedCurve: 'secp384r1' }],
  ['SECP256K1', 'ec', { namedCurve: 'secp256k1' }],
] as const satisfies readonly (readonly [TokenKeySpec, string, object])[]
const EC_SPECS = [
  ['EC_P256', 'sha256'],
  ['EC_P384', 'sha384'],
  ['SECP256K1', 'sha256'],
] as const satisfies readonly (readonly [TokenKeySpec, TokenHash])[]
const PADDINGS = {
  'rsa-pkcs1': constants.RSA_PKCS1_PADDING,
  'rsa-pss': constants.RSA_PKCS1_PSS_PADDING,
} as const
const MAC_KEYS = [
  ['HMAC_256', 'sha256', 32],
  ['HMAC_384', 'sha384', 48],
  ['HMAC_512', 'sha512', 64],
] as const satisfies readonly (readonly [TokenKeySpec, TokenHash, number])[]

/** Whether an error is a {@link TokenError} of a kind, for `assert.rejects`. */
export function isTokenError(kind: TokenErrorKind): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof TokenError, String(error))
    assert.equal(error.kind, kind, error.message)
    return true
  }
}

/**
 * What every key token promises.
 *
 * @param open Opens the token, always the same one.
 * @param skip Why it cannot be tested here; false when it can.
 */
export function keyTokenConformance(
  name: string,
  open: () => KeyToken,
  skip: string | false = false,
): void {
  const digestOf = (hash: TokenHash) => createHash(hash).update(MESSAGE).digest()

  describe(`key token: ${name}`, { skip }, () => {
    const made: string[] = []
    let token: KeyToken
    const labelled = (spec: TokenKeySpec) => {
      const label = `keyturn:${spec}:${randomUUID()}`
      made.push(label)
      return label
    }
    const makeKey = async (spec: TokenKeySpec) => {
      const label = labelled(spec)
      await token.makeKey(label, spec)
      return label
    }
    const publicKeyOf = async (label: string) =>
      createPublicKey({
        key: Buffer.from(await token.publicKey(label)),
        format: 'der',
        type: 'spki',
      })

    before(() => {
      token = open()
    })
    after(async () => {
      for (const label of made) await token.destroyKey(label)
      await token.close()
    })

    test('a key is there from its making to its destruction, and not a second time', async () => {
      const label = labelled('AES_256')
      assert.equal(await token.hasKey(label), false)
      await token.makeKey(label, 'AES_256')
      assert.equal(await token.hasKey(label), true)
      await token.destroyKey(label)
      assert.equal(await token.hasKey(label), false)
      await token.destroyKey(label)
    })

    test('a key is still there, and the same, when the token is opened again', async () => {
      const label = await makeKey('AES_256')
      const blocks = await token.encryptBlocks(label, Buffer.alloc(16))
      const again = open()
      try {
        assert.equal(await again.hasKey(label), true)
        assert.deepEqual(await again.encryptBlocks(label, Buffer.alloc(16)), blocks)
      } finally {
        await again.close()
      }
    })

    test('a label is given once, and the first key keeps it', async () => {
      const label = await makeKey('AES_256')
      const blocks = await token.encryptBlocks(label, Buffer.alloc(16))
      for (const spec of ['AES_256', 'EC_P256', 'HMAC_256'] as const) {
        await assert.rejects(token.makeKey(label, spec), isTokenError('failed'))
      }
      assert.deepEqual(await token.encryptBlocks(label, Buffer.alloc(16)), blocks)

      const pair = await makeKey('EC_P256')
      const publicKey = await token.publicKey(pair)
      await assert.rejects(token.makeKey(pair, 'EC_P256'), isTokenError('failed'))
      assert.deepEqual(await token.publicKey(pair), publicKey)
    })

    test('a label that was freed names a new key', async () => {
      const label = await makeKey('EC_P256')
      const first = await token.publicKey(label)
      await token.destroyKey(label)
      await token.makeKey(label, 'EC_P256')
      assert.notDeepEqual(await token.publicKey(label), first)
    })

    test('one label is not found by the beginning of it', async () => {
      const label = await makeKey('AES_256')
      assert.equal(await token.hasKey(label.slice(0, -1)), false)
      assert.equal(await token.hasKey(`${label}0`), false)
    })

    test('what is no label is refused', async () => {
      for (const label of ['', 'a b', 'a\0b', 'é', 'x'.repeat(101)]) {
        await assert.rejects(token.hasKey(label), isTokenError('failed'), label)
        await assert.rejects(token.makeKey(label, 'AES_256'), isTokenError('failed'), label)
      }
      const longest = `${randomUUID()}${'~'.repeat(64)}`
      made.push(longest)
      await token.makeKey(longest, 'AES_256')
      assert.equal(await token.hasKey(longest), true)
    })

    test('using a key that is not there says so', async () => {
      const label = labelled('AES_256')
      const absent = isTokenError('absent')
      await assert.rejects(token.publicKey(label), absent)
      await assert.rejects(token.encryptBlocks(label, Buffer.alloc(16)), absent)
      await assert.rejects(token.sign(label, { kind: 'ecdsa' }, digestOf('sha256')), absent)
      await assert.rejects(token.mac(label, 'sha256', MESSAGE), absent)
    })

    test('AES: each block by itself, always the same, another with another key', async () => {
      const [one, other] = [await makeKey('AES_256'), await makeKey('AES_256')]
      const blocks = Buffer.concat([Buffer.alloc(16, 1), Buffer.alloc(16, 2), Buffer.alloc(16, 1)])
      const encrypted = await token.encryptBlocks(one, blocks)
      assert.equal(encrypted.length, 48)
      assert.deepEqual(encrypted.subarray(0, 16), encrypted.subarray(32))
      assert.notDeepEqual(encrypted.subarray(0, 16), encrypted.subarray(16, 32))
      assert.deepEqual(await token.encryptBlocks(one, blocks), encrypted)
      assert.deepEqual(
        await token.encryptBlocks(one, blocks.subarray(16, 32)),
        encrypted.subarray(16, 32),
      )
      assert.notDeepEqual(await token.encryptBlocks(other, blocks), encrypted)
    })

    test('AES: what is not of whole blocks is refused', async () => {
      const label = await makeKey('AES_256')
      for (const length of [0, 1, 15, 17]) {
        await assert.rejects(
          token.encryptBlocks(label, Buffer.alloc(length)),
          isTokenError('failed'),
          String(length),
        )
      }
    })

    for (const [spec, type, details] of PUBLIC_KEYS) {
      test(`${spec}: the public key is one`, async () => {
        const key = await publicKeyOf(await makeKey(spec))
        assert.equal(key.asymmetricKeyType, type)
        assert.deepEqual({ ...key.asymmetricKeyDetails }, details)
      })
    }

    for (const kind of ['rsa-pkcs1', 'rsa-pss'] as const) {
      test(`${kind}: signatures that others verify, with every hash`, async () => {
        const label = await makeKey('RSA_2048')
        const key = await publicKeyOf(label)
        for (const hash of HASHES) {
          const digest = digestOf(hash)
          const signature = await token.sign(label, { kind, hash }, digest)
          assert.equal(signature.length, 256)
          const padding = PADDINGS[kind]
          const how = { key, padding, saltLength: digest.length }
          assert.equal(verify(hash, MESSAGE, how, signature), true, hash)
          assert.equal(verify(hash, Buffer.from('other'), how, signature), false, hash)
        }
      })
    }

    for (const [spec, hash] of EC_SPECS) {
      test(`ecdsa with ${spec}: signatures in DER that others verify`, async () => {
        const label = await makeKey(spec)
        const key = await publicKeyOf(label)
        // Often enough for an integer that needs a leading zero, and one that is short.
        for (let i = 0; i < 20; i++) {
          const signature = await token.sign(label, { kind: 'ecdsa' }, digestOf(hash))
          assert.equal(verify(hash, MESSAGE, { key, dsaEncoding: 'der' }, signature), true)
          assert.equal(verify(hash, Buffer.from('other'), key, signature), false)
        }
      })
    }

    test('two key pairs are apart', async () => {
      const [one, other] = [await makeKey('EC_P256'), await makeKey('EC_P256')]
      const signature = await token.sign(one, { kind: 'ecdsa' }, digestOf('sha256'))
      assert.equal(verify('sha256', MESSAGE, await publicKeyOf(one), signature), true)
      assert.equal(verify('sha256', MESSAGE, await publicKeyOf(other), signature), false)
    })

    test('a digest that is not as long as its hash is refused', async () => {
      const label = await makeKey('RSA_2048')
      const algorithms: readonly TokenSigning[] = [
        { kind: 'rsa-pkcs1', hash: 'sha256' },
        { kind: 'rsa-pss', hash: 'sha256' },
      ]
      for (const algorithm of algorithms) {
        for (const length of [0, 31, 33, 48]) {
          await assert.rejects(
            token.sign(label, algorithm, Buffer.alloc(length)),
            isTokenError('failed'),
          )
        }
      }
      const curve = await makeKey('EC_P256')
      for (const length of [0, 20, 31]) {
        await assert.rejects(
          token.sign(curve, { kind: 'ecdsa' }, Buffer.alloc(length)),
          isTokenError('failed'),
        )
      }
    })

    for (const [spec, hash, bytes] of MAC_KEYS) {
      test(`${spec}: a MAC of each message, another with another key`, async () => {
        const [one, other] = [await makeKey(spec), await makeKey(spec)]
        const mac = await token.mac(one, hash, MESSAGE)
        assert.equal(mac.length, bytes)
        assert.deepEqual(await token.mac(one, hash, MESSAGE), mac)
        assert.notDeepEqual(await token.mac(one, hash, Buffer.from('other')), mac)
        assert.notDeepEqual(await token.mac(other, hash, MESSAGE), mac)
        assert.equal((await token.mac(one, hash, Buffer.alloc(0))).length, bytes)
        assert.equal((await token.mac(one, hash, Buffer.alloc(65_536))).length, bytes)
      })
    }

    test('a key serves its one use only', async () => {
      const failed = isTokenError('failed')
      const pkcs1 = { kind: 'rsa-pkcs1', hash: 'sha256' } as const
      const aes = await makeKey('AES_256')
      await assert.rejects(token.mac(aes, 'sha256', MESSAGE), failed)
      await assert.rejects(token.publicKey(aes), failed)
      await assert.rejects(token.sign(aes, { kind: 'ecdsa' }, digestOf('sha256')), failed)
      const hmac = await makeKey('HMAC_256')
      await assert.rejects(token.encryptBlocks(hmac, Buffer.alloc(16)), failed)
      await assert.rejects(token.publicKey(hmac), failed)
      await assert.rejects(token.sign(hmac, pkcs1, digestOf('sha256')), failed)
      const rsa = await makeKey('RSA_2048')
      await assert.rejects(token.encryptBlocks(rsa, Buffer.alloc(16)), failed)
      await assert.rejects(token.mac(rsa, 'sha256', MESSAGE), failed)
      await assert.rejects(token.sign(rsa, { kind: 'ecdsa' }, digestOf('sha256')), failed)
      const curve = await makeKey('EC_P256')
      await assert.rejects(token.sign(curve, pkcs1, digestOf('sha256')), failed)
      assert.equal(await token.hasKey(curve), true)
    })

    test('calls made at once are each answered with their own', async () => {
      const labels = [await makeKey('HMAC_256'), await makeKey('HMAC_256')] as const
      const expected = await Promise.all(labels.map((label) => token.mac(label, 'sha256', MESSAGE)))
      const answers = await Promise.all(
        Array.from({ length: 40 }, (_, i) =>
          token.mac(i % 2 === 0 ? labels[0] : labels[1], 'sha256', MESSAGE),
        ),
      )
      for (const [i, answer] of answers.entries()) assert.deepEqual(answer, expected[i % 2])
    })

    test('closing answers what waits, and takes no more', async () => {
      const label = await makeKey('AES_256')
      const shortLived = open()
      const waiting = [shortLived.hasKey(label), shortLived.hasKey(label)]
      const closed = shortLived.close()
      await assert.rejects(shortLived.hasKey(label), isTokenError('failed'))
      assert.deepEqual(await Promise.all(waiting), [true, true])
      await closed
      await shortLived.close()
    })
  })
}
