import type { EpochMs } from '../core/time.ts'
import type { CheckpointStore } from './audit-log.ts'
import type { ChangeFeed } from './change-feed.ts'
import type { EventOutbox } from './event-outbox.ts'
import type { GrantStore } from './grant-store.ts'
import type { IdentityStore } from './identity-store.ts'
import type { KeyStore } from './key-store.ts'
import type { KeyTable } from './key-table.ts'
import type { KeystoreRegistry } from './keystore-registry.ts'
import type { LabelStore } from './label-store.ts'
import type { MetaStore } from './meta-store.ts'
import type { ReplicaStore } from './replica-store.ts'
import type { RetiredVersionStore } from './retired-versions.ts'
import type { RotationLimitStore } from './rotation-limit-store.ts'
import type { RotationSettingStore } from './rotation-setting-store.ts'
import type { RowGuard } from './row-guard.ts'
import type { TrustStore } from './trust-store.ts'
import type { UsageStore } from './usage-store.ts'

/** Everything that is kept, over one connection to one database. */
export interface Storage {
  readonly keys: KeyStore
  readonly table: KeyTable
  readonly usage: UsageStore
  readonly retired: RetiredVersionStore
  readonly rotationLimits: RotationLimitStore
  readonly rotationSettings: RotationSettingStore
  readonly grants: GrantStore
  readonly labels: LabelStore
  readonly trust: TrustStore
  readonly keystores: KeystoreRegistry
  readonly replicas: ReplicaStore
  readonly identity: IdentityStore
  readonly changes: ChangeFeed
  readonly outbox: EventOutbox
  readonly checkpoints: CheckpointStore
  readonly meta: MetaStore
  readonly guard: RowGuard
  /** What time it is on the machine of the database; left out where that is this machine. */
  readonly databaseTime?: () => Promise<EpochMs>
  /**
   * Does `work` while no other node on this database does work of that name. Throws what `work`
   * throws, and also when nobody can tell any more whether others were kept out.
   */
  readonly exclusively: <T>(name: string, work: () => Promise<T>) => Promise<T>
  readonly close: () => Promise<void>
}
