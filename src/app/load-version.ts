import { fault } from '../core/fault.ts'
import type { VersionNumber } from '../core/ids.ts'
import type { AsymmetricKey } from '../crypto/asymmetric-key.ts'
import type { MacKey } from '../crypto/mac-key.ts'
import { loadMaterial } from '../crypto/suite.ts'
import { unwrapRecord, whyClosed } from '../crypto/wrapped-record.ts'
import type { Deps } from './deps.ts'
import { primaryOf } from './find-key.ts'
import type { LoadedVersion, WarmKey } from './key-cache.ts'
import { isInside, loadInside } from './keystores.ts'

/**
 * One version of a warm key, ready for use; undefined when there is no such version, or its material
 * is gone.
 *
 * @throws {Fault} `version-retired`
 */
export async function loadVersion(
  deps: Deps,
  warm: WarmKey,
  version: VersionNumber,
): Promise<LoadedVersion | undefined> {
  const known = warm.versions.get(version)
  if (known !== undefined) return known
  const { key } = warm
  const stored = await deps.keys.findVersion(key.id, version)
  if (stored === undefined || stored.wrappedMaterial.length === 0) return undefined
  const isOld = version !== key.primaryVersion
  if (isOld && (await deps.retired.find(key.id, version)) !== undefined) {
    throw fault('version-retired', { version })
  }
  const { id: keyId, projectId, spec } = key
  const material = unwrapRecord(
    deps.root,
    { kind: 'keyMaterial', projectId, keyId, version, spec, origin: stored.origin },
    stored.wrappedMaterial,
  )
  if (material === undefined) {
    const why = whyClosed(deps.root, stored.wrappedMaterial)
    throw fault('storage-failed', {}, new Error(`material of ${keyId} does not unwrap: ${why}`))
  }
  const loaded = isInside(key)
    ? await loadInside(deps, key, material)
    : loadMaterial(spec, material)
  material.wipe()
  deps.cache.addVersion(warm, version, loaded)
  return loaded
}

/** The private key of a warm asymmetric key. */
export async function loadPrivate(deps: Deps, warm: WarmKey): Promise<AsymmetricKey> {
  const loaded = await loadVersion(deps, warm, primaryOf(warm.key))
  if (loaded?.kind !== 'asymmetric') throw new Error(`key ${warm.key.id} is no key pair`)
  return loaded
}

/** The MAC key of a warm key. */
export async function loadMac(deps: Deps, warm: WarmKey): Promise<MacKey> {
  const loaded = await loadVersion(deps, warm, primaryOf(warm.key))
  if (loaded?.kind !== 'mac') throw new Error(`key ${warm.key.id} makes no MACs`)
  return loaded
}
