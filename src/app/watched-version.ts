import type { WatchedVersion } from '../core/version-retirement.ts'
import type { StoredKeyVersion } from '../ports/key-store.ts'
import type { VersionUsage } from '../ports/usage-store.ts'

/** What is known of the use of a stored version, by its counted uses and its retirement if there are any. */
export function watchedVersion(
  { version, createdAt, wrappedMaterial }: StoredKeyVersion,
  usage: VersionUsage | undefined,
  retirement: WatchedVersion['retirement'],
): WatchedVersion {
  const hasMaterial = wrappedMaterial.length > 0
  return { version, createdAt, hasMaterial, lastUsedAt: usage?.lastUsedAt, retirement }
}
