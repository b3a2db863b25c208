import assert from 'node:assert/strict'
import {
  constants,
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  generateKeyPairSync,
  privateDecrypt,
  randomBytes,
} from 'node:crypto'
import { test } from 'node:test'
import { canGenerate, generateMaterial } from '../../src/console/importing/generate-material.ts'
import { wrapWithPadding } from '../../src/console/importing/key-wrap.ts'
import { readFileBytes, readText } from '../../src/console/importing/read-material.ts'
import { wrapMaterial } from '../../src/console/importing/wrap-material.ts'
import { KEY_SPEC_NAMES, specOf } from '../../src/core/key-specs.ts'

const bytesOf = (buffer: Buffer) => new Uint8Array(buffer)
const ICV2 = Buffer.from('a65959a6', 'hex')

test('key wrap with padding: the vectors of RFC 5649 §6', async () => {
  // Their key has 24 bytes; ours always has 32, which WebCrypto treats the same.
  const key = bytesOf(Buffer.from('5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8', 'hex'))
  for (const [plain, wrapped] of [
    [
      'c37b7e6492584340bed12207808941155068f738',
      '138bdeaa9b8fa7fc61f97742e72248ee5ae6ae5360d1ae6a5f54f373fa543b6a',
    ],
    ['466f7250617369', 'afbeb0f07dfbf5419200f2ccb50bb24f'],
  ] as const) {
    const found = await wrapWithPadding(key, bytesOf(Buffer.from(plain, 'hex'))).catch((error) => {
      // Chromium has no AES-192 on purpose; Node.js has.
      throw error
    })
    assert.equal(Buffer.from(found).toString('hex'), wrapped)
  }
})

test('key wrap with padding: as OpenSSL does it, for every length', async () => {
  for (const bytes of [1, 7, 8, 9, 15, 16, 17, 48, 138, 1217, 2375]) {
    const key = randomBytes(32)
    const plain = randomBytes(bytes)
    const cipher = createCipheriv('id-aes256-wrap-pad', key, ICV2)
    const expected = Buffer.concat([cipher.update(plain), cipher.final()])
    assert.deepEqual(
      Buffer.from(await wrapWithPadding(bytesOf(key), bytesOf(plain))),
      expected,
      `${bytes} bytes`,
    )
  }
})

test('what is wrapped opens with the private key of the server alone', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const spki = publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
  const open = (text: string) =>
    privateDecrypt(
      { key: privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' },
      Buffer.from(text, 'base64'),
    )
  const material = bytesOf(randomBytes(32))
  const direct = await wrapMaterial(spki, material, false)
  assert.deepEqual(open(direct.encrypted_key_material), Buffer.from(material))
  assert.equal(direct.encrypted_privatekey, undefined)
  assert.match(direct.wrappedFor, /^[0-9a-f]{64}$/)

  const pkcs8 = bytesOf(randomBytes(1219))
  const pair = await wrapMaterial(spki, pkcs8, true)
  const decipher = createDecipheriv('id-aes256-wrap-pad', open(pair.encrypted_key_material), ICV2)
  const wrapped = Buffer.from(pair.encrypted_privatekey ?? '', 'base64')
  assert.deepEqual(Buffer.concat([decipher.update(wrapped), decipher.final()]), Buffer.from(pkcs8))
})

test('material is read from hexadecimal, Base64, PEM and files', () => {
  const secret = randomBytes(32)
  const hex = secret.toString('hex')
  const colons = hex.replace(/..(?!$)/g, '$&:').toUpperCase()
  for (const text of [
    hex,
    colons,
    ` ${hex.slice(0, 32)}\n${hex.slice(32)} `,
    secret.toString('base64'),
    secret.toString('base64url'),
  ]) {
    assert.deepEqual(readText('AES_256', text), { kind: 'material', bytes: bytesOf(secret) }, text)
  }
  for (const content of [secret, Buffer.from(hex), Buffer.from(`${secret.toString('base64')}\n`)]) {
    const read = readFileBytes('AES_256', bytesOf(content))
    assert.deepEqual(read, { kind: 'material', bytes: bytesOf(secret) })
  }
  const mistakeOf = (read: ReturnType<typeof readText>) =>
    read.kind === 'mistake' ? read.mistake : undefined
  assert.equal(mistakeOf(readText('AES_256', '')), 'unreadable')
  assert.equal(mistakeOf(readText('AES_256', 'not material!')), 'unreadable')
  assert.equal(mistakeOf(readText('AES_256', hex.slice(2))), 'length')
  assert.equal(mistakeOf(readText('SM4', hex)), 'length')
  assert.equal(mistakeOf(readFileBytes('AES_256', bytesOf(randomBytes(31)))), 'length')
})

test('private keys are taken as PKCS #8, and other forms are told apart', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const der = privateKey.export({ type: 'pkcs8', format: 'der' })
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const material = { kind: 'material', bytes: bytesOf(der) } as const
  assert.deepEqual(readText('EC_P256', pem), material)
  assert.deepEqual(readText('EC_P256', der.toString('base64')), material)
  assert.deepEqual(readFileBytes('EC_P256', bytesOf(der)), material)
  assert.deepEqual(readFileBytes('EC_P256', bytesOf(Buffer.from(pem))), material)

  const encrypted = { type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'x' } as const
  for (const [read, mistake] of [
    [
      readText('EC_P256', privateKey.export({ type: 'sec1', format: 'pem' }).toString()),
      'notPkcs8',
    ],
    [
      readFileBytes('EC_P256', bytesOf(privateKey.export({ type: 'sec1', format: 'der' }))),
      'notPkcs8',
    ],
    [
      readText('EC_P256', privateKey.export({ ...encrypted, format: 'pem' }).toString()),
      'encrypted',
    ],
    [
      readFileBytes('EC_P256', bytesOf(privateKey.export({ ...encrypted, format: 'der' }))),
      'encrypted',
    ],
    [readText('AES_256', pem), 'notPkcs8'],
  ] as const) {
    assert.deepEqual(read, { kind: 'mistake', mistake })
  }
})

test('material is made for every spec that browsers have keys of', async () => {
  const without = KEY_SPEC_NAMES.filter((spec) => !canGenerate(spec))
  assert.deepEqual(without.sort(), ['ML_DSA_44', 'ML_DSA_65', 'ML_DSA_87', 'SECP256K1', 'SM2'])
  for (const spec of ['AES_256', 'SM4', 'RSA_2048', 'EC_P256', 'EC_P384', 'ED25519'] as const) {
    const made = await generateMaterial(spec)
    assert.ok(made)
    const { material } = specOf(spec)
    if (material.kind === 'bytes') assert.equal(made.length, material.bytes)
    else createPrivateKey({ key: Buffer.from(made), format: 'der', type: 'pkcs8' })
    assert.equal(readFileBytes(spec, made).kind, 'material')
  }
  assert.equal(await generateMaterial('SM2'), undefined)
})
