import { createPublicKey, publicEncrypt, randomBytes } from 'node:crypto'
import { GRANT_OPERATIONS } from '../../src/core/grant.ts'
import { FIRST_VERSION, type KeyId } from '../../src/core/ids.ts'
import { addDays, days, type EpochMs } from '../../src/core/time.ts'
import type { Cast } from '../matrix/principals.ts'
import type { Reply, TestServer } from '../server.ts'
import type { RightsState } from './rights-rule.ts'

/** Where keys are made for the matrix. */
export interface RightsWorld {
  readonly east: TestServer
  readonly west: TestServer
  readonly cast: Cast
  /** Keys on which the grantee has its grant. */
  readonly granted: Set<string>
}

const ENABLED = '2'
const DISABLED = '3'
const WAITS_FOR_DELETION = '4'
const WAITS_FOR_IMPORT = '5'
let replicas = 0

/** The server as it is asked to make the ground for a state: keys are made so that they can reach it. */
export function makerFor(world: RightsWorld, state: RightsState): TestServer {
  const server = state === 'of another project' ? inOtherProject(world) : world.east
  return {
    ...server,
    async createKey(fields = {}) {
      const keyId = await createFor(world, server, state, fields)
      await grantAll(world, server, keyId)
      return keyId
    },
  }
}

async function createFor(
  world: RightsWorld,
  server: TestServer,
  state: RightsState,
  fields: Readonly<Record<string, unknown>>,
): Promise<string> {
  if (state === 'pendingImport' && fields['origin'] === undefined) {
    const keyId = await server.createKey({ ...fields, origin: 'external' })
    // Material of a pair cannot be taken away again: such a key never had any.
    if (!/^(EC|RSA)/.test(String(fields['key_spec']))) await importMaterial(server, keyId)
    return keyId
  }
  if (state !== 'replica') return server.createKey(fields)
  const primary = await world.west.createKey(fields)
  const path = `/v2/${world.west.credentials.project_id}/kms/keys/${primary}/replicate`
  const body = {
    replica_region: 'east',
    key_alias: `replica-of-rights-${++replicas}`,
    replica_project_id: world.east.credentials.project_id,
  }
  return must(await world.west.send('POST', path, { body: JSON.stringify(body) })).body.key_id
}

/** The second project, as its own administrator calls there. */
function inOtherProject({ east, cast }: RightsWorld): TestServer {
  const token = cast.tokens['other project'] ?? ''
  const project_id = cast.otherProjectId
  const send: TestServer['send'] = (method, path, options = {}) =>
    east.send(method, path, { token, ...options })
  const kms: TestServer['kms'] = (name, body, options = {}) =>
    east.kms(name, body, { token, project: project_id, ...options })
  return {
    ...east,
    token,
    credentials: { ...east.credentials, project_id },
    send,
    kms,
    async createKey(fields = {}) {
      const reply = await kms('create-key', { key_alias: `other-${++replicas}`, ...fields })
      return must(reply).body.key_info.key_id
    },
  }
}

/** Grants all that can be granted; a key that was never usable can have no grant. */
async function grantAll(world: RightsWorld, server: TestServer, key_id: string): Promise<void> {
  const reply = await server.kms('create-grant', {
    key_id,
    grantee_principal: world.cast.granteeId,
    operations: GRANT_OPERATIONS,
  })
  if (reply.status === 200) world.granted.add(key_id)
}

async function importMaterial(server: TestServer, key_id: string): Promise<void> {
  const wrapping_algorithm = 'RSAES_OAEP_SHA_256'
  const asked = must(await server.kms('get-parameters-for-import', { key_id, wrapping_algorithm }))
  const { import_token, public_key } = asked.body
  const der = Buffer.from(public_key, 'base64')
  const key = createPublicKey({ key: der, format: 'der', type: 'spki' })
  const wrapped = publicEncrypt({ key, oaepHash: 'sha256' }, randomBytes(32))
  const encrypted_key_material = wrapped.toString('base64')
  must(await server.kms('import-key-material', { key_id, import_token, encrypted_key_material }))
}

/**
 * Brings a key into a state, from whichever the ground left it in.
 *
 * @throws {Error} when a key of its kind cannot be in that state
 */
export async function bringInto(
  world: RightsWorld,
  maker: TestServer,
  key_id: string,
  state: RightsState,
): Promise<void> {
  const call = async (name: string, more = {}) => must(await maker.kms(name, { key_id, ...more }))
  const stateOf = async () => (await call('describe-key')).body.key_info.key_state
  if ((await stateOf()) === WAITS_FOR_DELETION) await call('cancel-key-deletion')
  if ((await stateOf()) === DISABLED) await call('enable-key')
  const isWaiting = (await stateOf()) === WAITS_FOR_IMPORT
  if (isWaiting && state !== 'pendingImport') await importMaterial(maker, key_id)
  if (isWaiting && state !== 'pendingImport') await grantAll(world, maker, key_id)
  const { keys, retired } = world.east.running.storage
  switch (state) {
    case 'enabled':
    case 'of another project':
    case 'replica':
      break
    case 'disabled':
      await call('disable-key')
      break
    case 'pendingImport':
      if (!isWaiting) await call('delete-imported-key-material')
      break
    case 'pendingDeletion':
      await call('schedule-key-deletion', { pending_days: 7 })
      break
    case 'retired version': {
      await call('rotate-on-demand')
      // By the store: a version may be retired once it was not used for a day.
      const at = Date.now() as EpochMs
      const retirement = { at, by: 'rights', note: 'for the matrix of rights' }
      const seen = await keys.find(key_id as KeyId)
      const outcome = seen && (await retired.retire(seen, FIRST_VERSION, retirement))
      if (outcome !== 'retired') throw new Error('not retired')
      break
    }
    case 'destroyed': {
      await call('schedule-key-deletion', { pending_days: 7 })
      const seen = await keys.find(key_id as KeyId)
      const later = addDays(Date.now() as EpochMs, days(8))
      if (seen === undefined || (await keys.destroy(seen, later)) === 'stale') {
        throw new Error('not destroyed')
      }
      break
    }
    default:
      throw state satisfies never
  }
  const wanted = WANTED[state]
  const is = wanted === undefined ? undefined : await stateOf()
  if (is !== wanted) throw new Error(`state ${is}, not ${wanted}`)
}

const WANTED: Readonly<Record<RightsState, string | undefined>> = {
  enabled: ENABLED,
  disabled: DISABLED,
  pendingDeletion: WAITS_FOR_DELETION,
  pendingImport: WAITS_FOR_IMPORT,
  'retired version': ENABLED,
  destroyed: undefined,
  'of another project': ENABLED,
  replica: ENABLED,
}

function must(reply: Reply): Reply {
  if (reply.status >= 300) throw new Error(reply.text)
  return reply
}
