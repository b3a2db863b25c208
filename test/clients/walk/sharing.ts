import assert from 'node:assert/strict'
import { sign } from 'node:crypto'
import { tools } from './keys.ts'
import type { Walker } from './walker.ts'

const KEYSPACE = '11111111-2222-4333-8444-555555555555'

/** Grants, key policies, access points, capsules, key stores, PINs, regions. */
export async function walkSharing(walker: Walker): Promise<void> {
  await walkGrants(walker)
  await walkCapsules(walker)
  await walkKeystores(walker)
  await walkRegions(walker)
}

async function walkGrants(walker: Walker): Promise<void> {
  const { ok, refused, key } = tools(walker)
  const { userId, name } = walker.world
  const keyId = await key({ key_alias: name('grants') })
  const body = {
    key_id: keyId,
    grantee_principal: '13gg44z4g2sglzk0egw0u726zoyzvrs8',
    operations: ['describe-key', 'encrypt-data', 'retire-grant'],
    retiring_principal: userId,
  }
  const grant = await ok('CreateGrant', { body }, (reply) =>
    assert.match(reply.grant_id, /^[0-9a-f]{64}$/),
  )
  await refused('CreateGrant', { body: { ...body, operations: ['create-grant'] } }, 400, 'KMS.2401')
  await ok('ListGrants', { body: { key_id: keyId } }, (reply) => {
    assert.equal(reply.total, 1)
    assert.equal(reply.grants[0].grant_id, grant.grant_id)
  })
  await ok('ListRetirableGrants', { body: { limit: '10' } }, (reply) =>
    assert.ok(reply.grants.some((g: { grant_id: string }) => g.grant_id === grant.grant_id)),
  )
  await ok('CancelSelfGrant', { body: { key_id: keyId, grant_id: grant.grant_id } })
  const again = await ok('CreateGrant', { body })
  await ok('CancelGrant', { body: { key_id: keyId, grant_id: again.grant_id } })
  await refused(
    'CancelGrant',
    { body: { key_id: keyId, grant_id: again.grant_id } },
    400,
    'KMS.2501',
  )
}

async function walkCapsules(walker: Walker): Promise<void> {
  const { ok, refused, key } = tools(walker)
  const { name } = walker.world
  const keyId = await key({ key_alias: name('capsule') })
  const point = await ok('CreateAccessPoint', {
    body: { keyspace_id: KEYSPACE, access_point_name: name('point'), type: 3 },
  })
  const path = { fields: { access_point_id: point.access_point_id } }
  const { private_key: privateKey } = await ok('DownloadAccessPointPrivateKey', path)
  await refused('DownloadAccessPointPrivateKey', path, 404, 'APIGW.0101')
  await ok('ListAccessPoint', { fields: { keyspace_id: KEYSPACE } }, (reply) =>
    assert.ok(reply.access_points.length >= 1),
  )
  await ok('DisableAccessPoint', path)
  await ok('EnableAccessPoint', path)
  const document = JSON.stringify({
    version: '1.0',
    allowed_access_point: [point.access_point_id],
  })
  const policy = await ok('CreateKeyPolicy', {
    body: { keyspace_id: KEYSPACE, policy_name: name('policy'), policy: document },
  })
  const policyPath = { fields: { policy_id: policy.policy_id } }
  await ok('ShowKeyPolicy', policyPath, (reply) =>
    assert.deepEqual(reply.policy.allowed_access_point, [point.access_point_id]),
  )
  await ok('ListKeyPolicy', { fields: { keyspace_id: KEYSPACE, limit: '100' } }, (reply) =>
    assert.ok(reply.keyspace_policies.length >= 1),
  )
  await ok('UpdateKeyPolicy', { ...policyPath, body: { policy: document, description: 'walk' } })
  const capsule = await ok('CreateDatakeyCapsule', {
    body: { key_id: keyId, datakey_length: 'AES_256', policy_id: policy.policy_id },
  })
  const expireTime = new Date((walker.world.now?.() ?? Date.now()) + 60_000).toISOString()
  const challenge = `${keyId}\n${capsule.datakey_capsule}\n${expireTime}`
  const signature =
    privateKey === undefined
      ? ''
      : sign('sha256', Buffer.from(challenge), privateKey).toString('base64')
  await ok(
    'DecryptDatakeyCapsule',
    {
      body: {
        key_id: keyId,
        datakey_capsule: capsule.datakey_capsule,
        attestation_document: { custom_signature: signature, expire_time: expireTime },
      },
    },
    (reply) => assert.equal(reply.datakey, capsule.datakey),
  )
  await ok('DeleteKeyPolicy', policyPath)
  await ok('DeleteAccessPoint', path)
}

