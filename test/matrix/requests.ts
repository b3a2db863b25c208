import { createPublicKey, generateKeyPairSync, publicEncrypt, randomBytes, sign } from 'node:crypto'
import type { OperationId } from '../../src/contract/operations/index.ts'
import type { Json, TestServer } from '../server.ts'

/** What an operation is called with so that its owner succeeds. */
export interface Prepared {
  readonly fields?: Readonly<Record<string, unknown>>
  readonly body?: Readonly<Record<string, unknown>>
  /** The key it is about, on which the grantee gets its grant. */
  readonly keyId?: string
}

/** A server as it is asked to make what an operation needs. */
export type Maker = Pick<TestServer, 'url' | 'credentials' | 'token' | 'kms' | 'send' | 'createKey'>

type Prepare = (server: Maker, west: Maker) => Promise<Prepared>

const KEYSPACE = '22222222-2222-4333-8444-555555555555'
const MESSAGE = Buffer.from('matrix').toString('base64')
let names = 0
const name = (what: string) => `${what}-${++names}`

/** Calls as the owner what makes the ground for an operation. */
async function must(server: Maker, path: string, body: unknown, method = 'POST') {
  const reply = await server.send(
    method,
    path.replace('{project}', server.credentials.project_id),
    method === 'GET' ? {} : { body: JSON.stringify(body) },
  )
  if (reply.status >= 300) throw new Error(`${path}: ${reply.text}`)
  return reply.body
}
const kms = (server: Maker, operation: string, body: unknown): Promise<Json> =>
  must(server, `/v1.0/{project}/kms/${operation}`, body)

/** For operations that take the id of a key and nothing else. */
function ofKey(
  fields: Readonly<Record<string, unknown>> = {},
  ...before: readonly string[]
): Prepare {
  return async (server) => {
    const keyId = await server.createKey(fields)
    for (const operation of before) await kms(server, operation, { key_id: keyId, pending_days: 7 })
    return { body: { key_id: keyId }, keyId }
  }
}

/** For operations on a key with more in the body. */
function with_(
  more: Readonly<Record<string, unknown>>,
  fields: Readonly<Record<string, unknown>> = {},
  ...before: readonly string[]
): Prepare {
  return async (server, west) => {
    const { keyId = '' } = await ofKey(fields, ...before)(server, west)
    return { body: { key_id: keyId, ...more }, keyId }
  }
}

const nothing: Prepare = async () => ({})

async function encrypted(server: Maker): Promise<{ keyId: string; cipherText: string }> {
  const keyId = await server.createKey()
  const { cipher_text } = await kms(server, 'encrypt-data', { key_id: keyId, plain_text: 'x' })
  return { keyId, cipherText: cipher_text }
}

async function accessPoint(server: Maker): Promise<Prepared> {
  const { access_point_id } = await kms(server, 'access-points', {
    keyspace_id: KEYSPACE,
    access_point_name: name('point'),
    type: 3,
  })
  return { fields: { access_point_id } }
}

async function policy(server: Maker, accessPoints: readonly unknown[] = []) {
  const document = JSON.stringify({ version: '1.0', allowed_access_point: accessPoints })
  const { policy_id } = await kms(server, 'key-policies', {
    keyspace_id: KEYSPACE,
    policy_name: name('policy'),
    policy: document,
  })
  return { policy_id, document }
}

async function grant(server: Maker) {
  const keyId = await server.createKey()
  const { grant_id } = await kms(server, 'create-grant', {
    key_id: keyId,
    grantee_principal: 'somebody',
    operations: ['encrypt-data'],
  })
  return { body: { key_id: keyId, grant_id }, keyId }
}

async function alias(server: Maker) {
  const keyId = await server.createKey()
  const text = `alias/${name('alias')}`
  await kms(server, 'aliases', { key_id: keyId, alias: text })
  return { keyId, alias: text }
}

async function tagged(server: Maker) {
  const keyId = await server.createKey()
  await kms(server, `${keyId}/tags`, { tag: { key: 'matrix', value: 'x' } })
  return keyId
}

async function imported(server: Maker) {
  const keyId = await server.createKey({ origin: 'external' })
  const { import_token, public_key } = await kms(server, 'get-parameters-for-import', {
    key_id: keyId,
    wrapping_algorithm: 'RSAES_OAEP_SHA_256',
  })
  const key = createPublicKey({
    key: Buffer.from(public_key, 'base64'),
    format: 'der',
    type: 'spki',
  })
  const material = publicEncrypt({ key, oaepHash: 'sha256' }, randomBytes(32))
  const body = { key_id: keyId, import_token, encrypted_key_material: material.toString('base64') }
  return { keyId, body }
}

