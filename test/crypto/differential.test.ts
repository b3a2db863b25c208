// Ours against the openssl command, both ways, with random keys, messages and kinds of message.
// KEYTURN_DIFFERENTIAL_CASES: cases for each algorithm and direction; a few by default.
import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { createPrivateKey, hash, randomBytes, randomInt } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { MAC_ALGORITHMS, type SigningAlgorithm, signingRowOf } from '../../src/core/algorithms.ts'
import { KEY_SPEC_NAMES, type KeySpec, specOf } from '../../src/core/key-specs.ts'
import type { AsymmetricKey, SignedMessage } from '../../src/crypto/asymmetric-key.ts'
import { hmacKey } from '../../src/crypto/mac-key.ts'
import { SecretBytes } from '../../src/crypto/secret-bytes.ts'
import { sm2MessageDigest, sm2PointOfSpki } from '../../src/crypto/sm2.ts'
import { generateMaterial, loadPrivateKey } from '../../src/crypto/suite.ts'

const CASES = Number(process.env['KEYTURN_DIFFERENTIAL_CASES'] ?? 2)
const SM2_USER_ID = '1234567812345678'
/** Algorithms that the openssl 3.0 of many systems lacks. */
const LACKING: readonly SigningAlgorithm[] = ['ED25519_PH_SHA_512', 'ML_DSA']
const hasOpenssl = spawnSync('openssl', ['version']).status === 0
const run = promisify(execFile)

const folder = mkdtempSync(join(tmpdir(), 'keyturn-differential-'))
after(() => rmSync(folder, { recursive: true }))

interface Pair {
  readonly key: AsymmetricKey
  readonly privateFile: string
  readonly publicFile: string
}

let files = 0

function file(content: Uint8Array | string): string {
  const path = join(folder, String(++files))
  writeFileSync(path, content, { mode: 0o600 })
  return path
}

async function openssl(...args: readonly string[]): Promise<boolean> {
  try {
    await run('openssl', args, { timeout: 20_000 })
    return true
  } catch {
    return false
  }
}

/** What openssl writes to a file. */
async function opensslOutput(...args: readonly string[]): Promise<Buffer> {
  const { stdout } = await run('openssl', args, { encoding: 'buffer', timeout: 20_000 })
  return stdout
}

/** A key that both sides have. */
async function pair(spec: KeySpec): Promise<Pair> {
  const material = await generateMaterial(spec)
  const privateFile = file(material.lend((der) => pem('PRIVATE KEY', der)))
  const key = loadPrivateKey(spec, material)
  return { key, privateFile, publicFile: file(pem('PUBLIC KEY', key.publicKey)) }
}

function pem(label: string, der: Uint8Array): string {
  const lines = Buffer.from(der)
    .toString('base64')
    .replace(/.{1,64}/g, '$&\n')
  return `-----BEGIN ${label}-----\n${lines}-----END ${label}-----\n`
}

/** How openssl is told of an algorithm. */
function opensslWords(algorithm: SigningAlgorithm): readonly string[] {
  const { scheme, hash: name } = signingRowOf(algorithm)
  switch (scheme) {
    case 'rsa-pkcs1':
      return ['-rawin', '-digest', String(name)]
    case 'rsa-pss':
      return [
        '-rawin',
        '-digest',
        String(name),
        '-pkeyopt',
        'rsa_padding_mode:pss',
        '-pkeyopt',
        'rsa_pss_saltlen:digest',
      ]
    case 'ecdsa':
      return ['-rawin', '-digest', String(name)]
    case 'sm2':
      return ['-rawin', '-digest', 'sm3', '-pkeyopt', `distid:${SM2_USER_ID}`]
    default:
      return ['-rawin']
  }
}

/** A message as it is, or its digest, as chance has it. */
function asEither(key: AsymmetricKey, algorithm: SigningAlgorithm, bytes: Buffer): SignedMessage {
  const { scheme, hash: name } = signingRowOf(algorithm)
  if (name === undefined || randomInt(2) === 0) return { kind: 'raw', bytes }
  if (scheme !== 'sm2') return { kind: 'digest', bytes: hash(name, bytes, 'buffer') }
  const point = sm2PointOfSpki(key.publicKey)
  assert.ok(point)
  return { kind: 'digest', bytes: sm2MessageDigest(point, bytes) }
}

