import type { CheckpointStore } from './audit-log.ts'
import type { ChangeFeed } from './change-feed.ts'
import type { IdentityStore } from './identity-store.ts'
import type { KeyStore } from './key-store.ts'
import type { MetaStore } from './meta-store.ts'

/** Everything that is kept, over one connection to one database. */
export interface Storage {
  readonly keys: KeyStore
  readonly identity: IdentityStore
  readonly changes: ChangeFeed
  readonly checkpoints: CheckpointStore
  readonly meta: MetaStore
  readonly close: () => Promise<void>
}
