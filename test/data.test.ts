import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { startTestServer, type TestServer } from './server.ts'

const UNKNOWN = '0d0466b0-e727-4d9c-b35d-f84bb474a37f'
const digestOf = (name: string, bytes: Uint8Array) => createHash(name).update(bytes).digest()

describe('small data and data keys', () => {
  let server: TestServer
  const keys: Record<string, string> = {}
  before(async () => {
    server = await startTestServer()
    for (const key_spec of ['AES_256', 'SM4']) keys[key_spec] = await server.createKey({ key_spec })
  })
  after(() => server.stop())

  const refused = async (name: string, body: unknown, code: string, status = 400) => {
    const reply = await server.kms(name, body)
    assert.equal(reply.body?.error_code, code, `${name} ${JSON.stringify(body).slice(0, 200)}`)
    assert.equal(reply.status, status)
  }

  for (const spec of ['AES_256', 'SM4']) {
    describe(spec, () => {
      test('the cipher text has the documented layout', async () => {
        const key_id = keys[spec]
        const { body } = await server.kms('encrypt-data', { key_id, plain_text: 'hello' })
        assert.equal(body.key_id, key_id)
        const bytes = Buffer.from(body.cipher_text, 'base64')
        assert.equal(bytes.length, 5 + 92 + 32)
        assert.equal(bytes.subarray(0, 2).toString('hex'), '0200')
        assert.equal(bytes.readUInt16LE(2), 5 + 88)
        assert.equal(bytes.toString('latin1', 57, 93), key_id)
        assert.equal(bytes.readUInt32BE(93), 0)
        assert.deepEqual(bytes.subarray(97), digestOf('sha256', bytes.subarray(0, 97)))
      })

      test('1 to 4096 bytes of UTF-8', async () => {
        const key_id = keys[spec]
        for (const plain_text of ['x', '€'.repeat(1365), 'x'.repeat(4096), '\u0000\n"\\']) {
          const { body } = await server.kms('encrypt-data', { key_id, plain_text })
          const opened = await server.kms('decrypt-data', { cipher_text: body.cipher_text, key_id })
          assert.equal(opened.body.plain_text, plain_text)
          const base64 = Buffer.from(plain_text).toString('base64')
          assert.equal(opened.body.plain_text_base64, base64)
        }
        for (const plain_text of ['', 'x'.repeat(4097), '€'.repeat(1366), '\ud800', 7, ['x']]) {
          await refused('encrypt-data', { key_id, plain_text }, 'KMS.0308')
        }
      })

      test('a data key opens again, with the digest that fits the key', async () => {
        const key_id = keys[spec]
        const { body } = await server.kms('create-datakey', { key_id, datakey_length: '512' })
        assert.match(body.plain_text, /^[0-9a-f]{128}$/)
        assert.equal(body.cipher_text.length, 376)
        const opened = await server.kms('decrypt-datakey', {
          key_id,
          cipher_text: body.cipher_text,
          datakey_cipher_length: '64',
        })
        const digest = digestOf(
          spec === 'SM4' ? 'sm3' : 'sha256',
          Buffer.from(body.plain_text, 'hex'),
        )
        assert.deepEqual(opened.body, {
          data_key: body.plain_text,
          datakey_length: '64',
          datakey_dgst: digest.toString('hex'),
        })
      })

      test('a data key of the caller', async () => {
        const key_id = keys[spec]
        for (const length of [16, 32, 64, 1, 1024]) {
          const key = Buffer.alloc(length, 7)
          const digest = digestOf(spec === 'SM4' ? 'sm3' : 'sha256', key)
          const { body } = await server.kms('encrypt-datakey', {
            key_id,
            plain_text: Buffer.concat([key, digest]).toString('hex'),
            datakey_plain_length: String(length),
          })
          assert.equal(body.datakey_length, String(length))
          assert.equal(body.cipher_text.length, 2 * (length + 92 + 32))
          const opened = await server.kms('decrypt-datakey', {
            key_id,
            cipher_text: body.cipher_text,
            datakey_cipher_length: length,
          })
          assert.equal(opened.body.data_key, key.toString('hex'))
        }
      })
    })
  }

  test('a context binds: only the same again opens', async () => {
    const key_id = keys['AES_256']
    const contexts = [
      {},
      { additional_authenticated_data: 'text' },
      { additional_authenticated_data: '{"a":"1"}' },
      { encryption_context: { a: '1', b: '2' } },
      { encryption_context: { a: '1' } },
      { encryption_context: { a1: '' } },
    ]
    const texts = []
    for (const context of contexts) {
      const body = { key_id, plain_text: 'bound', ...context }
      texts.push((await server.kms('encrypt-data', body)).body.cipher_text)
    }
    for (const [mine, cipher_text] of texts.entries()) {
      for (const [theirs, context] of contexts.entries()) {
        const opened = await server.kms('decrypt-data', { cipher_text, ...context })
        assert.equal(opened.status, mine === theirs ? 200 : 400, `${mine} with ${theirs}`)
        if (mine !== theirs) assert.equal(opened.body.error_code, 'KMS.0308')
      }
    }
    const reordered = { encryption_context: '{"b":"2","a":"1"}' }
    const opened = await server.kms('decrypt-data', { cipher_text: texts[3], ...reordered })
    assert.equal(opened.body.plain_text, 'bound')
    const malformed = ['x', '[]', '{"a":1}', { a: 1 }, { a: { b: 'c' } }, 7, 'x'.repeat(9000)]
    for (const encryption_context of malformed) {
      await refused('encrypt-data', { key_id, plain_text: 'x', encryption_context }, 'KMS.0208')
    }
    const both = { additional_authenticated_data: 'x', encryption_context: { a: '1' } }
    await refused('encrypt-data', { key_id, plain_text: 'x', ...both }, 'KMS.0208')
    const long = { additional_authenticated_data: 'x'.repeat(129) }
    await refused('encrypt-data', { key_id, plain_text: 'x', ...long }, 'KMS.0308')
  })

  test('what does not open: one error, whatever failed inside', async () => {
    const key_id = keys['AES_256']
    const { body } = await server.kms('encrypt-data', { key_id, plain_text: 'hello' })
    const whole = Buffer.from(body.cipher_text, 'base64')
    const messages = new Set<string>()
    const fails = async (bytes: Buffer, more = {}) => {
      const cipher_text = bytes.toString('base64')
      const reply = await server.kms('decrypt-data', { cipher_text, key_id, ...more })
      assert.equal(reply.body.error_code, 'KMS.0308', reply.text)
      messages.add(reply.body.error_msg)
    }
    for (let at = 0; at < whole.length; at++) {
      const changed = Buffer.from(whole)
      changed[at] = (changed[at] ?? 0) ^ 1
      await fails(changed)
      const resealed = Buffer.concat([
        changed.subarray(0, -32),
        digestOf('sha256', changed.subarray(0, -32)),
      ])
      if (at < whole.length - 32) await fails(resealed)
    }
    await fails(whole.subarray(0, -1))
    await fails(Buffer.concat([whole, Buffer.alloc(1)]))
    await fails(Buffer.alloc(200))
    await fails(whole, { key_id: keys['SM4'] })
    assert.equal(messages.size, 1)
    await refused('decrypt-data', { cipher_text: 'not base64!' }, 'KMS.0308')
    const dataKey = await server.kms('create-datakey', { key_id })
    await fails(Buffer.from(dataKey.body.cipher_text, 'hex'))
  })

  test('algorithms of other keys', async () => {
    const key_id = keys['AES_256']
    const body = { key_id, plain_text: 'x', encryption_algorithm: 'SYMMETRIC_DEFAULT' }
    assert.equal((await server.kms('encrypt-data', body)).status, 200)
    await refused('encrypt-data', { ...body, encryption_algorithm: 'SM2_ENCRYPT' }, 'KMS.0308')
    await refused('encrypt-data', { ...body, encryption_algorithm: 'x' }, 'KMS.0308')
  })

  test('lengths of data keys', async () => {
    const key_id = keys['AES_256']
    const bits = async (fields: object) =>
      (await server.kms('create-datakey', { key_id, ...fields })).body.plain_text.length * 4
    assert.equal(await bits({}), 256)
    assert.equal(await bits({ key_spec: 'AES_128' }), 128)
    assert.equal(await bits({ key_spec: 'HMAC_384' }), 384)
    assert.equal(await bits({ key_spec: 'AES_128', datakey_length: 512 }), 512)
    assert.equal(await bits({ datakey_length: '8' }), 8)
    assert.equal(await bits({ datakey_length: 8192 }), 8192)
    for (const datakey_length of [0, 8193, '8200', 'x', -8, 8.5]) {
      await refused('create-datakey', { key_id, datakey_length }, 'KMS.1901')
      const name = 'create-datakey-without-plaintext'
      await refused(name, { key_id, datakey_length }, 'KMS.2001')
    }
    await refused('create-datakey', { key_id, datakey_length: 9 }, 'KMS.1903')
    await refused('create-datakey', { key_id, key_spec: 'DES' }, 'KMS.1902')
    const { body } = await server.kms('create-datakey-without-plaintext', { key_id })
    assert.deepEqual(Object.keys(body).sort(), ['cipher_text', 'key_id'])
  })

  test('what encrypt-datakey and decrypt-datakey refuse', async () => {
    const key_id = keys['AES_256']
    const key = Buffer.alloc(32, 1)
    const good = Buffer.concat([key, digestOf('sha256', key)]).toString('hex')
    const encrypt = { key_id, plain_text: good, datakey_plain_length: '32' }
    await refused('encrypt-datakey', { ...encrypt, plain_text: 'xyz' }, 'KMS.2101')
    await refused('encrypt-datakey', { ...encrypt, plain_text: good.slice(1) }, 'KMS.2101')
    await refused('encrypt-datakey', { ...encrypt, datakey_plain_length: '0' }, 'KMS.2102')
    await refused('encrypt-datakey', { ...encrypt, datakey_plain_length: 1025 }, 'KMS.2102')
    const spoilt = good.replace(/^../, 'ff')
    await refused('encrypt-datakey', { ...encrypt, plain_text: spoilt }, 'KMS.2103')
    await refused('encrypt-datakey', { ...encrypt, datakey_plain_length: '31' }, 'KMS.2104')

    const { cipher_text } = (await server.kms('encrypt-datakey', encrypt)).body
    const decrypt = { key_id, cipher_text, datakey_cipher_length: '32' }
    assert.equal((await server.kms('decrypt-datakey', decrypt)).status, 200)
    await refused('decrypt-datakey', { ...decrypt, cipher_text: 'xyz' }, 'KMS.2201')
    await refused('decrypt-datakey', { ...decrypt, cipher_text: 'abcd' }, 'KMS.2201')
    await refused('decrypt-datakey', { ...decrypt, datakey_cipher_length: '0' }, 'KMS.2202')
    const end = cipher_text.endsWith('0') ? '1' : '0'
    const changed = cipher_text.slice(0, -1) + end
    await refused('decrypt-datakey', { ...decrypt, cipher_text: changed }, 'KMS.2203')
    await refused('decrypt-datakey', { ...decrypt, datakey_cipher_length: '16' }, 'KMS.2204')
    await refused('decrypt-datakey', { ...decrypt, key_id: keys['SM4'] }, 'KMS.0308')
    await refused('decrypt-datakey', { ...decrypt, key_id: UNKNOWN }, 'KMS.0207', 404)
  })

  test('random numbers', async () => {
    for (const random_data_length of [8, '512', 8192]) {
      const { body } = await server.kms('gen-random', { random_data_length })
      assert.equal(body.random_data.length * 4, Number(random_data_length))
    }
    for (const random_data_length of [0, 8200, 'x', -8]) {
      await refused('gen-random', { random_data_length }, 'KMS.1801')
    }
    await refused('gen-random', { random_data_length: 12 }, 'KMS.1802')
    await refused('gen-random', {}, 'KMS.0204')
  })

  test('versions of the API', async () => {
    const { body, status } = await server.send('GET', '/', { token: null })
    assert.equal(status, 200)
    assert.equal(body.versions.length, 1)
    assert.equal(body.versions[0].status, 'CURRENT')
    for (const path of ['/v1.0', '/v1.0/']) {
      const one = await server.send('GET', path, { token: null })
      assert.deepEqual(one.body, { version: body.versions[0] })
    }
    assert.equal((await server.send('GET', '/v9', { token: null })).status, 404)
  })
})
