import type { Kysely } from 'kysely'
import type { Clock } from '../../ports/clock.ts'
import type { Storage } from '../../ports/storage.ts'
import { sqlChangeFeed } from './change-feed.ts'
import { sqlCheckpointStore } from './checkpoint-store.ts'
import type { Engine } from './engine.ts'
import { sqlGrantStore } from './grant-store.ts'
import { sqlIdentityStore } from './identity-store.ts'
import { sqlKeyStore } from './key-store.ts'
import { sqlKeystoreRegistry } from './keystore-registry.ts'
import { sqlLabelStore } from './label-store.ts'
import { sqlMetaStore } from './meta-store.ts'
import { sqlReplicaStore } from './replica-store.ts'
import type { Database } from './schema.ts'
import { sqlTrustStore } from './trust-store.ts'

/** All stores over one database, whatever its engine. */
export function sqlStorage(db: Kysely<Database>, clock: Clock, engine: Engine): Storage {
  return {
    keys: sqlKeyStore(db, clock, engine),
    grants: sqlGrantStore(db, clock),
    labels: sqlLabelStore(db, clock),
    trust: sqlTrustStore(db),
    keystores: sqlKeystoreRegistry(db, clock),
    replicas: sqlReplicaStore(db),
    identity: sqlIdentityStore(db, clock),
    changes: sqlChangeFeed(db),
    checkpoints: sqlCheckpointStore(db),
    meta: sqlMetaStore(db),
    close: () => db.destroy(),
  }
}