async function capsule(server: Maker): Promise<Prepared> {
  const keyId = await server.createKey()
  const { fields } = await accessPoint(server)
  const id = String(fields?.['access_point_id'])
  const { private_key } = await kms(server, `access-points/${id}/get-privatekey`, {})
  const { policy_id } = await policy(server, [id])
  const made = await kms(server, 'datakey-capsule/create', {
    key_id: keyId,
    datakey_length: 'AES_256',
    policy_id,
  })
  const expire_time = new Date(Date.now() + 60_000).toISOString()
  const challenge = `${keyId}\n${made.datakey_capsule}\n${expire_time}`
  const custom_signature = sign('sha256', Buffer.from(challenge), private_key).toString('base64')
  return {
    keyId,
    body: {
      key_id: keyId,
      datakey_capsule: made.datakey_capsule,
      attestation_document: { custom_signature, expire_time },
    },
  }
}

async function keystore(server: Maker): Promise<Prepared> {
  const { keystore: made } = await must(server, '/v1.0/{project}/keystores', {
    keystore_alias: name('store'),
    hsm_cluster_id: 'hsm-of-matrix',
  })
  return { fields: { keystore_id: made.keystore_id } }
}

const SIGNING = { message: MESSAGE, message_type: 'RAW', signing_algorithm: 'ECDSA_SHA_256' }
const MAC = { mac_algorithm: 'HMAC_SHA_256', message: MESSAGE }

async function replicable(server: Maker, west: Maker): Promise<Prepared & { keyId: string }> {
  const keyId = await server.createKey()
  const body = {
    key_id: keyId,
    replica_region: 'west',
    key_alias: name('replica'),
    replica_project_id: west.credentials.project_id,
  }
  return { keyId, fields: { key_id: keyId }, body }
}

async function replicated(server: Maker, west: Maker): Promise<Prepared> {
  const { keyId, fields = {}, body } = await replicable(server, west)
  await must(server, `/v2/{project}/kms/keys/${keyId}/replicate`, body)
  return { keyId, fields, body: { key_id: keyId, primary_region: 'west' } }
}

async function inPath(server: Maker): Promise<Prepared> {
  const keyId = await server.createKey()
  return { keyId, fields: { key_id: keyId } }
}

