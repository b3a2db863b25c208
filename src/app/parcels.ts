import type { KeyId, MaterialId, VersionNumber } from '../core/ids.ts'
import type { Key } from '../core/key.ts'
import type { KeySpec, KeyUsage } from '../core/key-specs.ts'
import type { Tag } from '../core/tag.ts'
import type { Days, EpochMs } from '../core/time.ts'
import { SecretBytes } from '../crypto/secret-bytes.ts'

/** A version as it travels: its material in base64, in a parcel that is encrypted as a whole. */
export interface TravellingVersion {
  readonly version: VersionNumber
  readonly materialId: MaterialId
  readonly createdAt: EpochMs
  readonly material: string
}

/** A key of the same family in some region. */
export interface Member {
  readonly region: string
  readonly projectId: string
  readonly keyId: KeyId
}

/** What changes with a key's rotations. */
export interface TravellingRotation {
  readonly primaryVersion: VersionNumber
  readonly rotationCount: number
  readonly lastRotationAt: EpochMs | undefined
  readonly interval: Days | undefined
  readonly periodStart: EpochMs | undefined
}

interface Common {
  /** Who sends: the primary, or who was it until now. */
  readonly from: Member
  readonly rotation: TravellingRotation
  readonly versions: readonly TravellingVersion[]
  /** The other keys of the family, the sender's included. */
  readonly members: readonly Member[]
}

/** What regions tell each other. */
export type Parcel =
  | (Common & {
      readonly kind: 'replicate'
      readonly spec: KeySpec
      readonly usage: KeyUsage
      readonly alias: string
      readonly description: string
      readonly enterpriseProjectId: string
      readonly tags: readonly Tag[]
    })
  /** News of the key that is `to` there. */
  | (Common & { readonly kind: 'follow' | 'promote'; readonly to: KeyId })

/** A parcel as bytes. */
export function encodeParcel(parcel: Parcel): Uint8Array {
  return Buffer.from(JSON.stringify(parcel))
}

/** A parcel from bytes that {@link encodeParcel} made: they were authenticated on the way. */
export function decodeParcel(bytes: Uint8Array): Parcel {
  return JSON.parse(Buffer.from(bytes).toString('utf8')) as Parcel
}

/** What of a key changes with its rotations. */
export function travellingRotation(key: Key): TravellingRotation {
  const { primaryVersion, schedule } = key
  if (primaryVersion === undefined) throw new Error(`key ${key.id} has no version to replicate`)
  return {
    primaryVersion,
    rotationCount: key.rotationCount,
    lastRotationAt: key.lastRotationAt,
    interval: schedule.kind === 'on' ? schedule.interval : undefined,
    periodStart: schedule.kind === 'on' ? schedule.periodStart : undefined,
  }
}

/** The key with what travelled. */
export function withRotation(key: Key, rotation: TravellingRotation): Key {
  const { interval, periodStart } = rotation
  return {
    ...key,
    primaryVersion: rotation.primaryVersion,
    rotationCount: rotation.rotationCount,
    lastRotationAt: rotation.lastRotationAt,
    schedule:
      interval === undefined || periodStart === undefined
        ? { kind: 'off' }
        : { kind: 'on', interval, periodStart },
  }
}

/** Material on its way. */
export function packMaterial(material: SecretBytes): string {
  return material.lend((bytes) => bytes.toBase64())
}

/** Material that has arrived. */
export function unpackMaterial(packed: string): SecretBytes {
  return new SecretBytes(Uint8Array.fromBase64(packed))
}
