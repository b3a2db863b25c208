import type { KeyId, ProjectId, TenantId, VersionNumber } from './ids.ts'
import type { KeyOrigin } from './key.ts'
import type { KeySpec } from './key-specs.ts'
import type { EpochMs } from './time.ts'

/**
 * What is left of a key that was destroyed, besides its rotations and the changes of their settings. Of
 * one that an older version of this program destroyed some of it is not known.
 */
export interface DestroyedKey {
  readonly id: KeyId
  readonly projectId: ProjectId
  readonly destroyedAt: EpochMs
  readonly tenantId: TenantId | undefined
  readonly alias: string | undefined
  readonly spec: KeySpec | undefined
  readonly origin: KeyOrigin | undefined
  readonly createdAt: EpochMs | undefined
  /** The version that encrypted last. */
  readonly primaryVersion: VersionNumber | undefined
  readonly rotationCount: number | undefined
  readonly lastRotationAt: EpochMs | undefined
}
