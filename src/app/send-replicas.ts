import { Fault, fault } from '../core/fault.ts'
import type { KeyId } from '../core/ids.ts'
import type { Key } from '../core/key.ts'
import type { EpochMs } from '../core/time.ts'
import { unwrapRecord } from '../crypto/wrapped-record.ts'
import type { StoredKeyVersion } from '../ports/key-store.ts'
import { type PeerAnswer, PeerError } from '../ports/peers.ts'
import type { Replica } from '../ports/replica-store.ts'
import type { Deps } from './deps.ts'
import {
  encodeParcel,
  type Member,
  type Parcel,
  packMaterial,
  type TravellingVersion,
  travellingRotation,
} from './parcels.ts'

/** Most versions in one parcel, so that it fits into a request. */
const MAX_VERSIONS = 100

/** What another region says of a key that it does not have. */
const KEY_NOT_FOUND = 'KMS.0207'

/** What a parcel of either kind says of its sender, and what the receiver lacks. */
export interface NewsOfKey {
  readonly parcel: Pick<Parcel, 'from' | 'rotation' | 'versions' | 'members'>
  /** The newest version in it; there are more while it is not the primary. */
  readonly upTo: number
}

/** What `region` is to hear of a key: versions after the one it has, as many as fit. */
export async function newsFor(
  deps: Deps,
  key: Key,
  region: string,
  after: number,
): Promise<NewsOfKey> {
  const stored = await deps.keys.versionsOf(key.id, { after, limit: MAX_VERSIONS })
  const versions = stored.map((version) => pack(deps, key, version))
  const others = await deps.replicas.ofKey(key.id)
  const from: Member = { region: deps.region, projectId: key.projectId, keyId: key.id }
  const members = others.filter((other) => other.region !== region).map(toMember)
  const upTo = stored.at(-1)?.version ?? after
  const rotation = travellingRotation(key)
  return {
    upTo,
    parcel: {
      from,
      // A receiver never points to a version that it has yet to get.
      rotation: {
        ...rotation,
        primaryVersion: Math.min(rotation.primaryVersion, upTo) as typeof rotation.primaryVersion,
      },
      versions,
      members: [from, ...members],
    },
  }
}

/**
 * Sends a parcel.
 *
 * @throws {Fault} `upstream-timeout`, `upstream-invalid`, `peer-refused`
 */
export async function sendParcel(
  deps: Deps,
  region: string,
  projectId: string,
  parcel: Parcel,
): Promise<PeerAnswer> {
  const content = encodeParcel(parcel)
  try {
    return await deps.peers.send(region, projectId, content)
  } catch (error) {
    if (!(error instanceof PeerError)) throw error
    switch (error.kind) {
      case 'timeout':
        throw fault('upstream-timeout', {}, error)
      case 'invalid':
        throw fault('upstream-invalid', {}, error)
      case 'refused':
        throw fault('peer-refused', { code: error.code }, error)
      default:
        throw error.kind satisfies never
    }
  } finally {
    content.fill(0)
  }
}

/** Brings one replica up to date, in as many parcels as it takes. */
export async function bringUpToDate(
  deps: Deps,
  key: Key,
  replica: Replica,
  kind: 'follow' | 'promote' = 'follow',
): Promise<void> {
  const primary = key.primaryVersion ?? 0
  let after = replica.syncedVersion
  do {
    const { parcel, upTo } = await newsFor(deps, key, replica.region, after)
    const isLast = upTo >= primary
    await sendParcel(deps, replica.region, replica.peerProjectId, {
      ...parcel,
      kind: isLast ? kind : 'follow',
      to: replica.peerKeyId,
    })
    after = upTo
    await deps.replicas.put({ ...replica, syncedVersion: after })
  } while (after < primary)
}

/**
 * Tells the replicas of a key what they have not heard of yet. A replica that is no more is forgotten.
 *
 * @param away Regions that did not answer lately: they are not asked, and grow by those that do not.
 * @throws What kept the first of them from hearing it.
 */
export async function syncReplicas(
  deps: Deps,
  keyId: KeyId,
  since: EpochMs,
  away: Set<string>,
): Promise<void> {
  const stored = await deps.keys.find(keyId)
  const failures: unknown[] = []
  let isSkipped = false
  if (stored?.key.regional.kind === 'primary') {
    for (const replica of await deps.replicas.ofKey(keyId)) {
      if (away.has(replica.region)) {
        isSkipped = true
        continue
      }
      try {
        await bringUpToDate(deps, stored.key, replica)
      } catch (error) {
        if (isGone(error)) await deps.replicas.remove(replica)
        else failures.push(error)
        if (isAway(error)) away.add(replica.region)
      }
    }
  }
  if (failures.length > 0) throw failures[0]
  if (!isSkipped) await deps.replicas.clearPending(keyId, since)
}

function isGone(error: unknown): boolean {
  if (!(error instanceof Fault) || error.kind !== 'peer-refused') return false
  return 'code' in error.facts && error.facts['code'] === KEY_NOT_FOUND
}

function isAway(error: unknown): boolean {
  return (
    error instanceof Fault &&
    (error.kind === 'upstream-timeout' || error.kind === 'upstream-invalid')
  )
}

function pack(deps: Deps, key: Key, stored: StoredKeyVersion): TravellingVersion {
  const { id: keyId, projectId, spec } = key
  const { version, origin, materialId, createdAt } = stored
  const place = { kind: 'keyMaterial', projectId, keyId, version, spec, origin } as const
  const material = unwrapRecord(deps.root, place, stored.wrappedMaterial)
  if (material === undefined) {
    throw fault('storage-failed', {}, new Error(`material of ${keyId} does not unwrap`))
  }
  const packed = packMaterial(material)
  material.wipe()
  return { version, materialId, createdAt, material: packed }
}

function toMember({ region, peerProjectId, peerKeyId }: Replica): Member {
  return { region, projectId: peerProjectId, keyId: peerKeyId }
}
