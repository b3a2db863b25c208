import assert from 'node:assert/strict'
import type { Walker } from './walker.ts'

const UNKNOWN_KEY = '00000000-0000-4000-8000-000000000000'

/** The life of a key, its rotation, its aliases and tags, lists and counts. */
export async function walkKeys(walker: Walker): Promise<void> {
  const { ok, refused, key } = tools(walker)
  await ok('ShowVersions', {}, ({ versions }) => assert.equal(versions[0].id, 'v1.0'))
  await ok('ShowVersion', { fields: { version_id: 'v1.0' } })
  await refused('ListKeyDetail', { body: { key_id: UNKNOWN_KEY } }, 404, 'KMS.0207')
  await refused('ListKeyDetail', { body: { key_id: 'no-key-id' } }, 400, 'KMS.0205')

  const alias = walker.world.name('life')
  const keyId = await key({ key_alias: alias, key_description: 'of a walk' })
  await refused('CreateKey', { body: { key_alias: alias } }, 400, 'KMS.1104')
  await ok('ListKeyDetail', { body: { key_id: keyId } }, ({ key_info: info }) => {
    assert.equal(info.key_alias, alias)
    assert.equal(info.key_state, '2')
    assert.equal(info.key_description, 'of a walk')
    assert.match(info.creation_date, /^\d{13}$/)
    assert.equal(info.default_key_flag, '0')
    assert.equal(info.key_rotation_enabled, 'false')
  })
  await ok('DisableKey', { body: { key_id: keyId } }, ({ key_info: info }) =>
    assert.equal(info.key_state, '3'),
  )
  await refused('DisableKey', { body: { key_id: keyId } }, 400, 'KMS.1301')
  await refused('EncryptData', { body: { key_id: keyId, plain_text: 'x' } }, 400, 'KMS.0209')
  await ok('EnableKey', { body: { key_id: keyId } }, ({ key_info: info }) =>
    assert.equal(info.key_state, '2'),
  )
  await refused('EnableKey', { body: { key_id: keyId } }, 400, 'KMS.1201')
  const renamed = walker.world.name('renamed')
  await ok('UpdateKeyAlias', { body: { key_id: keyId, key_alias: renamed } }, (reply) =>
    assert.equal(reply.key_info.key_alias, renamed),
  )
  await ok('UpdateKeyDescription', { body: { key_id: keyId, key_description: '' } }, (reply) =>
    assert.equal(reply.key_info.key_description, ''),
  )
  await ok('DeleteKey', { body: { key_id: keyId, pending_days: '7' } }, (reply) =>
    assert.equal(reply.key_state, '4'),
  )
  await refused('DeleteKey', { body: { key_id: keyId, pending_days: '7' } }, 400, 'KMS.1402')
  await ok('CancelKeyDeletion', { body: { key_id: keyId } }, (reply) =>
    assert.equal(reply.key_state, '3'),
  )
  await refused('CancelKeyDeletion', { body: { key_id: keyId } }, 400, 'KMS.1501')
  await ok('EnableKey', { body: { key_id: keyId } })

  await walkRotation(walker, keyId)
  await walkLists(walker)
  await walkLabels(walker, keyId)
}

async function walkRotation(walker: Walker, keyId: string): Promise<void> {
  const { ok, refused } = tools(walker)
  const of = { body: { key_id: keyId } }
  await ok('ShowKeyRotationStatus', of, (status) => {
    assert.equal(status.key_rotation_enabled, false)
    assert.equal(status.rotation_interval, 365)
    assert.equal(status.number_of_rotations, 0)
    assert.ok(!status.last_rotation_time)
  })
  await refused('DisableKeyRotation', of, 400, 'KMS.0313')
  await ok('EnableKeyRotation', of)
  await refused('EnableKeyRotation', of, 400, 'KMS.2901')
  await ok('UpdateKeyRotationInterval', { body: { key_id: keyId, rotation_interval: 30 } })
  await refused(
    'UpdateKeyRotationInterval',
    { body: { key_id: keyId, rotation_interval: 29 } },
    400,
    'KMS.3001',
  )
  // Older clients cannot rotate on demand.
  const rotated = await ok('RotateOnDemand', of, (reply) => assert.equal(reply.key_id, keyId))
  const rotations = rotated.key_id === undefined ? 0 : 1
  await ok('ShowKeyRotationStatus', of, (status) => {
    assert.equal(status.key_rotation_enabled, true)
    assert.equal(status.rotation_interval, 30)
    assert.equal(status.number_of_rotations, rotations)
    if (rotations > 0) assert.match(status.last_rotation_time, /^\d{13}$/)
    // Older models leave it out.
    if (status.key_materials !== undefined) assert.equal(status.key_materials.length, 1)
  })
  await ok('DisableKeyRotation', of)
}

