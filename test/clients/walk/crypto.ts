import assert from 'node:assert/strict'
import {
  constants,
  createHash,
  createHmac,
  createPublicKey,
  generateKeyPairSync,
  hash,
  publicEncrypt,
  randomBytes,
  verify,
} from 'node:crypto'
import { tools } from './keys.ts'
import type { Walker } from './walker.ts'

/** Data, data keys, signatures, MACs, agreement, import: each answer checked by other means too. */
export async function walkCrypto(walker: Walker): Promise<void> {
  await walkData(walker)
  await walkDataKeys(walker)
  await walkSignatures(walker)
  await walkMacs(walker)
  await walkAgreement(walker)
  await walkImport(walker)
}

async function walkData(walker: Walker): Promise<void> {
  const { ok, refused, key } = tools(walker)
  const keyId = await key({ key_alias: walker.world.name('data') })
  const other = await key({ key_alias: walker.world.name('data-2'), key_spec: 'SM4' })
  const aad = { additional_authenticated_data: 'bound' }
  const { cipher_text: cipherText } = await ok(
    'EncryptData',
    { body: { key_id: keyId, plain_text: 'hello, 世界', ...aad } },
    (reply) => assert.equal(reply.key_id, keyId),
  )
  await ok('DecryptData', { body: { cipher_text: cipherText, ...aad } }, (reply) => {
    assert.equal(reply.plain_text, 'hello, 世界')
    if (reply.plain_text_base64 !== undefined) {
      assert.equal(Buffer.from(reply.plain_text_base64, 'base64').toString(), 'hello, 世界')
    }
  })
  await refused('DecryptData', { body: { cipher_text: cipherText } }, 400, 'KMS.0308')
  const moved = await ok(
    'ReEncrypt',
    {
      body: {
        source_additional_authenticated_data: 'bound',
        destination_key_id: other,
        cipher_text: cipherText,
      },
    },
    (reply) => {
      assert.equal(reply.key_id, other)
      assert.equal(reply.source_key_id, keyId)
    },
  )
  if (moved.cipher_text)
    await ok('DecryptData', { body: { key_id: other, cipher_text: moved.cipher_text } }, (reply) =>
      assert.equal(reply.plain_text, 'hello, 世界'),
    )
  const rsa = await key({
    key_alias: walker.world.name('rsa-data'),
    key_spec: 'RSA_3072',
    key_usage: 'ENCRYPT_DECRYPT',
  })
  const algorithm = { encryption_algorithm: 'RSAES_OAEP_SHA_256' }
  const bare = await ok('EncryptData', {
    body: { key_id: rsa, plain_text: 'secret', ...algorithm },
  })
  await ok(
    'DecryptData',
    { body: { key_id: rsa, cipher_text: bare.cipher_text, ...algorithm } },
    (reply) => assert.equal(reply.plain_text, 'secret'),
  )
  await ok('CreateRandom', { body: { random_data_length: '512' } }, (reply) =>
    assert.match(reply.random_data, /^[0-9a-fA-F]{128}$/),
  )
  await refused('CreateRandom', { body: { random_data_length: '9' } }, 400, 'KMS.1802')
}

async function walkDataKeys(walker: Walker): Promise<void> {
  const { ok, refused, key } = tools(walker)
  const keyId = await key({ key_alias: walker.world.name('datakeys') })
  const made = await ok(
    'CreateDatakey',
    { body: { key_id: keyId, datakey_length: '512' } },
    (reply) => {
      assert.equal(reply.plain_text.length, 128)
      assert.equal(reply.cipher_text.length, 376)
    },
  )
  const body = { key_id: keyId, cipher_text: made.cipher_text, datakey_cipher_length: '64' }
  await ok('DecryptDatakey', { body }, (reply) => {
    assert.equal(reply.data_key.toLowerCase(), made.plain_text.toLowerCase())
    const digest = hash('sha256', Buffer.from(made.plain_text, 'hex'))
    assert.equal(reply.datakey_dgst.toLowerCase(), digest)
    assert.equal(String(reply.datakey_length), '64')
  })
  await refused(
    'DecryptDatakey',
    { body: { ...body, datakey_cipher_length: '32' } },
    400,
    'KMS.2204',
  )
  await ok('CreateDatakeyWithoutPlaintext', { body: { key_id: keyId, key_spec: 'AES_256' } }, (r) =>
    assert.ok(r.cipher_text.length > 184),
  )
  const own = randomBytes(32)
  const plainText = Buffer.concat([own, createHash('sha256').update(own).digest()]).toString('hex')
  const encrypted = await ok('EncryptDatakey', {
    body: { key_id: keyId, plain_text: plainText, datakey_plain_length: '32' },
  })
  await ok(
    'DecryptDatakey',
    {
      body: { key_id: keyId, cipher_text: encrypted.cipher_text, datakey_cipher_length: '32' },
    },
    (reply) => assert.equal(reply.data_key.toLowerCase(), own.toString('hex')),
  )
  await ok('CreateRsaDatakeyPair', { body: { key_id: keyId, key_spec: 'RSA_2048' } }, (reply) => {
    const spki = createPublicKey({
      key: Buffer.from(reply.public_key, 'base64'),
      format: 'der',
      type: 'spki',
    })
    assert.equal(spki.asymmetricKeyDetails?.modulusLength, 2048)
  })
  const pair = await ok('CreateEcDatakeyPair', {
    body: { key_id: keyId, key_spec: 'ECC_NIST_P384', with_plain_text: false },
  })
  if (!pair.private_key_cipher_text) return
  await ok(
    'DecryptData',
    { body: { cipher_text: pair.private_key_cipher_text, key_id: keyId } },
    (reply) => assert.ok(reply.plain_text.length > 0),
  )
}

