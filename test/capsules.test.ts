import assert from 'node:assert/strict'
import {
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  privateDecrypt,
  sign,
} from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { SignJWT } from 'jose'
import { type Json, type Reply, startTestServer, type TestServer } from './server.ts'

const KEYSPACE = '33333333-2222-4333-8444-555555555555'
const DAY_MS = 86_400_000

describe('capsules, key policies, access points, PINs', () => {
  let server: TestServer
  let keyId: string
  before(async () => {
    server = await startTestServer({ flags: ['--clock', 'virtual:2026-01-01T00:00:00Z'] })
    keyId = await server.createKey()
  })
  after(() => server.stop())

  const kms = (path: string, method: string, body?: unknown): Promise<Reply> =>
    server.send(method, `/v1.0/${server.credentials.project_id}/kms/${path}`, {
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  const codeOf = ({ status, body }: Reply): string =>
    status < 400 ? String(status) : body.error.error_code
  const now = () => server.running.clock.now()
  const inTime = (ms = 60_000) => new Date(now() + ms).toISOString()
  const pem = (key: KeyObject) => String(key.export({ format: 'pem', type: 'spki' }))

  async function accessPoint(more: Json = {}): Promise<string> {
    const { body, text } = await kms('access-points', 'POST', {
      keyspace_id: KEYSPACE,
      access_point_name: 'point',
      type: 3,
      ...more,
    })
    assert.ok(body.access_point_id, text)
    return body.access_point_id
  }
  const privateKeyOf = async (id: string): Promise<KeyObject> =>
    createPrivateKey((await kms(`access-points/${id}/get-privatekey`, 'POST')).body.private_key)
  const makeCapsule = async (policy: Json, more: Json = {}): Promise<Json> => {
    const { body, text } = await kms('datakey-capsule/create', 'POST', {
      key_id: keyId,
      datakey_length: 'AES_256',
      key_policy: JSON.stringify(policy),
      ...more,
    })
    assert.ok(body.datakey_capsule, text)
    return body
  }
  const open = (capsule: string, attestation_document: Json, more: Json = {}) =>
    kms('datakey-capsule/decrypt', 'POST', {
      key_id: keyId,
      datakey_capsule: capsule,
      attestation_document,
      ...more,
    })
  const attest = (capsule: string, key: KeyObject, expire_time = inTime()) => ({
    custom_signature: sign(
      'sha256',
      Buffer.from(`${keyId}\n${capsule}\n${expire_time}`),
      key,
    ).toString('base64'),
    expire_time,
  })

  test('a custom access point opens what its policy allows, and nobody else does', async () => {
    const [mine, other] = [await accessPoint(), await accessPoint()]
    const [myKey, otherKey] = [await privateKeyOf(mine), await privateKeyOf(other)]
    const made = await makeCapsule({ version: '1.0', allowed_access_point: [mine] })
    const { datakey_capsule: capsule } = made
    const opened = await open(capsule, attest(capsule, myKey))
    assert.equal(opened.body.datakey, made.datakey, opened.text)
    assert.equal(opened.body.instance_id, mine)
    const refusals: readonly Json[] = [
      {},
      attest(capsule, otherKey),
      attest(capsule, myKey, inTime(-1)),
      attest(capsule, myKey, inTime(2 * DAY_MS)),
      { ...attest(capsule, myKey), expire_time: inTime(61_000) },
      { ...attest(capsule, myKey), custom_public_key: 'x' },
    ]
    for (const refused of refusals) {
      const reply = await open(capsule, refused)
      assert.deepEqual([reply.status, codeOf(reply)], [403, 'KMS.0306'], JSON.stringify(refused))
    }
    await kms(`access-points/${mine}/disable`, 'POST')
    assert.equal(codeOf(await open(capsule, attest(capsule, myKey))), 'KMS.0306')
    await kms(`access-points/${mine}/enable`, 'POST')
    assert.equal((await open(capsule, attest(capsule, myKey))).status, 200)
    assert.equal(codeOf(await kms(`access-points/${mine}/get-privatekey`, 'POST')), 'APIGW.0101')
    const bytes = Buffer.from(capsule, 'base64')
    bytes[60] = (bytes[60] ?? 0) ^ 1
    const changed = bytes.toString('base64')
    assert.equal(codeOf(await open(changed, attest(changed, myKey))), 'KMS.0308')
    const asData = await server.kms('decrypt-data', { cipher_text: capsule })
    assert.equal(codeOf(asData), 'KMS.0308', 'a capsule is no data')
  })

  test('a policy holds in its time, and as it is now', async () => {
    const point = await accessPoint()
    const key = await privateKeyOf(point)
    const period = { start_time: inTime(DAY_MS), end_time: inTime(3 * DAY_MS) }
    const document = JSON.stringify({ allowed_access_point: [point], validity_period: period })
    const { body } = await kms('key-policies', 'POST', {
      keyspace_id: KEYSPACE,
      policy_name: 'in-time',
      policy: document,
    })
    const made = await makeCapsule({}, { policy_id: body.policy_id, key_policy: undefined })
    const tryIt = async () =>
      codeOf(await open(made.datakey_capsule, attest(made.datakey_capsule, key)))
    assert.equal(await tryIt(), 'KMS.0306')
    await server.running.advanceClock?.(2 * DAY_MS)
    assert.equal(await tryIt(), '200')
    const shown = await kms(`key-policies/${body.policy_id}`, 'GET')
    assert.equal(shown.body.last_access_time, String(now()))
    await kms(`key-policies/${body.policy_id}`, 'PUT', { policy: '{"allowed_access_point":[]}' })
    assert.equal(await tryIt(), 'KMS.0306')
    await kms(`key-policies/${body.policy_id}`, 'PUT', { policy: document })
    assert.equal(await tryIt(), '200')
    assert.equal((await kms(`key-policies/${body.policy_id}`, 'DELETE')).status, 204)
    assert.equal(await tryIt(), 'KMS.0306')
  })

  test('a cluster proves itself with a token, a machine with a signature', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const cluster = await accessPoint({ type: 2, identity: pem(publicKey), cluster_id: 'c1' })
    const made = await makeCapsule({ allowed_access_point: [cluster] })
    const token = (key: KeyObject, seconds: number) =>
      new SignJWT({ sub: 'system:serviceaccount:app' })
        .setProtectedHeader({ alg: 'ES256' })
        .setExpirationTime(Math.floor(now() / 1000) + seconds)
        .sign(key)
    const tryIt = async (service_token: string) =>
      codeOf(await open(made.datakey_capsule, { service_token }))
    assert.equal(await tryIt(await token(privateKey, 60)), '200')
    assert.equal(await tryIt(await token(privateKey, -60)), 'KMS.0306')
    const strange = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
    assert.equal(await tryIt(await token(strange, 60)), 'KMS.0306')
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.e30.`
    assert.equal(await tryIt(unsigned), 'KMS.0306')

    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const machine = await accessPoint({ type: 1, identity: pem(rsa.publicKey) })
    const mute = await accessPoint({ type: 1 })
    const second = await makeCapsule({ allowed_access_point: [mute, machine] })
    const { custom_signature: ecs_signature, expire_time } = attest(
      second.datakey_capsule,
      rsa.privateKey,
    )
    const opened = await open(second.datakey_capsule, { ecs_signature, expire_time })
    assert.equal(opened.body.instance_id, machine, opened.text)
  })

  test('with a public key the data key comes wrapped', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 3072 })
    const public_key = publicKey.export({ format: 'der', type: 'spki' }).toString('base64')
    const point = await accessPoint()
    const key = await privateKeyOf(point)
    const made = await makeCapsule({ allowed_access_point: [point] }, { public_key })
    assert.equal(made.datakey, undefined)
    const unwrap = (cipher: string) =>
      privateDecrypt({ key: privateKey, oaepHash: 'sha256' }, Buffer.from(cipher, 'base64'))
    const capsule = made.datakey_capsule
    const wrapped = await open(capsule, attest(capsule, key), { public_key })
    assert.deepEqual(unwrap(wrapped.body.datakey_cipher), unwrap(made.datakey_cipher))
    const short = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey
    const refused = await kms('datakey-capsule/create', 'POST', {
      key_id: keyId,
      datakey_length: 'AES_256',
      key_policy: '{}',
      public_key: short.export({ format: 'der', type: 'spki' }).toString('base64'),
    })
    assert.equal(codeOf(refused), 'KMS.0308')
  })

  test('what is refused', async () => {
    for (const [path, body, code] of [
      ['key-policies', { keyspace_id: 'x', policy_name: 'p', policy: '{}' }, 'KMS.0308'],
      ['key-policies', { keyspace_id: KEYSPACE, policy_name: 'p', policy: '[]' }, 'KMS.0308'],
      ['key-policies', { keyspace_id: KEYSPACE, policy_name: 'p', policy: 'no json' }, 'KMS.0308'],
      ['access-points', { keyspace_id: KEYSPACE, access_point_name: 'p', type: 4 }, 'KMS.0308'],
      ['access-points', { keyspace_id: KEYSPACE, access_point_name: 'p', type: 2 }, 'KMS.0204'],
      [
        'access-points',
        { keyspace_id: KEYSPACE, access_point_name: 'p', type: 1, identity: 'no key' },
        'KMS.0308',
      ],
      ['datakey-capsule/create', { key_id: keyId, datakey_length: 'AES_256' }, 'KMS.0204'],
    ] as const) {
      assert.equal(codeOf(await kms(path, 'POST', body)), code, JSON.stringify(body))
    }
    const unknown = '99999999-2222-4333-8444-555555555555'
    assert.equal(codeOf(await kms(`key-policies/${unknown}`, 'GET')), 'APIGW.0101')
    assert.equal(codeOf(await kms(`access-points/${unknown}`, 'DELETE')), 'APIGW.0101')
    const list = `key-policies?keyspace_id=${KEYSPACE}`
    assert.equal(codeOf(await kms(`${list}&limit=101`, 'GET')), 'KMS.1601')
    assert.equal(codeOf(await kms(`${list}&marker=none`, 'GET')), 'KMS.1602')
  })

  test('lists of policies page by their ids', async () => {
    const keyspace_id = '44444444-2222-4333-8444-555555555555'
    const ids: string[] = []
    for (let n = 0; n < 5; n++) {
      const { body } = await kms('key-policies', 'POST', {
        keyspace_id,
        policy_name: `p${n}`,
        policy: '{}',
      })
      ids.push(body.policy_id)
    }
    const seen: string[] = []
    let marker = ''
    do {
      const { body } = await kms(
        `key-policies?keyspace_id=${keyspace_id}&limit=2&marker=${marker}`,
        'GET',
      )
      seen.push(...body.keyspace_policies.map(({ policy_id }: Json) => policy_id))
      assert.equal(body.page_info.current_count, body.keyspace_policies.length)
      marker = body.page_info.next_marker
      // The last one that was shown goes: the next page begins where it was.
      await kms(`key-policies/${seen.at(-1)}`, 'DELETE')
    } while (marker !== '')
    assert.deepEqual(seen, ids)
  })

  test('a PIN protects a data key pair too', async () => {
    const { pin } = (await kms('create-pin', 'POST', {})).body
    const made = await server.kms('create-ec-datakey-pair', {
      key_id: keyId,
      key_spec: 'ECC_NIST_P256',
      pin,
    })
    const cipher_text = made.body.private_key_cipher_text
    assert.equal(codeOf(await server.kms('decrypt-data', { cipher_text })), 'KMS.0308')
    const opened = await server.kms('decrypt-data', { cipher_text, pin })
    assert.equal(opened.body.plain_text_base64, made.body.private_key_plain_text, opened.text)
  })

  test('a PIN protects one data key, which then opens with it alone', async () => {
    for (const pin_type of ['PlainText', 'CipherText']) {
      const { pin } = (await kms('create-pin', 'POST', { pin_type })).body
      const made = await server.kms('create-datakey', { key_id: keyId, pin, pin_type })
      const body = { key_id: keyId, cipher_text: made.body.cipher_text, datakey_cipher_length: 32 }
      assert.equal(codeOf(await server.kms('decrypt-datakey', body)), 'KMS.0308')
      const wrong = { ...body, pin: 'x'.repeat(32), pin_type: 'PlainText' }
      assert.equal(codeOf(await server.kms('decrypt-datakey', wrong)), 'KMS.0308')
      const opened = await server.kms('decrypt-datakey', { ...body, pin, pin_type })
      assert.equal(opened.body.data_key, made.body.plain_text)
      const again = await server.kms('create-datakey', { key_id: keyId, pin, pin_type })
      assert.equal(codeOf(again), 'KMS.0308', 'it is used up')
    }
  })
})
