import type { KeyId, ProjectId, TenantId, VersionNumber } from './ids.ts'
import type { KeySpec, KeyUsage } from './key-specs.ts'
import type { Days, EpochMs } from './time.ts'

/** Where material comes from: made here, or brought by its owner. */
export type KeyOrigin = 'kms' | 'external'

/** Id of the key store of keys whose material is in the database. */
export const DEFAULT_KEYSTORE = '0'

/** What a key may do now. The wire has digits for the kinds. */
export type KeyState =
  | { readonly kind: 'pendingImport' }
  | { readonly kind: 'enabled' }
  | { readonly kind: 'disabled' }
  | {
      readonly kind: 'pendingDeletion'
      /** When the material is destroyed. */
      readonly deleteAt: EpochMs
      /** What the key becomes when its deletion is cancelled. */
      readonly cancelledTo: 'disabled' | 'pendingImport'
    }

/** Whether and how often a key rotates by itself. */
export type RotationSchedule =
  | { readonly kind: 'off' }
  | {
      readonly kind: 'on'
      readonly interval: Days
      /** Start of the primary version's period: the last rotation, or when rotation was enabled. */
      readonly periodStart: EpochMs
    }

/** Whether a key has copies of itself in other regions, and which of them rotates. */
export type Regional =
  | { readonly kind: 'single' }
  | { readonly kind: 'primary' }
  /** A copy that follows the primary's rotations. */
  | { readonly kind: 'replica'; readonly primaryRegion: string }

/** A master key: a named thing with versions 1, 2, 3 … of which exactly one is primary. */
export interface Key {
  readonly id: KeyId
  readonly projectId: ProjectId
  readonly tenantId: TenantId
  readonly alias: string
  readonly description: string
  readonly spec: KeySpec
  readonly usage: KeyUsage
  readonly origin: KeyOrigin
  /** Made by the service itself for another service of the project; its owner cannot change it. */
  readonly isDefault: boolean
  readonly enterpriseProjectId: string
  readonly keystoreId: string
  readonly state: KeyState
  readonly createdAt: EpochMs
  /** The version that encrypts; undefined only while no material was ever there. */
  readonly primaryVersion: VersionNumber | undefined
  readonly schedule: RotationSchedule
  /** How many versions were made by rotation, automatic or on demand. */
  readonly rotationCount: number
  readonly lastRotationAt: EpochMs | undefined
  /** When the imported material of the primary version goes; undefined when it stays. */
  readonly materialExpiresAt: EpochMs | undefined
  readonly regional: Regional
}

/** One piece of key material with its number. The material itself is stored wrapped, beside it. */
export interface KeyVersion {
  readonly keyId: KeyId
  readonly version: VersionNumber
  readonly createdAt: EpochMs
}
