import assert from 'node:assert/strict'
import {
  createCipheriv,
  createPublicKey,
  generateKeyPairSync,
  publicEncrypt,
  randomBytes,
  verify,
} from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { sm2PointOfSpki } from '../src/crypto/sm2.ts'
import { sm2EncryptRaw } from '../src/crypto/sm2-operations.ts'
import { type Json, type Reply, startTestServer, type TestServer } from './server.ts'

const DAY_MS = 86_400_000

describe('imported material', () => {
  let server: TestServer
  before(async () => {
    server = await startTestServer({ flags: ['--clock', 'virtual:2026-01-01T00:00:00Z'] })
  })
  after(() => server.stop())

  /** What an import needs, and a function that wraps for it. */
  async function parametersFor(keyId: string, algorithm = 'RSAES_OAEP_SHA_256') {
    const { body, status, text } = await server.kms('get-parameters-for-import', {
      key_id: keyId,
      wrapping_algorithm: algorithm,
    })
    assert.equal(status, 200, text)
    const spki = Buffer.from(body.public_key, 'base64')
    const wrap = (material: Buffer): string => {
      if (algorithm === 'SM2_ENCRYPT') {
        const point = sm2PointOfSpki(spki)
        assert.ok(point)
        return Buffer.from(sm2EncryptRaw(point, material)).toString('base64')
      }
      const key = createPublicKey({ key: spki, format: 'der', type: 'spki' })
      return publicEncrypt({ key, oaepHash: 'sha256' }, material).toString('base64')
    }
    return { token: body.import_token, wrap, expiresAt: body.expiration_time }
  }

  async function importInto(keyId: string, material: Buffer, more: Json = {}): Promise<Reply> {
    const { token, wrap } = await parametersFor(keyId)
    return server.kms('import-key-material', {
      key_id: keyId,
      import_token: token,
      encrypted_key_material: wrap(material),
      ...more,
    })
  }

  const codeOf = ({ status, body }: Reply): string =>
    status < 400 ? String(status) : body.error.error_code
  const stateOf = async (keyId: string): Promise<string> =>
    (await server.kms('describe-key', { key_id: keyId })).body.key_info.key_state
  const encrypt = async (keyId: string): Promise<string> =>
    (await server.kms('encrypt-data', { key_id: keyId, plain_text: 'x' })).body.cipher_text
  const decrypts = async (cipherText: string): Promise<boolean> =>
    (await server.kms('decrypt-data', { cipher_text: cipherText })).status === 200

  for (const [spec, algorithm, bytes] of [
    ['AES_256', 'RSAES_OAEP_SHA_256', 32],
    ['AES_256', 'SM2_ENCRYPT', 32],
    ['SM4', 'RSAES_OAEP_SHA_256', 16],
  ] as const) {
    test(`${spec} by ${algorithm}: waits, works, goes, and only the same comes back`, async () => {
      const keyId = await server.createKey({ key_spec: spec, origin: 'external' })
      assert.equal(await stateOf(keyId), '5')
      const refused = await server.kms('encrypt-data', { key_id: keyId, plain_text: 'x' })
      assert.equal(codeOf(refused), 'KMS.0308')
      const { token, wrap } = await parametersFor(keyId, algorithm)
      const bring = (material: Buffer) =>
        server.kms('import-key-material', {
          key_id: keyId,
          import_token: token,
          encrypted_key_material: wrap(material),
        })
      assert.equal(codeOf(await bring(randomBytes(bytes + 1))), 'KMS.2604')
      const material = randomBytes(bytes)
      assert.equal((await bring(material)).text, '{}')
      assert.equal(await stateOf(keyId), '2')
      const cipherText = await encrypt(keyId)
      assert.equal((await server.kms('delete-imported-key-material', { key_id: keyId })).text, '{}')
      assert.equal(await stateOf(keyId), '5')
      assert.equal(await decrypts(cipherText), false)
      assert.equal(codeOf(await bring(randomBytes(bytes))), 'KMS.2606')
      assert.equal((await bring(material)).status, 200)
      assert.equal(await decrypts(cipherText), true)
      assert.equal(codeOf(await bring(material)), 'KMS.0310')
    })
  }

  test('tokens: of another key, changed, expired', async () => {
    const keyId = await server.createKey({ origin: 'external' })
    const other = await server.createKey({ origin: 'external' })
    const { token, wrap, expiresAt } = await parametersFor(keyId)
    const bring = (key: string, importToken: string) =>
      server.kms('import-key-material', {
        key_id: key,
        import_token: importToken,
        encrypted_key_material: wrap(randomBytes(32)),
      })
    assert.equal(codeOf(await bring(other, token)), 'KMS.2603')
    const bytes = Buffer.from(token, 'base64')
    bytes[60] = (bytes[60] ?? 0) ^ 1
    assert.equal(codeOf(await bring(keyId, bytes.toString('base64'))), 'KMS.2605')
    const now = server.running.clock.now()
    assert.equal(expiresAt, (now + DAY_MS) / 1000)
    await server.running.advanceClock?.(DAY_MS)
    assert.equal(codeOf(await bring(keyId, token)), 'KMS.2601')
  })

  test('expires when it is time, and is gone from the database', async () => {
    const keyId = await server.createKey({ origin: 'external' })
    const now = server.running.clock.now()
    const past = await importInto(keyId, randomBytes(32), { expiration_time: now / 1000 - 1 })
    assert.equal(codeOf(past), 'KMS.2602')
    const material = randomBytes(32)
    const until = now + 10 * DAY_MS
    assert.equal((await importInto(keyId, material, { expiration_time: until / 1000 })).status, 200)
    const { body } = await server.kms('describe-key', { key_id: keyId })
    assert.equal(body.key_info.expiration_time, String(until))
    const cipherText = await encrypt(keyId)
    await server.running.advanceClock?.(9 * DAY_MS)
    assert.equal(await stateOf(keyId), '2')
    assert.equal(await server.running.storage.keys.nextDueAt(), until)
    await server.running.advanceClock?.(DAY_MS)
    assert.equal(await stateOf(keyId), '5')
    const stored = await server.running.storage.keys.findVersion(keyId as never, 1 as never)
    assert.equal(stored?.wrappedMaterial.length, 0)
    assert.equal((await importInto(keyId, material)).status, 200)
    assert.equal(await decrypts(cipherText), true)
  })

  test('rotates on demand, once new material waits, and never by itself', async () => {
    const keyId = await server.createKey({ origin: 'external' })
    await importInto(keyId, randomBytes(32))
    const old = await encrypt(keyId)
    const of = { key_id: keyId }
    assert.equal(codeOf(await server.kms('enable-key-rotation', of)), 'KMS.0312')
    assert.equal(codeOf(await server.kms('rotate-on-demand', of)), 'KMS.0312')
    assert.equal((await importInto(keyId, randomBytes(32))).status, 200)
    const soon = (server.running.clock.now() + DAY_MS) / 1000
    assert.equal((await importInto(keyId, randomBytes(32), { expiration_time: soon })).status, 200)
    await server.running.advanceClock?.(DAY_MS)
    const expired = await server.kms('rotate-on-demand', of)
    assert.equal(codeOf(expired), 'KMS.0312', 'what waited has expired')
    assert.equal((await importInto(keyId, randomBytes(32))).status, 200)
    const { body: waiting } = await server.kms('get-key-rotation-status', of)
    assert.deepEqual(
      waiting.key_materials.map((material: Json) => material.state),
      [2, 0],
    )
    assert.equal((await server.kms('rotate-on-demand', of)).body.key_id, keyId)
    const { body: rotated } = await server.kms('get-key-rotation-status', of)
    assert.equal(rotated.number_of_rotations, 1)
    assert.equal(rotated.key_rotation_enabled, false)
    assert.deepEqual(
      rotated.key_materials.map((material: Json) => [material.material_id, material.state]),
      [[waiting.key_materials[1].material_id, 2]],
    )
    assert.equal(await decrypts(old), true)
    assert.equal(await decrypts(await encrypt(keyId)), true)
  })

  test('a private key of its owner signs', async () => {
    for (const [spec, pair] of [
      ['RSA_2048', generateKeyPairSync('rsa', { modulusLength: 2048 })],
      ['EC_P256', generateKeyPairSync('ec', { namedCurve: 'P-256' })],
    ] as const) {
      const keyId = await server.createKey({ key_spec: spec, origin: 'external' })
      const intermediate = randomBytes(32)
      const wrapPrivate = (pkcs8: Buffer) => {
        const cipher = createCipheriv(
          'id-aes256-wrap-pad',
          intermediate,
          Buffer.from('a65959a6', 'hex'),
        )
        return Buffer.concat([cipher.update(pkcs8), cipher.final()]).toString('base64')
      }
      const wrong = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey
      const der = (key: typeof wrong) => key.export({ format: 'der', type: 'pkcs8' })
      assert.equal(codeOf(await importInto(keyId, intermediate)), 'KMS.0204')
      const refused = await importInto(keyId, intermediate, {
        encrypted_privatekey: wrapPrivate(der(wrong)),
      })
      assert.equal(codeOf(refused), 'KMS.2604')
      const imported = await importInto(keyId, intermediate, {
        encrypted_privatekey: wrapPrivate(der(pair.privateKey)),
      })
      assert.equal(imported.text, '{}')
      const message = Buffer.from('signed with an imported key')
      const algorithm = spec === 'RSA_2048' ? 'RSASSA_PKCS1_V1_5_SHA_256' : 'ECDSA_SHA_256'
      const { body } = await server.kms('sign', {
        key_id: keyId,
        message: message.toString('base64'),
        message_type: 'RAW',
        signing_algorithm: algorithm,
      })
      assert.ok(verify('sha256', message, pair.publicKey, Buffer.from(body.signature, 'base64')))
      const deleted = await server.kms('delete-imported-key-material', { key_id: keyId })
      assert.equal(codeOf(deleted), 'KMS.2702')
    }
  })

  test('only for keys that are made for it', async () => {
    const own = await server.createKey()
    const asked = { key_id: own, wrapping_algorithm: 'RSAES_OAEP_SHA_256' }
    assert.equal(codeOf(await server.kms('get-parameters-for-import', asked)), 'KMS.0309')
    assert.equal(
      codeOf(await server.kms('delete-imported-key-material', { key_id: own })),
      'KMS.0309',
    )
    const external = await server.createKey({ origin: 'external' })
    for (const wrapping_algorithm of ['RSAES_PKCS1_V1_5', 'RSAES_OAEP_SHA_1']) {
      const old = await server.kms('get-parameters-for-import', {
        key_id: external,
        wrapping_algorithm,
      })
      assert.equal(codeOf(old), 'KMS.0308')
      assert.match(old.body.error.error_msg, /RSAES_OAEP_SHA_256/)
    }
    for (const spec of ['HMAC_256', 'ED25519', 'ML_DSA_44']) {
      const refused = await server.kms('create-key', {
        key_alias: `external-${spec}`,
        key_spec: spec,
        origin: 'external',
      })
      assert.equal(codeOf(refused), 'KMS.0308', spec)
    }
    await server.kms('schedule-key-deletion', { key_id: external, pending_days: 7 })
    const pending = { key_id: external, wrapping_algorithm: 'RSAES_OAEP_SHA_256' }
    assert.equal(codeOf(await server.kms('get-parameters-for-import', pending)), 'KMS.0210')
    await server.kms('cancel-key-deletion', { key_id: external })
    assert.equal(await stateOf(external), '5')
  })
})
