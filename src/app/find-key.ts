import type { Caller } from '../core/caller.ts'
import { fault } from '../core/fault.ts'
import type { KeyId, ProjectId, VersionNumber } from '../core/ids.ts'
import type { Key } from '../core/key.ts'
import { requireUsable } from '../core/key-state.ts'
import type { DataCipher } from '../crypto/data-cipher.ts'
import { loadCipher } from '../crypto/suite.ts'
import { unwrapRecord } from '../crypto/wrapped-record.ts'
import type { StoredKey } from '../ports/key-store.ts'
import type { Deps } from './deps.ts'
import type { WarmKey } from './key-cache.ts'

/**
 * The project that the caller acts in.
 *
 * @throws {Fault} `token-without-project`
 */
export function projectOf(caller: Caller): ProjectId {
  if (caller.project === undefined) throw fault('token-without-project')
  return caller.project.id
}

/**
 * The key as the store has it now. A key of another project is as unknown as one that never was.
 *
 * @throws {Fault} `key-not-found`
 */
export async function loadKey(deps: Deps, caller: Caller, keyId: KeyId): Promise<StoredKey> {
  const stored = await deps.keys.find(keyId)
  if (stored === undefined || stored.key.projectId !== projectOf(caller)) {
    throw fault('key-not-found', { keyId })
  }
  return stored
}

/**
 * A key that may be used now, from the cache if that is current.
 *
 * @throws {Fault} `key-not-found`, `key-disabled`, `key-pending-deletion`, `key-pending-import`
 */
export async function useKey(deps: Deps, caller: Caller, keyId: KeyId): Promise<WarmKey> {
  if (!deps.changes.isCurrent()) await deps.changes.requireCurrent()
  const warm = deps.cache.get(keyId) ?? (await warmUp(deps, keyId))
  if (warm === undefined || warm.key.projectId !== projectOf(caller)) {
    throw fault('key-not-found', { keyId })
  }
  requireUsable(warm.key)
  return warm
}

/** The version that encrypts. */
export function primaryOf(key: Key): VersionNumber {
  if (key.primaryVersion === undefined) throw new Error('a usable key without a version')
  return key.primaryVersion
}

/** The cipher of one version of a warm key; undefined when there is no such version. */
export async function cipherOf(
  deps: Deps,
  warm: WarmKey,
  version: VersionNumber,
): Promise<DataCipher | undefined> {
  const known = warm.ciphers.get(version)
  if (known !== undefined) return known
  const { key } = warm
  const stored = await deps.keys.findVersion(key.id, version)
  if (stored === undefined) return undefined
  const material = unwrapRecord(
    deps.root,
    {
      kind: 'keyMaterial',
      projectId: key.projectId,
      keyId: key.id,
      version,
      spec: key.spec,
      origin: stored.origin,
    },
    stored.wrappedMaterial,
  )
  if (material === undefined) {
    throw fault('storage-failed', {}, new Error(`material of ${key.id} does not unwrap`))
  }
  const cipher = loadCipher(key.spec, material)
  material.wipe()
  deps.cache.addCipher(warm, version, cipher)
  return cipher
}

async function warmUp(deps: Deps, keyId: KeyId): Promise<WarmKey | undefined> {
  const ticket = deps.cache.ticket()
  const stored = await deps.keys.find(keyId)
  if (stored === undefined) return undefined
  const warm: WarmKey = { key: stored.key, ciphers: new Map() }
  deps.cache.put(warm, ticket)
  return warm
}
