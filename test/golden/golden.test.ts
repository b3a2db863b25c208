import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import type { KeySpec } from '../../src/core/key-specs.ts'
import { decryptMessage, parseCiphertext } from '../../src/crypto/ciphertext.ts'
import { verifyPassword } from '../../src/crypto/password.ts'
import { rootKeyFrom } from '../../src/crypto/root-key.ts'
import { SecretBytes } from '../../src/crypto/secret-bytes.ts'
import { loadCipher } from '../../src/crypto/suite.ts'
import { unwrapRecord } from '../../src/crypto/wrapped-record.ts'

const file = new URL('./format-1.json', import.meta.url)
const bytes = readFileSync(file)
const golden = JSON.parse(bytes.toString())
const root = rootKeyFrom(new SecretBytes(Buffer.from(golden.root_key_hex, 'hex')))
const hexOf = (secret: SecretBytes | undefined) =>
  secret?.lend((content) => Buffer.from(content).toString('hex'))

describe('what was stored and handed out in format 1 opens for ever', () => {
  test('nobody edited the file', () => {
    const digest = createHash('sha256').update(bytes).digest('hex')
    assert.equal(digest, '2f1ba9bbf0be4eabedc2b105eacb148d4f16fefbfffe6a129e5e4648502e7311')
  })

  test('the root key has its id', () => assert.equal(root.id, golden.root_key_id))

  for (const spec of ['AES_256', 'SM4'] as const satisfies readonly KeySpec[]) {
    const key = golden.keys[spec]

    test(`${spec}: the wrapped material`, () => {
      const binding = {
        kind: 'keyMaterial',
        projectId: golden.project_id,
        keyId: golden.key_id,
        version: key.version,
        spec,
        origin: 'kms',
      } as const
      const record = Buffer.from(key.wrapped_hex, 'hex')
      assert.equal(hexOf(unwrapRecord(root, binding, record)), key.material_hex)
    })

    test(`${spec}: each cipher text`, () => {
      const cipher = loadCipher(spec, new SecretBytes(Buffer.from(key.material_hex, 'hex')))
      assert.equal(key.texts.length, 12)
      for (const { kind, context, plaintext_hex, cipher_text_hex } of key.texts) {
        const parsed = parseCiphertext(Buffer.from(cipher_text_hex, 'hex'))
        assert.ok(parsed.kind === 'ok')
        assert.equal(parsed.ciphertext.keyId, golden.key_id)
        assert.equal(parsed.ciphertext.version, key.version)
        const opened = decryptMessage(cipher, parsed.ciphertext, kind, context)
        assert.equal(opened?.toString('hex'), plaintext_hex)
      }
    })
  }

  test('the secret of an access key', () => {
    const { id, user_id, secret, wrapped_hex } = golden.access_key
    const binding = { kind: 'accessKeySecret', accessKeyId: id, userId: user_id } as const
    const opened = unwrapRecord(root, binding, Buffer.from(wrapped_hex, 'hex'))
    assert.equal(hexOf(opened), Buffer.from(secret).toString('hex'))
  })

  test('a stored password', async () => {
    const { text, stored } = golden.password
    assert.equal(await verifyPassword(stored, new SecretBytes(Buffer.from(text))), true)
    assert.equal(await verifyPassword(stored, new SecretBytes(Buffer.from('another'))), false)
  })
})