async function walkKeystores(walker: Walker): Promise<void> {
  const { ok, refused, key } = tools(walker)
  const { clusterId, name } = walker.world
  await ok('CreatePin', { body: { pin_type: 'PlainText' } }, (reply) => assert.ok(reply.pin))
  await ok('ListKeyStores', { fields: { limit: 10, offset: 0 } }, (reply) =>
    assert.equal(typeof reply.total, 'number'),
  )
  await refused('ShowKeyStore', { fields: { keystore_id: 'none' } }, 400, 'KMS.8003')
  if (clusterId === undefined) return
  const body = {
    keystore_alias: name('store'),
    keystore_type: 'DHSM',
    hsm_cluster_id: clusterId,
    hsm_ca_cert: '',
  }
  const made = await ok('CreateKeyStore', { body })
  const keystoreId = made.keystore?.keystore_id
  const path = { fields: { keystore_id: keystoreId } }
  await ok('ShowKeyStore', path, (reply) => assert.equal(reply.keystore.keystore_id, keystoreId))
  const keyId = await key({ key_alias: name('inside'), keystore_id: keystoreId })
  const { cipher_text: cipherText } = await ok('EncryptData', {
    body: { key_id: keyId, plain_text: 'inside' },
  })
  await ok('DecryptData', { body: { cipher_text: cipherText } }, (reply) =>
    assert.equal(reply.plain_text, 'inside'),
  )
  await refused('DeleteKeyStore', path, 400, 'KMS.8003')
  await ok('DisableKeyStore', path, (reply) => assert.equal(reply.keystore.keystore_state, '3'))
  await refused('DecryptData', { body: { cipher_text: cipherText } }, 400, 'KMS.0209')
  await ok('EnableKeyStore', path, (reply) => assert.equal(reply.keystore.keystore_state, '2'))
  await ok('DecryptData', { body: { cipher_text: cipherText } })
  const empty = await ok('CreateKeyStore', { body: { ...body, keystore_alias: name('empty') } })
  const emptyPath = { fields: { keystore_id: empty.keystore?.keystore_id } }
  await ok('DisableKeyStore', emptyPath)
  await ok('DeleteKeyStore', emptyPath)
}

async function walkRegions(walker: Walker): Promise<void> {
  const { ok, refused, key } = tools(walker)
  const { peer, region, name } = walker.world
  await ok('ListSupportRegions', {}, (reply) =>
    assert.deepEqual(reply.regions, [region, peer.region].sort()),
  )
  const keyId = await key({ key_alias: name('replicated') })
  const body = {
    key_id: keyId,
    replica_region: peer.region,
    key_alias: name('replica'),
    replica_project_id: peer.projectId,
  }
  const path = { fields: { key_id: keyId } }
  await ok('ReplicateKey', { ...path, body }, (reply) => {
    assert.match(reply.key_id, /^[0-9a-f-]{36}$/)
    assert.equal(reply.region, peer.region)
  })
  await refused('ReplicateKey', { ...path, body }, 400, 'KMS.0308')
  await ok(
    'UpdatePrimaryRegion',
    { ...path, body: { key_id: keyId, primary_region: peer.region } },
    (reply) => assert.equal(reply.primary_region, peer.region),
  )
  await refused('RotateOnDemand', { body: { key_id: keyId } }, 400, 'KMS.0308')
}
