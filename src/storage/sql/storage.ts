import type { Kysely } from 'kysely'
import type { ChangeFeed } from '../../ports/change-feed.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Storage } from '../../ports/storage.ts'
import { sqlChangeFeed } from './change-feed.ts'
import { sqlCheckpointStore } from './checkpoint-store.ts'
import { sqlEventOutbox } from './event-outbox.ts'
import { sqlGrantStore } from './grant-store.ts'
import { sqlIdentityStore } from './identity-store.ts'
import { sqlKeyStore } from './key-store.ts'
import { sqlKeyTable } from './key-table.ts'
import { sqlKeystoreRegistry } from './keystore-registry.ts'
import { sqlLabelStore } from './label-store.ts'
import { sqlMetaStore } from './meta-store.ts'
import { sqlReplicaStore } from './replica-store.ts'
import { sqlRetiredVersions } from './retired-versions.ts'
import { sqlRotationLimitStore } from './rotation-limit-store.ts'
import { sqlRotationSettings } from './rotation-setting-store.ts'
import { sqlRowGuard } from './row-guard.ts'
import type { Database } from './schema.ts'
import { StoredRows } from './stored-rows.ts'
import { sqlTrustStore } from './trust-store.ts'
import { sqlUsageStore } from './usage-store.ts'

/** What each engine does in a way of its own. */
interface EngineParts
  extends Pick<Storage, 'exclusively' | 'close' | 'databaseTime'>,
    Pick<ChangeFeed, 'listen'> {
  /** By what the change log is read; left out: by what does everything else. */
  readonly feed?: Kysely<Database>
}

/** All stores over one database, whatever its engine. */
export function sqlStorage(db: Kysely<Database>, clock: Clock, parts: EngineParts): Storage {
  const { feed = db, listen, exclusively, close, databaseTime } = parts
  const { forget } = sqlChangeFeed(db)
  const rows = new StoredRows()
  return {
    keys: sqlKeyStore(db, clock, rows),
    table: sqlKeyTable(db, rows),
    usage: sqlUsageStore(db),
    retired: sqlRetiredVersions(db, clock),
    rotationLimits: sqlRotationLimitStore(db, clock),
    rotationSettings: sqlRotationSettings(db),
    grants: sqlGrantStore(db, clock),
    labels: sqlLabelStore(db, clock, rows),
    trust: sqlTrustStore(db),
    keystores: sqlKeystoreRegistry(db, clock),
    replicas: sqlReplicaStore(db),
    identity: sqlIdentityStore(db, clock),
    changes: { ...sqlChangeFeed(feed), forget, ...(listen === undefined ? {} : { listen }) },
    outbox: sqlEventOutbox(db, rows),
    checkpoints: sqlCheckpointStore(db),
    meta: sqlMetaStore(db),
    guard: sqlRowGuard(db, rows),
    ...(databaseTime === undefined ? {} : { databaseTime }),
    exclusively,
    close,
  }
}
