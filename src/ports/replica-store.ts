import type { KeyId } from '../core/ids.ts'
import type { EpochMs } from '../core/time.ts'

/** A key that is the same as one here, in another region. */
export interface Replica {
  readonly keyId: KeyId
  readonly region: string
  readonly peerProjectId: string
  readonly peerKeyId: KeyId
  /** The newest version that it has; 0 when it follows another primary than this one. */
  readonly syncedVersion: number
}

/** Which keys have copies in other regions, and who of them is still to hear of a change. */
export interface ReplicaStore {
  /** Stores a copy, or what changed of it. */
  readonly put: (replica: Replica) => Promise<void>
  /** Forgets a copy that is no more. */
  readonly remove: (replica: Replica) => Promise<void>
  readonly ofKey: (keyId: KeyId) => Promise<readonly Replica[]>
  /** The copy that has this id in its own region. */
  readonly findByPeerKey: (peerKeyId: KeyId) => Promise<Replica | undefined>
  /** Notes that the copies of a key are to hear of it. */
  readonly markPending: (keyId: KeyId, at: EpochMs) => Promise<void>
  /** Notes that they have heard of all there was at `at`. */
  readonly clearPending: (keyId: KeyId, at: EpochMs) => Promise<void>
  /** Keys whose copies are still to hear of them, the longest waiting first. */
  readonly pending: (limit: number) => Promise<readonly PendingSync[]>
}

/** A key whose copies are still to hear of it. */
export interface PendingSync {
  readonly keyId: KeyId
  readonly since: EpochMs
}
