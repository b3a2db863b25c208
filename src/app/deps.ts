import type { RotationEvent } from '../core/rotation.ts'
import type { RootKey } from '../crypto/root-key.ts'
import type { AuditHead } from '../ports/audit-log.ts'
import type { AuditReader } from '../ports/audit-reader.ts'
import type { Clock, GuardedClock } from '../ports/clock.ts'
import type { EventOutbox } from '../ports/event-outbox.ts'
import type { GrantStore } from '../ports/grant-store.ts'
import type { IdentityStore } from '../ports/identity-store.ts'
import type { KeyStore } from '../ports/key-store.ts'
import type { KeyTable } from '../ports/key-table.ts'
import type { KeyToken } from '../ports/key-token.ts'
import type { KeystoreRegistry } from '../ports/keystore-registry.ts'
import type { LabelStore } from '../ports/label-store.ts'
import type { Peers } from '../ports/peers.ts'
import type { ReplicaStore } from '../ports/replica-store.ts'
import type { RetiredVersionStore } from '../ports/retired-versions.ts'
import type { RotationLimitStore } from '../ports/rotation-limit-store.ts'
import type { RotationSettingStore } from '../ports/rotation-setting-store.ts'
import type { SignInDesk } from '../ports/sign-in-desk.ts'
import type { TrustStore } from '../ports/trust-store.ts'
import type { Announcements } from './announcements.ts'
import type { ChangeFollower } from './change-follower.ts'
import type { KeyCache } from './key-cache.ts'
import type { PagePlaces } from './page-places.ts'
import type { UsageCounter } from './usage-counter.ts'

/** What handlers work on. */
export interface Deps {
  /** The time for keys. Sign-in has its own: a virtual clock must not stop people signing in. */
  readonly clock: Clock
  /** The same clock where it is the system's, which is guarded; undefined for a virtual one. */
  readonly guardedClock: GuardedClock | undefined
  readonly keys: KeyStore
  readonly table: KeyTable
  /** The audit log of this node. */
  readonly auditReader: AuditReader
  /** Where the audit chain of this thread stands. */
  readonly auditHead: () => AuditHead
  /** Counts uses of keys. */
  readonly usage: UsageCounter
  readonly retired: RetiredVersionStore
  readonly rotationLimits: RotationLimitStore
  readonly rotationSettings: RotationSettingStore
  readonly grants: GrantStore
  readonly labels: LabelStore
  readonly trust: TrustStore
  readonly keystores: KeystoreRegistry
  readonly replicas: ReplicaStore
  /** The tokens that the operator has configured, by the ids of their clusters. */
  readonly tokens: ReadonlyMap<string, KeyToken>
  readonly peers: Peers
  /** Tells replicas what they have not heard of yet, soon. */
  readonly syncSoon: () => void
  /** Logs what went wrong without harm to the request. */
  readonly warn: (error: unknown) => void
  readonly identity: IdentityStore
  /** Signs people in; undefined while an external identity service does. */
  readonly desk: SignInDesk | undefined
  readonly changes: ChangeFollower
  readonly cache: KeyCache
  readonly pagePlaces: PagePlaces
  readonly root: RootKey
  /** Name of the region that replies and resource patterns bear. */
  readonly region: string
  /** How many keys a project may have, default keys not counted. */
  readonly keyQuota: number
  /** How many grants a key may have. */
  readonly grantQuota: number
  readonly outbox: EventOutbox
  readonly announcements: Announcements
  /** Tells log, metrics and audit of a rotation; fulfilled when the audit log has it. */
  readonly announceRotation: (event: RotationEvent) => Promise<void>
  /**
   * Lets so many milliseconds pass, with all that falls due on the way, one call after the other;
   * undefined on the system's clock.
   */
  readonly advanceClock: ((stepMs: number) => Promise<void>) | undefined
}
