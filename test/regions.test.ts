import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, test } from 'node:test'
import type { KeyId } from '../src/core/ids.ts'
import type { Reply, TestServer } from './server.ts'
import { startTwoRegions, type TwoRegions } from './two-regions.ts'

const DAY_MS = 86_400_000

describe('two regions', () => {
  let regions: TwoRegions
  let east: TestServer
  let west: TestServer
  before(async () => {
    regions = await startTwoRegions(['--clock', 'virtual:2026-01-01T00:00:00Z'])
    ;({ east, west } = regions)
  })
  after(() => regions.stop())

  const codeOf = ({ status, body }: Reply): string =>
    status < 400 ? String(status) : body.error.error_code
  const replicate = (keyId: string, alias: string): Promise<Reply> =>
    east.send('POST', `/v2/${east.credentials.project_id}/kms/keys/${keyId}/replicate`, {
      body: JSON.stringify({
        key_id: keyId,
        replica_region: 'west',
        key_alias: alias,
        replica_project_id: west.credentials.project_id,
        tags: [{ key: 'from', value: 'east' }],
      }),
    })
  const promote = (server: TestServer, keyId: string, region: string): Promise<Reply> =>
    server.send(
      'PUT',
      `/v2/${server.credentials.project_id}/kms/keys/${keyId}/update-primary-region`,
      { body: JSON.stringify({ key_id: keyId, primary_region: region }) },
    )
  const statusOf = async (server: TestServer, keyId: string) =>
    (await server.kms('get-key-rotation-status', { key_id: keyId })).body
  const roleOf = async (server: TestServer, keyId: string): Promise<string> =>
    (await server.kms('describe-key', { key_id: keyId })).body.key_info.multi_region_key_type
  const encrypt = async (server: TestServer, keyId: string): Promise<string> =>
    (await server.kms('encrypt-data', { key_id: keyId, plain_text: 'both' })).body.cipher_text
  const decrypt = (server: TestServer, cipherText: string): Promise<Reply> =>
    server.kms('decrypt-data', { cipher_text: cipherText })

  /** Waits until the replica has as many rotations. */
  async function caughtUp(
    server: TestServer,
    keyId: string,
    rotations: number,
    meanwhile: () => Promise<void> | undefined = () => undefined,
  ): Promise<void> {
    for (let tries = 0; tries < 200; tries++) {
      if ((await statusOf(server, keyId)).number_of_rotations === rotations) return
      await meanwhile()
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    assert.fail(`the replica did not come to ${rotations} rotations`)
  }

  test('a replica opens what the primary wrote, and the other way round', async () => {
    const keyId = await east.createKey()
    const before = await encrypt(east, keyId)
    const { status, body, text } = await replicate(keyId, 'replica-1')
    assert.equal(status, 200, text)
    assert.notEqual(body.key_id, keyId)
    assert.equal(body.domain_id, west.credentials.domain_id)
    assert.equal(await roleOf(east, keyId), 'PRIMARY')
    assert.equal(await roleOf(west, body.key_id), 'REPLICA')
    const opened = await decrypt(west, before)
    assert.equal(opened.body.plain_text, 'both', opened.text)
    assert.equal(opened.body.key_id, body.key_id)
    const back = await decrypt(east, await encrypt(west, body.key_id))
    assert.equal(back.body.key_id, keyId)
    const tags = await west.send(
      'GET',
      `/v1.0/${west.credentials.project_id}/kms/${body.key_id}/tags`,
    )
    assert.deepEqual(tags.body.tags, [{ key: 'from', value: 'east' }])
  })

  test('a replica follows the rotations of its primary and has none of its own', async () => {
    const keyId = await east.createKey()
    await east.kms('enable-key-rotation', { key_id: keyId })
    await east.kms('update-key-rotation-interval', { key_id: keyId, rotation_interval: 30 })
    const replica: string = (await replicate(keyId, 'replica-2')).body.key_id
    await east.kms('rotate-on-demand', { key_id: keyId })
    await caughtUp(west, replica, 1)
    await east.running.advanceClock?.(95 * DAY_MS)
    await caughtUp(west, replica, 4)
    const [here, there] = [await statusOf(east, keyId), await statusOf(west, replica)]
    assert.equal(there.key_rotation_enabled, true)
    assert.equal(there.last_rotation_time, here.last_rotation_time)
    assert.equal(there.key_materials[0].material_id, here.key_materials[0].material_id)
    await west.running.advanceClock?.(400 * DAY_MS)
    assert.equal((await statusOf(west, replica)).number_of_rotations, 4)
    for (const operation of ['rotate-on-demand', 'disable-key-rotation', 'enable-key-rotation']) {
      assert.equal(codeOf(await west.kms(operation, { key_id: replica })), 'KMS.0308', operation)
    }
    assert.equal((await decrypt(west, await encrypt(east, keyId))).status, 200)
  })

  test('the primary role is handed over, and back', async () => {
    const keyId = await east.createKey()
    const replica: string = (await replicate(keyId, 'replica-3')).body.key_id
    assert.equal(codeOf(await promote(west, replica, 'west')), 'KMS.0308')
    const handed = await promote(east, keyId, 'west')
    assert.deepEqual(handed.body, { key_id: keyId, primary_region: 'west' })
    assert.equal(await roleOf(east, keyId), 'REPLICA')
    assert.equal(await roleOf(west, replica), 'PRIMARY')
    assert.equal(codeOf(await east.kms('rotate-on-demand', { key_id: keyId })), 'KMS.0308')
    await west.kms('rotate-on-demand', { key_id: replica })
    await caughtUp(east, keyId, 1)
    assert.equal((await decrypt(east, await encrypt(west, replica))).status, 200)
    assert.equal((await promote(east, keyId, 'west')).status, 200, 'asked again')
    assert.equal((await promote(west, replica, 'east')).status, 200)
    assert.equal(await roleOf(east, keyId), 'PRIMARY')
    await east.kms('rotate-on-demand', { key_id: keyId })
    await caughtUp(west, replica, 2)
  })

  test('what a region that was away missed, it gets when it is back', async () => {
    const keyId = await east.createKey()
    const replica: string = (await replicate(keyId, 'replica-4')).body.key_id
    await west.stop()
    for (let n = 0; n < 3; n++) {
      assert.equal((await east.kms('rotate-on-demand', { key_id: keyId })).status, 200)
    }
    const cipherText = await encrypt(east, keyId)
    const other = await east.createKey()
    const refused = await replicate(other, 'replica-5')
    assert.equal(refused.status, 502, refused.text)
    west = await regions.restart('west')
    const behind = await east.running.storage.replicas.pending(10)
    assert.ok(behind.some((pending) => pending.keyId === keyId))
    await caughtUp(west, replica, 3, () => east.running.advanceClock?.(1))
    assert.equal((await decrypt(west, cipherText)).status, 200)
    assert.equal((await replicate(other, 'replica-5')).status, 200)
  })

  test('a replica that was destroyed is forgotten, and keeps nobody waiting', async () => {
    const keyId = await east.createKey()
    const replica: string = (await replicate(keyId, 'short-lived')).body.key_id
    await west.kms('schedule-key-deletion', { key_id: replica, pending_days: 7 })
    await west.running.advanceClock?.(7 * DAY_MS)
    await east.kms('rotate-on-demand', { key_id: keyId })
    const { replicas } = east.running.storage
    for (let tries = 0; tries < 100; tries++) {
      if ((await replicas.ofKey(keyId as KeyId)).length === 0) break
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    assert.deepEqual(await replicas.ofKey(keyId as KeyId), [])
    assert.equal((await replicate(keyId, 'short-lived')).status, 200, 'and can be made anew')
  })

  test('many versions travel in several parcels', async () => {
    const keyId = await east.createKey()
    const first = await encrypt(east, keyId)
    for (let n = 0; n < 130; n++) await east.kms('rotate-on-demand', { key_id: keyId })
    const { status, body, text } = await replicate(keyId, 'replica-6')
    assert.equal(status, 200, text)
    await caughtUp(west, body.key_id, 130)
    assert.equal((await decrypt(west, first)).status, 200)
    assert.equal((await decrypt(west, await encrypt(east, keyId))).status, 200)
  })

  test('a replica whose making was cut short is found again', async () => {
    const keyId = await east.createKey()
    const first: string = (await replicate(keyId, 'replica-8')).body.key_id
    // As if the receiver had died after it stored the key, and the sender before it noted the replica.
    const path = (server: TestServer) => join(server.directory, 'keyturn.sqlite')
    for (const server of [east, west]) {
      const database = new DatabaseSync(path(server), { timeout: 5000 })
      database.prepare('delete from replicas where key_id in (?, ?)').run(keyId, first)
      database.close()
    }
    const again = await replicate(keyId, 'replica-8')
    assert.equal(again.body.key_id, first, again.text)
    await east.kms('rotate-on-demand', { key_id: keyId })
    await caughtUp(west, first, 1)
  })

  test('key pairs are replicated too', async () => {
    const keyId = await east.createKey({ key_spec: 'EC_P256' })
    const replica: string = (await replicate(keyId, 'replica-7')).body.key_id
    const key = async (server: TestServer, id: string) =>
      (await server.kms('get-publickey', { key_id: id })).body.public_key
    assert.equal(await key(west, replica), await key(east, keyId))
  })

  test('what is refused', async () => {
    const keyId = await east.createKey()
    await west.createKey({ key_alias: 'taken' })
    assert.equal(codeOf(await replicate(keyId, 'taken')), 'KMS.0308')
    assert.match((await replicate(keyId, 'taken')).body.error.error_msg, /KMS\.1104/)
    assert.equal(await roleOf(east, keyId), 'SINGLE', 'nothing came of it')
    assert.equal((await replicate(keyId, 'not-taken')).status, 200)
    assert.equal(codeOf(await replicate(keyId, 'twice')), 'KMS.0308')
    const external = await east.createKey({ origin: 'external' })
    assert.equal(codeOf(await replicate(external, 'external')), 'KMS.0308')
    assert.equal(codeOf(await promote(east, keyId, 'north')), 'KMS.0308')
    const replica = await west.running.storage.replicas.findByPeerKey(keyId as KeyId)
    assert.ok(replica)
  })

  test('a parcel that nobody sealed, or for somebody else, is refused', async () => {
    const path = `/keyturn/v1/${west.credentials.project_id}/replicas`
    for (const region of ['east', 'west', 'north']) {
      const body = JSON.stringify({ region, parcel: Buffer.alloc(200, 7).toString('base64') })
      assert.equal(codeOf(await west.send('POST', path, { body })), 'KMS.0308', region)
    }
  })
})
