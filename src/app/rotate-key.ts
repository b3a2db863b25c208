import { fault } from '../core/fault.ts'
import type { KeyId, VersionNumber } from '../core/ids.ts'
import type { Key } from '../core/key.ts'
import { isRotationDue, type RotationCause, type RotationEvent, rotate } from '../core/rotation.ts'
import { isWornOut } from '../core/rotation-limits.ts'
import type { EpochMs } from '../core/time.ts'
import type { StoredKeyVersion } from '../ports/key-store.ts'
import type { ReachedLimit } from '../ports/rotation-limit-store.ts'
import type { Deps } from './deps.ts'
import { discardVersion, makeVersion } from './make-version.ts'

const MAX_TRIES = 100

/** Name under which rotations by the schedule are recorded. */
export const SCHEDULER_ACTOR = 'scheduler'

/**
 * Gives a key a new primary version, whatever its schedule says; answers which.
 *
 * @throws {Fault} `key-not-found`, and what `core/rotation` refuses
 */
export async function rotateNow(deps: Deps, keyId: KeyId, actor: string): Promise<VersionNumber> {
  const event = await rotateWhere(deps, keyId, () => true, 'demand', actor)
  if (event === undefined) throw fault('key-not-found', { keyId })
  return event.toVersion
}

/** Rotates a key if that is due; answers whether it was. Once due, once rotated, whoever asks. */
export async function rotateIfDue(
  deps: Deps,
  keyId: KeyId,
  cause: RotationCause,
  actor: string,
): Promise<boolean> {
  return (await rotateWhere(deps, keyId, isRotationDue, cause, actor)) !== undefined
}

/**
 * Rotates a key of which a version has reached a limit of use; that it did is forgotten once another
 * version protects. Once reached, once rotated, whoever asks.
 */
export async function rotateIfWornOut(
  deps: Deps,
  { keyId, version }: Pick<ReachedLimit, 'keyId' | 'version'>,
): Promise<void> {
  await rotateWhere(deps, keyId, (key) => isWornOut(key, version), 'usage', SCHEDULER_ACTOR)
  const stored = await deps.keys.find(keyId)
  if (stored?.key.primaryVersion !== version) await deps.rotationLimits.forget(keyId, version)
}

/** Material that was imported for the next rotation of a key, unless it has expired meanwhile. */
export async function waitingFor(
  deps: Pick<Deps, 'keys' | 'clock'>,
  key: Key,
): Promise<StoredKeyVersion | undefined> {
  if (key.origin !== 'external') return undefined
  const waiting = await deps.keys.findWaiting(key.id)
  const isExpired = waiting?.expiresAt !== undefined && waiting.expiresAt <= deps.clock.now()
  return isExpired ? undefined : waiting
}

async function rotateWhere(
  deps: Deps,
  keyId: KeyId,
  applies: (key: Key, now: EpochMs) => boolean,
  cause: RotationCause,
  actor: string,
): Promise<RotationEvent | undefined> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const now = deps.clock.now()
    const seen = await deps.keys.find(keyId)
    if (seen === undefined || !applies(seen.key, now)) return undefined
    const waiting = await waitingFor(deps, seen.key)
    const { key, event } = rotate(
      seen.key,
      cause,
      actor,
      now,
      waiting && { expiresAt: waiting.expiresAt },
    )
    const version = waiting ?? (await makeVersion(deps, key, event.toVersion, event.at))
    const outgoing = deps.announcements.ofRotation(key, event)
    const outcome = await deps.keys.rotate(seen, key, version, event, outgoing)
    const isRotated = outcome === 'rotated'
    if (!isRotated && waiting === undefined) await discardVersion(deps, key, version)
    if (isRotated) {
      await deps.changes.afterCommit()
      await deps.announceRotation(event)
      return event
    }
  }
  throw fault('storage-failed', {}, new Error(`rotating key ${keyId}: others always came first`))
}
