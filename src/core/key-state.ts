import { fault } from './fault.ts'
import type { Key } from './key.ts'
import { requireFreeAlias } from './new-key.ts'
import { addDays, type Days, days, type EpochMs } from './time.ts'

/** Bounds of the waiting period before a key is destroyed. Source: KMS API, `pending_days`. */
export const DELETION_DELAY = { min: days(7), max: days(1096) } as const

/**
 * The key, if its material may be used now.
 *
 * @throws {Fault} `key-disabled`, `key-pending-deletion`, `key-pending-import`
 */
export function requireUsable(key: Key): Key {
  switch (key.state.kind) {
    case 'enabled':
      return key
    case 'disabled':
      throw fault('key-disabled', { keyId: key.id })
    case 'pendingDeletion':
      throw fault('key-pending-deletion', { keyId: key.id })
    case 'pendingImport':
      throw fault('key-pending-import', { keyId: key.id })
    default:
      throw key.state satisfies never
  }
}

/**
 * The key, if its owner may change it: default keys belong to the service.
 *
 * @throws {Fault} `default-key`
 */
export function requireOwned(key: Key): Key {
  if (key.isDefault) throw fault('default-key', { keyId: key.id })
  return key
}

/**
 * Lets a disabled key be used again. An automatic rotation that fell due meanwhile is due now.
 *
 * @throws {Fault} `default-key`, `key-not-disabled`, `key-pending-deletion`, `key-pending-import`
 */
export function enableKey(key: Key): Key {
  requireOwned(key)
  switch (key.state.kind) {
    case 'disabled':
      return { ...key, state: { kind: 'enabled' } }
    case 'enabled':
      throw fault('key-not-disabled', { keyId: key.id })
    case 'pendingDeletion':
      throw fault('key-pending-deletion', { keyId: key.id })
    case 'pendingImport':
      throw fault('key-pending-import', { keyId: key.id })
    default:
      throw key.state satisfies never
  }
}

/**
 * Suspends every use of an enabled key.
 *
 * @throws {Fault} `default-key`, `key-not-enabled`, `key-pending-deletion`, `key-pending-import`
 */
export function disableKey(key: Key): Key {
  requireOwned(key)
  switch (key.state.kind) {
    case 'enabled':
      return { ...key, state: { kind: 'disabled' } }
    case 'disabled':
      throw fault('key-not-enabled', { keyId: key.id })
    case 'pendingDeletion':
      throw fault('key-pending-deletion', { keyId: key.id })
    case 'pendingImport':
      throw fault('key-pending-import', { keyId: key.id })
    default:
      throw key.state satisfies never
  }
}

/**
 * Starts the waiting period after which the key's material is destroyed.
 *
 * @param delay Length of the waiting period; see {@link DELETION_DELAY}.
 * @throws {Fault} `default-key`, `deletion-delay-out-of-range`, `deletion-already-scheduled`
 */
export function scheduleDeletion(key: Key, delay: Days, now: EpochMs): Key {
  requireOwned(key)
  if (!(delay >= DELETION_DELAY.min && delay <= DELETION_DELAY.max)) {
    throw fault('deletion-delay-out-of-range', { days: delay, ...DELETION_DELAY })
  }
  if (key.state.kind === 'pendingDeletion') {
    throw fault('deletion-already-scheduled', { keyId: key.id })
  }
  const cancelledTo = key.state.kind === 'pendingImport' ? 'pendingImport' : 'disabled'
  return {
    ...key,
    state: { kind: 'pendingDeletion', deleteAt: addDays(now, delay), cancelledTo },
  }
}

/**
 * Ends the waiting period: the key is disabled, or waits for import again if it did before.
 *
 * @throws {Fault} `default-key`, `deletion-not-scheduled`
 */
export function cancelDeletion(key: Key): Key {
  requireOwned(key)
  if (key.state.kind !== 'pendingDeletion') {
    throw fault('deletion-not-scheduled', { keyId: key.id })
  }
  return { ...key, state: { kind: key.state.cancelledTo } }
}

/** Whether the key's waiting period is over at `now`, so that its material may be destroyed. */
export function isDeletionDue(key: Key, now: EpochMs): boolean {
  return key.state.kind === 'pendingDeletion' && key.state.deleteAt <= now
}

/** When the key's material is to be destroyed; undefined unless it waits for deletion. */
export function deletionAt(key: Key): EpochMs | undefined {
  return key.state.kind === 'pendingDeletion' ? key.state.deleteAt : undefined
}

/**
 * Gives the key another alias.
 *
 * @throws {Fault} `alias-invalid`, `default-key`, `key-pending-deletion`
 */
export function renameKey(key: Key, alias: string): Key {
  return { ...requireEditable(key), alias: requireFreeAlias(alias) }
}

/**
 * Gives the key another description.
 *
 * @throws {Fault} `default-key`, `key-pending-deletion`
 */
export function describeKey(key: Key, description: string): Key {
  return { ...requireEditable(key), description }
}

/**
 * The key, if its owner may change how it is called and described.
 *
 * @throws {Fault} `default-key`, `key-pending-deletion`
 */
export function requireEditable(key: Key): Key {
  requireOwned(key)
  if (key.state.kind === 'pendingDeletion') throw fault('key-pending-deletion', { keyId: key.id })
  return key
}
