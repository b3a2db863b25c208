import type { Caller } from '../core/caller.ts'
import { Fault, fault } from '../core/fault.ts'
import type { KeyId } from '../core/ids.ts'
import { DEFAULT_KEYSTORE, type Key } from '../core/key.ts'
import { requireOwned, requireUsable } from '../core/key-state.ts'
import { requireTag } from '../core/tag.ts'
import type { StoredKey } from '../ports/key-store.ts'
import type { Replica } from '../ports/replica-store.ts'
import { changeKey } from './change-key.ts'
import type { Deps } from './deps.ts'
import { loadKey } from './find-key.ts'
import type { Handler } from './handler.ts'
import { bringUpToDate, newsFor, sendParcel } from './send-replicas.ts'

const PAGE = 1000

export const listSupportRegions: Handler<'ListSupportRegions'> = (deps, _caller, request) => {
  const offset = request.offset ?? 0
  const regions = [deps.region, ...deps.peers.regions].sort()
  return { regions: regions.slice(offset, offset + (request.limit ?? PAGE)) }
}

export const replicateKey: Handler<'ReplicateKey'> = async (deps, caller, request) => {
  const { key } = await loadReplicable(deps, caller, request.key_id)
  if (key.regional.kind === 'replica') throw fault('key-not-replicable', { keyId: key.id })
  const region = request.replica_region
  if (!deps.peers.regions.includes(region)) throw fault('field-invalid', { name: 'replica_region' })
  const replicas = await deps.replicas.ofKey(key.id)
  if (replicas.some((replica) => replica.region === region)) {
    throw fault('field-invalid', { name: 'replica_region' })
  }
  const tags = (request.tags ?? []).map(({ key: name, value }) =>
    requireTag({ name, value: value ?? '' }),
  )
  // From here on rotations are told to replicas, so that none is missed while this one is made.
  await changeKey(deps, caller, key.id, (seen) => ({ ...seen, regional: { kind: 'primary' } }))
  const { parcel, upTo } = await newsFor(deps, key, region, 0)
  const sending = sendParcel(deps, region, request.replica_project_id, {
    ...parcel,
    kind: 'replicate',
    spec: key.spec,
    usage: key.usage,
    alias: request.key_alias,
    description: request.key_description ?? key.description,
    enterpriseProjectId: request.enterprise_project_id ?? key.enterpriseProjectId,
    tags,
  })
  const answer = await sending.catch(async (error) => {
    // Who did not answer may have made it; who refused has not.
    if (isRefusal(error) && replicas.length === 0) {
      await changeKey(deps, caller, key.id, (seen) => ({ ...seen, regional: { kind: 'single' } }))
    }
    throw error
  })
  const replica: Replica = {
    keyId: key.id,
    region,
    peerProjectId: request.replica_project_id,
    peerKeyId: answer.keyId,
    syncedVersion: upTo,
  }
  await deps.replicas.put(replica)
  // The rest of its versions, and for the others that there is one more.
  await deps.replicas.markPending(key.id, deps.clock.now())
  deps.syncSoon()
  return { key_id: answer.keyId, domain_id: answer.tenantId, region }
}

/**
 * Hands the primary role over. This key gives it up first: never are there two that rotate. If the
 * other region then does not answer, asking again goes on where this stopped.
 */
export const updatePrimaryRegion: Handler<'UpdatePrimaryRegion'> = async (
  deps,
  caller,
  request,
) => {
  const target = request.primary_region
  const { key } = await loadReplicable(deps, caller, request.key_id)
  const isHandedOver = key.regional.kind === 'replica' && key.regional.primaryRegion === target
  if (key.regional.kind === 'primary' && target === deps.region) {
    return { key_id: key.id, primary_region: target }
  }
  if (key.regional.kind !== 'primary' && !isHandedOver) {
    throw fault('key-not-replicable', { keyId: key.id })
  }
  const replica = await replicaIn(deps, key.id, target)
  if (!isHandedOver) await bringUpToDate(deps, key, replica)
  const given = await changeKey(deps, caller, key.id, (seen) => ({
    ...seen,
    regional: { kind: 'replica', primaryRegion: target },
  }))
  try {
    await bringUpToDate(deps, given, await replicaIn(deps, key.id, target), 'promote')
  } catch (error) {
    if (isRefusal(error)) {
      await changeKey(deps, caller, key.id, (seen) => ({ ...seen, regional: { kind: 'primary' } }))
    }
    throw error
  }
  return { key_id: key.id, primary_region: target }
}

async function loadReplicable(deps: Deps, caller: Caller, keyId: KeyId): Promise<StoredKey> {
  const stored = await loadKey(deps, caller, keyId)
  const { key } = stored
  requireOwned(key)
  requireUsable(key)
  if (!isReplicable(key)) throw fault('key-not-replicable', { keyId: key.id })
  return stored
}

function isRefusal(error: unknown): boolean {
  return error instanceof Fault && error.kind === 'peer-refused'
}

function isReplicable(key: Key): boolean {
  return key.origin === 'kms' && key.keystoreId === DEFAULT_KEYSTORE
}

async function replicaIn(deps: Deps, keyId: KeyId, region: string): Promise<Replica> {
  const replicas = await deps.replicas.ofKey(keyId)
  const replica = replicas.find((other) => other.region === region)
  if (replica === undefined) throw fault('field-invalid', { name: 'primary_region' })
  return replica
}