async function walkSignatures(walker: Walker): Promise<void> {
  const { ok, refused, key } = tools(walker)
  const message = Buffer.from('a message of a walk')
  for (const [spec, algorithm] of [
    ['RSA_2048', 'RSASSA_PSS_SHA_256'],
    ['RSA_2048', 'RSASSA_PKCS1_V1_5_SHA_512'],
    ['EC_P256', 'ECDSA_SHA_256'],
    ['EC_P384', 'ECDSA_SHA_384'],
    ['SM2', 'SM2DSA_SM3'],
  ] as const) {
    const alias = walker.world.name(`sign-${algorithm.toLowerCase()}`)
    const keyId = await key({ key_alias: alias, key_spec: spec, key_usage: 'SIGN_VERIFY' })
    const body = {
      key_id: keyId,
      message: message.toString('base64'),
      signing_algorithm: algorithm,
      message_type: 'RAW',
    }
    const { signature } = await ok('Sign', { body })
    await ok('ValidateSignature', { body: { ...body, signature } }, (reply) =>
      assert.equal(reply.signature_valid, 'true'),
    )
    const changed = { ...body, message: Buffer.from('another').toString('base64'), signature }
    await ok('ValidateSignature', { body: changed }, (reply) =>
      assert.equal(reply.signature_valid, 'false'),
    )
    await ok('ShowPublicKey', { body: { key_id: keyId } }, (reply) => {
      if (spec === 'SM2') return
      const isPss = algorithm.startsWith('RSASSA_PSS')
      const padding = isPss ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 } : {}
      const hashName = `sha${algorithm.slice(-3)}`
      const publicKey = { key: createPublicKey(reply.public_key), ...padding }
      assert.ok(verify(hashName, message, publicKey as never, Buffer.from(signature, 'base64')))
    })
    const short = { ...body, message_type: 'DIGEST' }
    await refused('Sign', { body: short }, 400, 'KMS.0329')
  }
}

async function walkMacs(walker: Walker): Promise<void> {
  const { ok, key } = tools(walker)
  const keyId = await key({ key_alias: walker.world.name('mac'), key_spec: 'HMAC_256' })
  const message = Buffer.from('authentic').toString('base64')
  const body = { key_id: keyId, mac_algorithm: 'HMAC_SHA_256', message }
  const { mac } = await ok('GenerateMac', { body }, (reply) =>
    assert.equal(
      Buffer.from(reply.mac, 'base64').length,
      createHmac('sha256', 'x').digest().length,
    ),
  )
  await ok('VerifyMac', { body: { ...body, mac } }, (reply) => assert.equal(reply.mac_valid, true))
  const other = Buffer.alloc(32).toString('base64')
  await ok('VerifyMac', { body: { ...body, mac: other } }, (reply) =>
    assert.equal(reply.mac_valid, false),
  )
}

async function walkAgreement(walker: Walker): Promise<void> {
  const { ok, refused, key } = tools(walker)
  const signing = await key({ key_alias: walker.world.name('agree'), key_spec: 'EC_P256' })
  const peer = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const publicKey = peer.publicKey.export({ format: 'der', type: 'spki' }).toString('base64')
  const body = { key_agreement_algorithm: 'ECDH', public_key: publicKey }
  // The SDKs' models know no usage KEY_AGREEMENT: where one can be sent, it agrees.
  await refused('DeriveSharedSecret', { body: { key_id: signing, ...body } }, 400, 'KMS.0308')
  const agreeing = await walker.agreementKey?.()
  if (agreeing === undefined) return
  await ok('DeriveSharedSecret', { body: { key_id: agreeing, ...body } }, (reply) =>
    assert.equal(Buffer.from(reply.shared_secret, 'base64').length, 32),
  )
}

async function walkImport(walker: Walker): Promise<void> {
  const { ok, refused, key } = tools(walker)
  const keyId = await key({ key_alias: walker.world.name('import'), origin: 'external' })
  const material = randomBytes(32)
  const parameters = await ok(
    'CreateParametersForImport',
    { body: { key_id: keyId, wrapping_algorithm: 'RSAES_OAEP_SHA_256' } },
    (reply) => assert.ok(reply.expiration_time > 1_700_000_000),
  )
  const publicKey = createPublicKey({
    key: Buffer.from(parameters.public_key, 'base64'),
    format: 'der',
    type: 'spki',
  })
  const wrap = (bytes: Buffer) =>
    publicEncrypt({ key: publicKey, oaepHash: 'sha256' }, bytes).toString('base64')
  const body = { key_id: keyId, import_token: parameters.import_token }
  await ok('ImportKeyMaterial', { body: { ...body, encrypted_key_material: wrap(material) } })
  await ok('ListKeyDetail', { body: { key_id: keyId } }, ({ key_info: info }) =>
    assert.equal(info.key_state, '2'),
  )
  await ok('DeleteImportedKeyMaterial', { body: { key_id: keyId } })
  await refused(
    'ImportKeyMaterial',
    { body: { ...body, encrypted_key_material: wrap(randomBytes(32)) } },
    400,
    'KMS.2606',
  )
}
