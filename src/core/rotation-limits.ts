import type { VersionNumber } from './ids.ts'
import type { Key } from './key.ts'
import { rotationStanding } from './rotation.ts'

/**
 * How much one version of a key protects before the key gets a new one, besides its schedule. What is
 * left out is no limit.
 */
export interface RotationLimits {
  /** Encryptions and data keys. */
  readonly maxUses?: number | undefined
  /** Bytes of plaintext, those of data keys among them. */
  readonly maxBytes?: number | undefined
}

/** Bounds of a limit of uses: fewer would be over before they are counted. */
export const ROTATION_USES = { min: 100, max: Number.MAX_SAFE_INTEGER } as const
/** Bounds of a limit of bytes. */
export const ROTATION_BYTES = { min: 65_536, max: Number.MAX_SAFE_INTEGER } as const

/** Whether there is no limit at all. */
export function isUnlimited({ maxUses, maxBytes }: RotationLimits): boolean {
  return maxUses === undefined && maxBytes === undefined
}

/** Whether a key is to rotate because `version` of it has reached a limit. */
export function isWornOut(key: Key, version: VersionNumber): boolean {
  return (
    key.primaryVersion === version &&
    key.state.kind === 'enabled' &&
    rotationStanding(key) !== 'none'
  )
}
