import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createPublicKey, verify } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { type Reply, startTestServer, type TestServer } from './server.ts'
import { makeSoftHsm, noSoftHsm, type SoftHsm, writeTokensFile } from './soft-hsm.ts'

const CLUSTER = 'hsm-of-keystores'

describe('key stores on a PKCS #11 token', { skip: noSoftHsm }, () => {
  let server: TestServer
  let token: SoftHsm
  let keystoreId: string
  before(async () => {
    token = makeSoftHsm()
    Object.assign(process.env, token.environment)
    server = await startTestServer({
      flags: ['--tokens', writeTokensFile(token, CLUSTER), '--clock', 'virtual'],
    })
    keystoreId = (await createStore('first')).body.keystore.keystore_id
  })
  after(async () => {
    await server.stop()
    token.remove()
  })

  const stores = (path = '', method = 'GET', body?: unknown): Promise<Reply> =>
    server.send(method, `/v1.0/${server.credentials.project_id}/keystores${path}`, {
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  const createStore = (alias: string, cluster = CLUSTER): Promise<Reply> =>
    stores('', 'POST', { keystore_alias: alias, keystore_type: 'DHSM', hsm_cluster_id: cluster })
  const codeOf = ({ status, body }: Reply): string =>
    status < 400 ? String(status) : body.error.error_code
  const inside = (fields: Readonly<Record<string, unknown>> = {}): Promise<string> =>
    server.createKey({ keystore_id: keystoreId, ...fields })
  /** What the token says that it holds. */
  const objects = (): string =>
    execFileSync(
      'pkcs11-tool',
      [
        '--module',
        token.module,
        '--token-label',
        token.tokenLabel,
        '--login',
        '--pin',
        token.pin,
        '-O',
      ],
      { env: { ...process.env, ...token.environment }, encoding: 'utf8', stdio: 'pipe' },
    )

  test('an AES key works inside, through rotations, like any other', async () => {
    const keyId = await inside()
    const { body } = await server.kms('describe-key', { key_id: keyId })
    assert.equal(body.key_info.keystore_id, keystoreId)
    assert.equal(body.key_info.keystore_type, 'DHSM')
    const texts: string[] = []
    for (let n = 0; n < 3; n++) {
      const reply = await server.kms('encrypt-data', { key_id: keyId, plain_text: `text ${n}` })
      texts.push(reply.body.cipher_text)
      assert.equal((await server.kms('rotate-on-demand', { key_id: keyId })).status, 200)
    }
    for (const [n, cipher_text] of texts.entries()) {
      const reply = await server.kms('decrypt-data', { cipher_text })
      assert.equal(reply.body.plain_text, `text ${n}`)
    }
    const dataKey = await server.kms('create-datakey', { key_id: keyId })
    const opened = await server.kms('decrypt-datakey', {
      key_id: keyId,
      cipher_text: dataKey.body.cipher_text,
      datakey_cipher_length: 32,
    })
    assert.equal(opened.body.data_key, dataKey.body.plain_text)
    const version = await server.running.storage.keys.findVersion(keyId as never, 1 as never)
    assert.ok(version !== undefined && version.wrappedMaterial.length > 100, 'a label, wrapped')
  })

  for (const [spec, algorithm] of [
    ['RSA_2048', 'RSASSA_PSS_SHA_256'],
    ['RSA_2048', 'RSASSA_PKCS1_V1_5_SHA_384'],
    ['EC_P256', 'ECDSA_SHA_256'],
    ['EC_P384', 'ECDSA_SHA_384'],
    ['SECP256K1', 'ECDSA_SHA_256'],
  ] as const) {
    test(`${spec} signs inside with ${algorithm}`, async () => {
      const keyId = await inside({ key_spec: spec })
      const { body: shown } = await server.kms('get-publickey', { key_id: keyId })
      const message = Buffer.from('inside')
      const asked = {
        key_id: keyId,
        message: message.toString('base64'),
        message_type: 'RAW',
        signing_algorithm: algorithm,
      }
      const { body } = await server.kms('sign', asked)
      const checked = await server.kms('verify', { ...asked, signature: body.signature })
      assert.equal(checked.body.signature_valid, 'true')
      const isPss = algorithm === 'RSASSA_PSS_SHA_256'
      const key = {
        key: createPublicKey(shown.public_key),
        ...(isPss ? { padding: 6, saltLength: 32 } : {}),
      }
      const hashName = `sha${algorithm.slice(-3)}`
      assert.ok(verify(hashName, message, key as never, Buffer.from(body.signature, 'base64')))
    })
  }

  test('MACs are made inside', async () => {
    const keyId = await inside({ key_spec: 'HMAC_512' })
    const asked = { key_id: keyId, mac_algorithm: 'HMAC_SHA_512', message: 'aW5zaWRl' }
    const { body } = await server.kms('generate-mac', asked)
    const { body: checked } = await server.kms('verify-mac', { ...asked, mac: body.mac })
    assert.equal(checked.mac_valid, true)
  })

  test('what a token cannot do is refused and leaves nothing in it', async () => {
    const before = objects()
    for (const fields of [
      { key_spec: 'SM4' },
      { key_spec: 'ED25519' },
      { key_spec: 'RSA_2048', key_usage: 'ENCRYPT_DECRYPT' },
      { origin: 'external' },
    ]) {
      const body = { key_alias: 'refused', keystore_id: keystoreId, ...fields }
      assert.equal(codeOf(await server.kms('create-key', body)), 'KMS.0308', JSON.stringify(fields))
    }
    await inside({ key_alias: 'twice' })
    const between = objects()
    const twice = await server.kms('create-key', { key_alias: 'twice', keystore_id: keystoreId })
    assert.equal(codeOf(twice), 'KMS.1104')
    assert.equal(objects(), between)
    assert.notEqual(before, between)
  })

  test('a disabled store suspends its keys at once', async () => {
    const keyId = await inside()
    const { body } = await server.kms('encrypt-data', { key_id: keyId, plain_text: 'x' })
    const disabled = await stores(`/${keystoreId}/disable`, 'POST')
    assert.equal(disabled.body.keystore.keystore_state, '3')
    assert.equal(codeOf(await server.kms('decrypt-data', body)), 'KMS.0209')
    assert.equal(
      codeOf(await server.kms('create-key', { key_alias: 'no', keystore_id: keystoreId })),
      'KMS.0209',
    )
    assert.equal(codeOf(await stores(`/${keystoreId}`, 'DELETE')), 'KMS.8003', 'it has keys')
    const enabled = await stores(`/${keystoreId}/enable`, 'POST')
    assert.equal(enabled.body.keystore.keystore_state, '2')
    assert.equal((await server.kms('decrypt-data', body)).status, 200)
  })

  test('a key that is destroyed is gone from the token', async () => {
    const empty = objects()
    const keyId = await inside({ key_spec: 'EC_P256' })
    assert.notEqual(objects(), empty)
    await server.kms('schedule-key-deletion', { key_id: keyId, pending_days: 7 })
    await server.running.advanceClock?.(7 * 86_400_000)
    assert.equal((await server.kms('describe-key', { key_id: keyId })).status, 404)
    assert.ok(!objects().includes(keyId))
  })

  test('stores are listed, shown, and deleted when disabled and empty', async () => {
    assert.equal(codeOf(await createStore('first')), 'KMS.1104')
    assert.equal(codeOf(await createStore('other', 'no-such-cluster')), 'KMS.0308')
    const made: string = (await createStore('short-lived')).body.keystore.keystore_id
    const { body } = await stores('?limit=1&offset=1')
    assert.equal(body.total, 2)
    assert.deepEqual(
      body.keystores.map((store: { keystore_alias: string }) => store.keystore_alias),
      ['short-lived'],
    )
    assert.equal(codeOf(await stores(`/${made}`, 'DELETE')), 'KMS.8003', 'it is enabled')
    await stores(`/${made}/disable`, 'POST')
    assert.equal((await stores(`/${made}`, 'DELETE')).status, 204)
    assert.equal(codeOf(await stores(`/${made}`)), 'KMS.8003')
  })
})

describe('a token that hangs', { skip: noSoftHsm }, () => {
  test('is answered with 504 in time, keeps nobody else waiting, and works again', async () => {
    const token = makeSoftHsm()
    Object.assign(process.env, token.environment)
    const tokens = writeTokensFile(token, CLUSTER, 1000)
    const server = await startTestServer({ flags: ['--tokens', tokens] })
    try {
      const path = `/v1.0/${server.credentials.project_id}/keystores`
      const body = JSON.stringify({ keystore_alias: 'hangs', hsm_cluster_id: CLUSTER })
      const { keystore } = (await server.send('POST', path, { body })).body
      const inside = await server.createKey({ keystore_id: keystore.keystore_id })
      const outside = await server.createKey()
      const encrypt = (keyId: string) =>
        server.kms('encrypt-data', { key_id: keyId, plain_text: 'x' })
      const made = await encrypt(inside)
      assert.equal(made.status, 200)
      const children = execFileSync('pgrep', ['-P', String(process.pid), '-f', 'token-process'])
      for (const pid of children.toString().trim().split('\n')) process.kill(Number(pid), 'SIGSTOP')
      const startMs = performance.now()
      const hanging = encrypt(inside)
      for (let n = 0; n < 20; n++) assert.equal((await encrypt(outside)).status, 200)
      assert.ok(performance.now() - startMs < 900, 'others were served meanwhile')
      const { status, text } = await hanging
      assert.equal(status, 504, text)
      assert.ok(performance.now() - startMs < 4000)
      const again = await server.kms('decrypt-data', { cipher_text: made.body.cipher_text })
      assert.equal(again.body.plain_text, 'x', again.text)
    } finally {
      await server.stop()
      token.remove()
    }
  })
})

describe('a token that does not work', () => {
  test('is a service behind this one that fails: 502, and others go on', async () => {
    const token = makeSoftHsm()
    const broken = { ...token, module: '/does/not/exist.so' }
    const server = await startTestServer({ flags: ['--tokens', writeTokensFile(broken, CLUSTER)] })
    try {
      const path = `/v1.0/${server.credentials.project_id}/keystores`
      const body = JSON.stringify({ keystore_alias: 'broken', hsm_cluster_id: CLUSTER })
      const failing = server.send('POST', path, { body })
      const keyId = await server.createKey()
      const { status } = await server.kms('encrypt-data', { key_id: keyId, plain_text: 'x' })
      assert.equal(status, 200)
      const reply = await failing
      assert.equal(reply.status, 502, reply.text)
      assert.ok(!reply.text.includes('/does/not/exist'), 'nothing of the machine in the answer')
    } finally {
      await server.stop()
      token.remove()
    }
  })
})