/** How each operation of the vendor's API is called, and those of ours that ask for a right. */
export const REQUESTS: Readonly<Partial<Record<OperationId, Prepare>>> = {
  CreateKey: async () => ({ body: { key_alias: name('made') } }),
  EnableKey: ofKey({}, 'disable-key'),
  DisableKey: ofKey(),
  DeleteKey: with_({ pending_days: 7 }),
  CancelKeyDeletion: ofKey({}, 'schedule-key-deletion'),
  UpdateKeyAlias: async (server, west) => with_({ key_alias: name('renamed') })(server, west),
  UpdateKeyDescription: with_({ key_description: 'x' }),
  ListKeys: async () => ({ body: {} }),
  ListKeyDetail: ofKey(),
  ShowUserInstances: nothing,
  ShowUserQuotas: nothing,
  EnableKeyRotation: ofKey(),
  DisableKeyRotation: ofKey({}, 'enable-key-rotation'),
  UpdateKeyRotationInterval: with_({ rotation_interval: 40 }, {}, 'enable-key-rotation'),
  RotateOnDemand: ofKey(),
  ShowKeyRotationStatus: ofKey(),
  CreateRandom: async () => ({ body: { random_data_length: 64 } }),
  CreateDatakey: ofKey(),
  CreateDatakeyWithoutPlaintext: ofKey(),
  EncryptDatakey: with_({
    plain_text: `${'00'.repeat(32)}66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925`,
    datakey_plain_length: 32,
  }),
  DecryptDatakey: async (server) => {
    const keyId = await server.createKey()
    const { cipher_text } = await kms(server, 'create-datakey', { key_id: keyId })
    return { keyId, body: { key_id: keyId, cipher_text, datakey_cipher_length: 32 } }
  },
  EncryptData: with_({ plain_text: 'x' }),
  DecryptData: async (server) => {
    const { keyId, cipherText } = await encrypted(server)
    return { keyId, body: { cipher_text: cipherText } }
  },
  CreateRsaDatakeyPair: with_({ key_spec: 'RSA_2048' }),
  CreateEcDatakeyPair: with_({ key_spec: 'ECC_NIST_P256' }),
  ReEncrypt: async (server) => {
    const { keyId, cipherText } = await encrypted(server)
    return { keyId, body: { destination_key_id: keyId, cipher_text: cipherText } }
  },
  Sign: with_(SIGNING, { key_spec: 'EC_P256' }),
  ValidateSignature: with_({ ...SIGNING, signature: MESSAGE }, { key_spec: 'EC_P256' }),
  ShowPublicKey: ofKey({ key_spec: 'EC_P256' }),
  GenerateMac: with_(MAC, { key_spec: 'HMAC_256' }),
  VerifyMac: with_({ ...MAC, mac: MESSAGE }, { key_spec: 'HMAC_256' }),
  DeriveSharedSecret: async (server, west) => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const spki = publicKey.export({ format: 'der', type: 'spki' }).toString('base64')
    return with_(
      { key_agreement_algorithm: 'ECDH', public_key: spki },
      { key_spec: 'EC_P256', key_usage: 'KEY_AGREEMENT' },
    )(server, west)
  },
  CreateParametersForImport: with_(
    { wrapping_algorithm: 'RSAES_OAEP_SHA_256' },
    { origin: 'external' },
  ),
  ImportKeyMaterial: imported,
  DeleteImportedKeyMaterial: async (server) => {
    const { keyId, body } = await imported(server)
    await kms(server, 'import-key-material', body)
    return { keyId, body: { key_id: keyId } }
  },
  CreateGrant: with_({ grantee_principal: 'x', operations: ['encrypt-data'] }),
  CancelGrant: grant,
  CancelSelfGrant: grant,
  ListGrants: ofKey(),
  ListRetirableGrants: async () => ({ body: {} }),
  CreateAlias: async (server, west) => with_({ alias: `alias/${name('new')}` })(server, west),
  AssociateAlias: async (server) => {
    const { alias: text } = await alias(server)
    return { body: { alias: text, target_key_id: await server.createKey() } }
  },
  DeleteAlias: async (server) => {
    const { keyId, alias: text } = await alias(server)
    return { keyId, body: { key_id: keyId, aliases: [text] } }
  },
  ListAliases: nothing,
  CreateKmsTag: async (server) => {
    const keyId = await server.createKey()
    return { keyId, fields: { key_id: keyId }, body: { tag: { key: 'a', value: 'b' } } }
  },
  BatchCreateKmsTags: async (server) => {
    const keyId = await server.createKey()
    const body = { action: 'create', tags: [{ key: 'a', value: 'b' }] }
    return { keyId, fields: { key_id: keyId }, body }
  },
  DeleteTag: async (server) => {
    const keyId = await tagged(server)
    return { keyId, fields: { key_id: keyId, key: 'matrix' } }
  },
  ShowKmsTags: async (server) => {
    const keyId = await server.createKey()
    return { keyId, fields: { key_id: keyId } }
  },
  ListKmsTags: nothing,
  ListKmsByTags: async () => ({
    fields: { resource_instances: 'resource_instances' },
    body: { action: 'filter' },
  }),
  CreateKeyPolicy: async () => ({
    body: { keyspace_id: KEYSPACE, policy_name: name('policy'), policy: '{}' },
  }),
  ShowKeyPolicy: async (server) => ({ fields: { policy_id: (await policy(server)).policy_id } }),
  ListKeyPolicy: async () => ({ fields: { keyspace_id: KEYSPACE } }),
  UpdateKeyPolicy: async (server) => {
    const { policy_id, document } = await policy(server)
    return { fields: { policy_id }, body: { policy: document } }
  },
  DeleteKeyPolicy: async (server) => ({ fields: { policy_id: (await policy(server)).policy_id } }),
  CreateAccessPoint: async () => ({
    body: { keyspace_id: KEYSPACE, access_point_name: name('point'), type: 3 },
  }),
  ListAccessPoint: async () => ({ fields: { keyspace_id: KEYSPACE } }),
  EnableAccessPoint: accessPoint,
  DisableAccessPoint: accessPoint,
  DeleteAccessPoint: accessPoint,
  DownloadAccessPointPrivateKey: accessPoint,
  CreateDatakeyCapsule: with_({ datakey_length: 'AES_256', key_policy: '{}' }),
  DecryptDatakeyCapsule: capsule,
  CreateKeyStore: async () => ({
    body: { keystore_alias: name('store'), hsm_cluster_id: 'hsm-of-matrix' },
  }),
  ListKeyStores: nothing,
  ShowKeyStore: keystore,
  EnableKeyStore: keystore,
  DisableKeyStore: keystore,
  DeleteKeyStore: async (server) => {
    const prepared = await keystore(server)
    const id = String(prepared.fields?.['keystore_id'])
    await must(server, `/v1.0/{project}/keystores/${id}/disable`, {})
    return prepared
  },
  CreatePin: async () => ({ body: {} }),
  ListSupportRegions: nothing,
  ReplicateKey: replicable,
  UpdatePrimaryRegion: replicated,
  ShowVersions: nothing,
  ShowVersion: async () => ({ fields: { version_id: 'v1.0' } }),
  SearchKeys: nothing,
  ShowKeyRow: inPath,
  ListKeyVersions: inPath,
  ShowRotationLimits: inPath,
  SetRotationLimits: async (server) => ({
    ...(await inPath(server)),
    body: { max_uses: 1000 },
  }),
  ListRotationEvents: inPath,
  ShowRotationAttestation: inPath,
  ListProjectRotationEvents: nothing,
  ShowRotationOverview: nothing,
  ListAuditRecords: nothing,
}
