import type { Caller } from '../core/caller.ts'
import { fault } from '../core/fault.ts'
import type { KeyId } from '../core/ids.ts'
import { DEFAULT_KEYSTORE, type Key } from '../core/key.ts'
import { newKey } from '../core/new-key.ts'
import type { ChangeAuthor } from '../core/rotation-settings.ts'
import { requireTag } from '../core/tag.ts'
import { randomUuid } from '../crypto/random.ts'
import type { StoredKey, StoredKeyVersion } from '../ports/key-store.ts'
import type { Deps } from './deps.ts'
import { loadKey, projectOf } from './find-key.ts'
import type { Handler } from './handler.ts'
import { wrapMaterial } from './make-version.ts'
import {
  decodeParcel,
  type Member,
  type Parcel,
  type TravellingVersion,
  unpackMaterial,
  withRotation,
} from './parcels.ts'

/** How often a write is tried again when others keep coming first. */
const MAX_TRIES = 100

export const receiveReplica: Handler<'ReceiveReplica'> = async (deps, caller, request, context) => {
  const content = deps.peers.open(request.region, request.parcel)
  if (content === undefined) throw fault('field-invalid', { name: 'parcel' })
  const parcel = decodeParcel(content)
  content.fill(0)
  if (parcel.from.region !== request.region) throw fault('field-invalid', { name: 'region' })
  const key =
    parcel.kind === 'replicate'
      ? await makeReplica(deps, caller, parcel)
      : await follow(deps, caller, parcel)
  context.keyId = key.id
  await deps.changes.afterCommit()
  return { key_id: key.id, domain_id: key.tenantId }
}

/** Makes a replica; the same asked again, as after a lost answer, is the same replica. */
async function makeReplica(
  deps: Deps,
  caller: Caller,
  parcel: Parcel & { readonly kind: 'replicate' },
): Promise<Key> {
  const known = await deps.replicas.findByPeerKey(parcel.from.keyId)
  if (known !== undefined) return (await loadKey(deps, caller, known.keyId)).key
  const made = newKey(
    {
      id: randomUuid() as KeyId,
      projectId: projectOf(caller),
      tenantId: caller.tenantId,
      alias: parcel.alias,
      description: parcel.description,
      spec: parcel.spec,
      usage: parcel.usage,
      origin: 'kms',
      enterpriseProjectId: parcel.enterpriseProjectId,
      keystoreId: DEFAULT_KEYSTORE,
    },
    deps.clock.now(),
  )
  const primaryRegion = parcel.from.region
  const key = withRotation(
    { ...made, regional: { kind: 'replica', primaryRegion } },
    parcel.rotation,
  )
  const versions = parcel.versions.map((version) => unpack(deps, key, version))
  const tags = parcel.tags.map(requireTag)
  const author = authorIn(deps, primaryRegion)
  const outcome = await deps.keys.insert(key, versions, deps.keyQuota, tags, author)
  if (outcome === 'quota-reached') throw fault('key-quota-reached', { quota: deps.keyQuota })
  const stored = outcome === 'alias-taken' ? await halfMade(deps, key, parcel) : key
  await rememberMembers(deps, stored, parcel.members, 0)
  return stored
}

/** The replica of an earlier try that was cut short before its members were noted. */
async function halfMade(deps: Deps, wanted: Key, parcel: Parcel): Promise<Key> {
  const stored = await deps.keys.findByAlias(wanted.projectId, wanted.alias)
  const [first] = stored ? await deps.keys.versionsOf(stored.key.id, { after: 0, limit: 1 }) : []
  const isSame =
    stored?.key.regional.kind === 'replica' && first?.materialId === parcel.versions[0]?.materialId
  if (!isSame) throw fault('alias-taken')
  return stored.key
}

/** Takes over what the primary tells; the primary role too, when it is handed over. */
async function follow(
  deps: Deps,
  caller: Caller,
  parcel: Parcel & { readonly kind: 'follow' | 'promote' },
): Promise<Key> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const seen = await loadKey(deps, caller, parcel.to)
    const { key } = seen
    const link = await deps.replicas.findByPeerKey(parcel.from.keyId)
    if (link?.keyId !== key.id) throw fault('key-not-found', { keyId: parcel.to })
    if (key.regional.kind === 'primary') {
      // The role was taken over before, and the answer got lost; older news is not heard.
      if (parcel.kind === 'promote') return key
      throw fault('field-invalid', { name: 'region' })
    }
    const next = changed(seen, parcel)
    // Whoever hands its role over must know whether it was taken.
    if (parcel.kind === 'promote' && next.regional.kind !== 'primary') {
      throw fault('field-invalid', { name: 'parcel' })
    }
    const fresh = parcel.versions
      .filter(({ version }) => version > (key.primaryVersion ?? 0))
      .map((version) => unpack(deps, key, version))
    const author = authorIn(deps, parcel.from.region)
    if ((await deps.keys.putReplicated(seen, next, fresh, author)) === 'stale') continue
    const synced = next.regional.kind === 'primary' ? (next.primaryVersion ?? 0) : 0
    await rememberMembers(deps, next, parcel.members, synced)
    if (next.regional.kind === 'primary') {
      await deps.replicas.markPending(next.id, deps.clock.now())
    }
    return next
  }
  throw fault('storage-failed', {}, new Error(`following for ${parcel.to}: others came first`))
}

/** The key after the news; what is older than what it knows changes nothing. */
function changed(
  { key }: StoredKey,
  parcel: Parcel & { readonly kind: 'follow' | 'promote' },
): Key {
  const { rotation, from } = parcel
  const isOlder =
    rotation.primaryVersion < (key.primaryVersion ?? 0) ||
    rotation.rotationCount < key.rotationCount
  if (isOlder) return key
  const current = withRotation(key, rotation)
  return {
    ...current,
    regional:
      parcel.kind === 'promote'
        ? { kind: 'primary' }
        : { kind: 'replica', primaryRegion: from.region },
  }
}

/** Who changes rotation settings of a replica: somebody where its primary is. */
function authorIn(deps: Deps, region: string): ChangeAuthor {
  return { by: `region ${region}`, at: deps.clock.now() }
}

async function rememberMembers(
  deps: Deps,
  key: Key,
  members: readonly Member[],
  syncedVersion: number,
): Promise<void> {
  for (const { region, projectId, keyId } of members) {
    if (region === deps.region) continue
    await deps.replicas.put({
      keyId: key.id,
      region,
      peerProjectId: projectId,
      peerKeyId: keyId,
      syncedVersion,
    })
  }
}

function unpack(deps: Deps, key: Key, travelling: TravellingVersion): StoredKeyVersion {
  const { version, materialId, createdAt } = travelling
  const material = unpackMaterial(travelling.material)
  const wrappedMaterial = wrapMaterial(deps, key, version, material)
  material.wipe()
  return { keyId: key.id, version, materialId, origin: 'kms', wrappedMaterial, createdAt }
}
