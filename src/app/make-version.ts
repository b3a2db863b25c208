import type { VersionNumber } from '../core/ids.ts'
import type { Key } from '../core/key.ts'
import type { EpochMs } from '../core/time.ts'
import { randomUuid } from '../crypto/random.ts'
import type { SecretBytes } from '../crypto/secret-bytes.ts'
import { generateBytes, generateMaterial } from '../crypto/suite.ts'
import { unwrapRecord, wrapRecord } from '../crypto/wrapped-record.ts'
import type { StoredKeyVersion } from '../ports/key-store.ts'
import type { Deps } from './deps.ts'
import { destroyInside, type InsideDeps, isInside, makeInside } from './keystores.ts'

type MakingDeps = InsideDeps & Pick<Deps, 'root'>

/** A version with fresh material made here, or in a token, wrapped for its place. */
export async function makeVersion(
  deps: MakingDeps,
  key: Key,
  version: VersionNumber,
  createdAt: EpochMs,
): Promise<StoredKeyVersion> {
  const material = isInside(key) ? await makeInside(deps, key) : await generateMaterial(key.spec)
  return versionFrom(deps, key, version, createdAt, material)
}

/** As {@link makeVersion} at once, for a key with random bytes for material in the store. */
export function makeVersionHere(
  deps: Pick<Deps, 'root'>,
  key: Key,
  version: VersionNumber,
  createdAt: EpochMs,
): StoredKeyVersion {
  const material = isInside(key) ? undefined : generateBytes(key.spec)
  if (material === undefined) throw new Error(`a version of ${key.spec} is not made at once`)
  return versionFrom(deps, key, version, createdAt, material)
}

/** Wipes the material. */
function versionFrom(
  deps: Pick<Deps, 'root'>,
  key: Key,
  version: VersionNumber,
  createdAt: EpochMs,
  material: SecretBytes,
): StoredKeyVersion {
  const wrappedMaterial = wrapMaterial(deps, key, version, material)
  material.wipe()
  const materialId = randomUuid() as StoredKeyVersion['materialId']
  return { keyId: key.id, version, materialId, origin: 'kms', wrappedMaterial, createdAt }
}

/** Material, or the label of it in a token, wrapped for its place. */
export function wrapMaterial(
  deps: Pick<Deps, 'root'>,
  { id: keyId, projectId, spec }: Key,
  version: VersionNumber,
  material: SecretBytes,
): Uint8Array {
  return wrapRecord(
    deps.root,
    { kind: 'keyMaterial', projectId, keyId, version, spec, origin: 'kms' },
    material,
  )
}

/** Undoes {@link makeVersion} where something is left outside the store: a key in a token. */
export async function discardVersion(
  deps: MakingDeps,
  key: Key,
  { version, wrappedMaterial }: StoredKeyVersion,
): Promise<void> {
  if (!isInside(key)) return
  const { id: keyId, projectId, spec } = key
  const place = { kind: 'keyMaterial', projectId, keyId, version, spec, origin: 'kms' } as const
  const label = unwrapRecord(deps.root, place, wrappedMaterial)
  if (label !== undefined) await destroyInside(deps, key, label)
}
