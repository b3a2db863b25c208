import { fault } from './fault.ts'
import { FIRST_VERSION, type VersionNumber } from './ids.ts'
import type { Key } from './key.ts'
import { specOf } from './key-specs.ts'
import { requireOwned } from './key-state.ts'
import type { EpochMs } from './time.ts'

/** How long the parameters of an import are good, in milliseconds. */
export const IMPORT_PARAMETERS_MS = 24 * 60 * 60 * 1000

/**
 * The key, if its owner brings its material.
 *
 * @throws {Fault} `origin-not-external`, `key-pending-deletion`
 */
export function requireExternal(key: Key): Key {
  requireOwned(key)
  if (key.origin !== 'external') throw fault('origin-not-external', { keyId: key.id })
  if (key.state.kind === 'pendingDeletion') throw fault('key-pending-deletion', { keyId: key.id })
  return key
}

/** What importing material into a key does. */
export type ImportPlan =
  /** It becomes, or again becomes, the material of a version. */
  | { readonly kind: 'fill'; readonly version: VersionNumber; readonly key: Key }
  /** It waits for a rotation. */
  | { readonly kind: 'wait' }

/**
 * What is to be done with material that was brought for a key.
 *
 * @param sameAs The version that had this very material before, if one had.
 * @throws {Fault} as {@link requireExternal}; `material-differs` when another one is missed,
 *   `key-not-pending-import` when nothing is missed and this is no new material for a rotation
 */
export function planImport(
  key: Key,
  sameAs: { readonly version: VersionNumber; readonly isGone: boolean } | undefined,
  expiresAt: EpochMs | undefined,
): ImportPlan {
  requireExternal(key)
  const { primaryVersion } = key
  if (primaryVersion === undefined) {
    return { kind: 'fill', version: FIRST_VERSION, key: enabledWith(key, FIRST_VERSION, expiresAt) }
  }
  if (sameAs?.isGone === true) {
    const { version } = sameAs
    const isPrimary = version === primaryVersion
    return { kind: 'fill', version, key: isPrimary ? enabledWith(key, version, expiresAt) : key }
  }
  if (key.state.kind === 'pendingImport') throw fault('material-differs')
  const mayWait = key.state.kind === 'enabled' && specOf(key.spec).rotatable
  if (!mayWait || sameAs !== undefined) throw fault('key-not-pending-import', { keyId: key.id })
  return { kind: 'wait' }
}

/**
 * The key without its material, which its owner can bring again.
 *
 * @throws {Fault} `origin-not-external`, `material-not-deletable`,
 *   `asymmetric-material-not-deletable`
 */
export function deleteMaterial(key: Key): Key {
  requireOwned(key)
  if (key.origin !== 'external') throw fault('origin-not-external', { keyId: key.id })
  if (key.state.kind !== 'enabled' && key.state.kind !== 'disabled') {
    throw fault('material-not-deletable', { keyId: key.id })
  }
  if (specOf(key.spec).family === 'asymmetric') {
    throw fault('asymmetric-material-not-deletable', { keyId: key.id })
  }
  return withoutMaterial(key)
}

/** The key after the material of `version` has expired: without its primary it waits for import. */
export function expireMaterial(key: Key, version: VersionNumber): Key {
  return version === key.primaryVersion ? withoutMaterial(key) : key
}

function withoutMaterial(key: Key): Key {
  const { state } = key
  return {
    ...key,
    materialExpiresAt: undefined,
    state:
      state.kind === 'pendingDeletion'
        ? { ...state, cancelledTo: 'pendingImport' }
        : { kind: 'pendingImport' },
  }
}

function enabledWith(key: Key, version: VersionNumber, expiresAt: EpochMs | undefined): Key {
  return {
    ...key,
    state: { kind: 'enabled' },
    primaryVersion: version,
    materialExpiresAt: expiresAt,
  }
}