async function walkLists(walker: Walker): Promise<void> {
  const { ok } = tools(walker)
  await ok('ShowUserInstances', {}, (reply) => assert.ok(reply.instance_num >= 1))
  await ok('ShowUserQuotas', {}, (reply) =>
    assert.deepEqual(
      reply.quotas.resources.map(({ type }: { type: string }) => type),
      ['CMK', 'grant_per_CMK'],
    ),
  )
  const seen = new Set<string>()
  let marker = ''
  for (let pages = 0; pages < 100; pages++) {
    const page = await ok(
      'ListKeys',
      { body: { limit: '3', marker, key_spec: 'ALL' } },
      (reply) => {
        assert.ok(reply.keys.length <= 3)
        assert.equal(typeof reply.total, 'number')
      },
    )
    for (const id of page.keys ?? []) {
      assert.ok(!seen.has(id), 'a key comes once')
      seen.add(id)
    }
    if (page.truncated !== 'true') break
    marker = page.next_marker
  }
  assert.ok(seen.size >= 1)
}

async function walkLabels(walker: Walker, keyId: string): Promise<void> {
  const { ok, refused, key } = tools(walker)
  const tag = { key: walker.world.name('tag').slice(0, 36), value: 'one' }
  const path = { fields: { key_id: keyId } }
  await ok('CreateKmsTag', { ...path, body: { tag } })
  const more = { key: `${tag.key}2`.slice(-36), value: 'two' }
  await ok('BatchCreateKmsTags', { ...path, body: { action: 'create', tags: [more] } })
  await ok('ShowKmsTags', path, (reply) => {
    assert.equal(reply.existTagsNum, 2)
    assert.deepEqual(new Set(reply.tags.map((t: typeof tag) => t.value)), new Set(['one', 'two']))
  })
  await ok('ListKmsTags', {}, (reply) =>
    assert.ok(reply.tags.some((t: { key: string }) => t.key === tag.key)),
  )
  const search = { fields: { resource_instances: 'resource_instances' } }
  const tags = [{ key: tag.key, values: ['one', 'other'] }]
  await ok(
    'ListKmsByTags',
    { ...search, body: { action: 'filter', limit: '10', offset: '0', tags } },
    (reply) => {
      assert.equal(reply.total_count, 1)
      assert.equal(reply.resources[0].resource_id, keyId)
    },
  )
  await ok('ListKmsByTags', { ...search, body: { action: 'count', tags } }, (reply) =>
    assert.equal(reply.total_count, 1),
  )
  await ok('DeleteTag', { fields: { key_id: keyId, key: tag.key } })
  await refused('DeleteTag', { fields: { key_id: keyId, key: tag.key } }, 404, 'KMS.0416')
  await ok('BatchCreateKmsTags', { ...path, body: { action: 'delete', tags: [more] } })

  const alias = `alias/${walker.world.name('alias')}`
  await ok('CreateAlias', { body: { key_id: keyId, alias } }, (reply) => {
    assert.equal(reply.alias, alias)
    assert.equal(reply.key_id, keyId)
    assert.match(reply.alias_urn, /^kms:/)
  })
  await refused('CreateAlias', { body: { key_id: keyId, alias } }, 400, 'KMS.1104')
  await ok('ListAliases', { fields: { key_id: keyId } }, (reply) => {
    // The SDKs' model of the answer is a list.
    const page = [reply.body ?? reply].flat()[0]
    assert.equal(page.aliases[0].alias, alias)
  })
  const other = await key({ key_alias: walker.world.name('other') })
  await ok('AssociateAlias', { body: { alias, target_key_id: other } }, (reply) =>
    assert.equal(reply.key_id, other),
  )
  await ok('DeleteAlias', { body: { key_id: other, aliases: [alias] } })
}

/** Shorter words for what walks do. */
export function tools(walker: Walker) {
  return {
    ok: walker.ok.bind(walker),
    refused: walker.refused.bind(walker),
    /** Makes a key and answers its id. */
    async key(body: Readonly<Record<string, unknown>>): Promise<string> {
      const reply = await walker.ok('CreateKey', { body }, ({ key_info: info }) => {
        assert.match(info.key_id, /^[0-9a-f-]{36}$/)
        assert.equal(info.domain_id, walker.world.tenantId)
      })
      return reply.key_info?.key_id ?? ''
    },
  }
}