describe('against openssl', { skip: hasOpenssl ? false : 'openssl is missing' }, () => {
  for (const spec of KEY_SPEC_NAMES) {
    for (const algorithm of specOf(spec).signing) {
      if (LACKING.includes(algorithm)) continue
      test(`${spec} ${algorithm}`, async () => {
        const { key, privateFile, publicFile } = await pair(spec)
        const words = opensslWords(algorithm)
        for (let number = 0; number < CASES; number++) {
          const bytes = randomBytes(randomInt(1, 4097))
          const message = file(bytes)
          const ours = file(await key.sign(algorithm, asEither(key, algorithm, bytes)))
          const check = ['pkeyutl', '-verify', '-pubin', '-inkey', publicFile, ...words]
          assert.ok(await openssl(...check, '-in', message, '-sigfile', ours), 'ours')
          const other = file(randomBytes(bytes.length + 1))
          assert.ok(!(await openssl(...check, '-in', other, '-sigfile', ours)), 'another message')
          const theirs = await opensslOutput(
            'pkeyutl',
            '-sign',
            '-inkey',
            privateFile,
            ...words,
            '-in',
            message,
          )
          assert.ok(await key.verify(algorithm, asEither(key, algorithm, bytes), theirs), 'theirs')
          const at = randomInt(theirs.length)
          theirs[at] = (theirs[at] ?? 0) ^ (1 << randomInt(8))
          assert.ok(!(await key.verify(algorithm, { kind: 'raw', bytes }, theirs)), 'a flipped bit')
        }
      })
    }
  }

  for (const [spec, algorithm, max, words] of [
    ['RSA_2048', 'RSAES_OAEP_SHA_256', 190, oaep()],
    ['RSA_3072', 'RSAES_OAEP_SHA_256', 318, oaep()],
    ['RSA_4096', 'RSAES_OAEP_SHA_256', 446, oaep()],
    ['SM2', 'SM2_ENCRYPT', 1024, []],
  ] as const) {
    test(`${spec} ${algorithm}`, async () => {
      const { key, privateFile, publicFile } = await pair(spec)
      for (let number = 0; number < CASES; number++) {
        const bytes = randomBytes(randomInt(1, max + 1))
        const ours = await key.encrypt(algorithm, bytes)
        assert.ok(ours)
        const opened = await opensslOutput(
          'pkeyutl',
          '-decrypt',
          '-inkey',
          privateFile,
          ...words,
          '-in',
          file(ours),
        )
        assert.deepEqual(opened, bytes)
        const theirs = await opensslOutput(
          'pkeyutl',
          '-encrypt',
          '-pubin',
          '-inkey',
          publicFile,
          ...words,
          '-in',
          file(bytes),
        )
        assert.deepEqual(await key.decrypt(algorithm, theirs), bytes)
        const at = randomInt(theirs.length)
        theirs[at] = (theirs[at] ?? 0) ^ (1 << randomInt(8))
        assert.equal(await key.decrypt(algorithm, theirs), undefined)
      }
    })
  }

  for (const [algorithm, { hash: name }] of Object.entries(MAC_ALGORITHMS)) {
    test(algorithm, async () => {
      for (let number = 0; number < CASES; number++) {
        const secret = randomBytes(32)
        const bytes = randomBytes(randomInt(1, 4097))
        const key = hmacKey(new SecretBytes(Buffer.from(secret)))
        const ours = await key.generate(algorithm as keyof typeof MAC_ALGORITHMS, bytes)
        const theirs = await opensslOutput(
          'dgst',
          `-${name}`,
          '-mac',
          'HMAC',
          '-macopt',
          `hexkey:${secret.toString('hex')}`,
          '-binary',
          file(bytes),
        )
        assert.deepEqual(Buffer.from(ours), theirs)
      }
    })
  }

  test('a key that openssl made signs here', async () => {
    const made = await opensslOutput('genpkey', '-algorithm', 'SM2')
    const der = createPrivateKey(made).export({ format: 'der', type: 'pkcs8' })
    const key = loadPrivateKey('SM2', new SecretBytes(der))
    const bytes = randomBytes(100)
    const signature = file(await key.sign('SM2DSA_SM3', { kind: 'raw', bytes }))
    const words = opensslWords('SM2DSA_SM3')
    const check = ['pkeyutl', '-verify', '-inkey', file(made), ...words]
    assert.ok(await openssl(...check, '-in', file(bytes), '-sigfile', signature))
  })
})

function oaep(): readonly string[] {
  const options = ['rsa_padding_mode:oaep', 'rsa_oaep_md:sha256', 'rsa_mgf1_md:sha256']
  return options.flatMap((option) => ['-pkeyopt', option])
}
