import type { Kysely } from 'kysely'
import type { Clock } from '../../ports/clock.ts'
import type { Storage } from '../../ports/storage.ts'
import { sqlChangeFeed } from './change-feed.ts'
import { sqlCheckpointStore } from './checkpoint-store.ts'
import { sqlIdentityStore } from './identity-store.ts'
import { sqlKeyStore } from './key-store.ts'
import { sqlMetaStore } from './meta-store.ts'
import type { Database } from './schema.ts'

/** All stores over one database, whatever its engine. */
export function sqlStorage(db: Kysely<Database>, clock: Clock): Storage {
  return {
    keys: sqlKeyStore(db, clock),
    identity: sqlIdentityStore(db, clock),
    changes: sqlChangeFeed(db),
    checkpoints: sqlCheckpointStore(db),
    meta: sqlMetaStore(db),
    close: () => db.destroy(),
  }
}
