import type { Kysely, Transaction } from 'kysely'
import type { KeyId, VersionNumber } from '../../core/ids.ts'
import type { Key } from '../../core/key.ts'
import type { Clock } from '../../ports/clock.ts'
import type { KeyStore, StoredKey } from '../../ports/key-store.ts'
import { withStorage } from '../../ports/storage-error.ts'
import { logChange } from './change-feed.ts'
import { noteExpiry, noteMoves } from './due-moves.ts'
import { putVersions } from './due-writes.ts'
import { keyColumns, toStoredKeyVersion, versionColumns } from './key-rows.ts'
import { recount } from './key-tallies.ts'
import type { Database } from './schema.ts'
import { type StoredRows, VERSION_COLUMNS } from './stored-rows.ts'
import { inTransaction, locking } from './transactions.ts'

type Queries = Pick<
  KeyStore,
  | 'importedVersions'
  | 'putImported'
  | 'findWaiting'
  | 'putWaiting'
  | 'deleteMaterial'
  | 'expireMaterial'
  | 'dueForExpiry'
>

type UpdateKey = (transaction: Transaction<Database>, seen: StoredKey, key: Key) => Promise<boolean>

const GONE = new Uint8Array(0)

/** Imported material in SQL. @param update Writes a key if nobody came first. */
export function materialQueries(
  db: Kysely<Database>,
  clock: Clock,
  stored: StoredRows,
  update: UpdateKey,
): Queries {
  /** Writes the key, then what goes with it, then the change, in one transaction. */
  const withKey = (
    doing: string,
    seen: StoredKey,
    key: Key,
    work: (transaction: Transaction<Database>) => Promise<unknown>,
  ): Promise<boolean> =>
    withStorage(doing, () =>
      inTransaction(db, async (transaction) => {
        if (!(await update(transaction, seen, key))) return false
        await work(transaction)
        await recount(transaction, [{ before: seen.key, after: key }])
        await logChange(transaction, clock, 'key', key.id)
        return true
      }),
    )

  return {
    importedVersions: (keyId, limit) =>
      withStorage('reading versions of a key', async () => {
        const rows = await db
          .selectFrom('key_versions')
          .selectAll()
          .where('key_id', '=', keyId)
          .where('fingerprint', 'is not', null)
          .orderBy('version', 'desc')
          .limit(limit)
          .execute()
        return rows.map((row) => stored.toVersion(row))
      }),

    putImported: async (seen, key, version) => {
      const { key_id, version: number, ...columns } = stored.ofVersion(version)
      const isStored = await withKey('importing material', seen, key, async (transaction) => {
        await transaction
          .insertInto('key_versions')
          .values({ key_id, version: number, ...columns })
          .onConflict((conflict) => conflict.columns(['key_id', 'version']).doUpdateSet(columns))
          .execute()
        await noteMoves(transaction, clock, keyColumns(seen.key), keyColumns(key))
        await noteExpiry(transaction, clock, version)
      })
      return isStored ? 'stored' : 'stale'
    },

    findWaiting: (keyId) =>
      withStorage('reading waiting material', async () => {
        const row = await db
          .selectFrom('waiting_materials')
          .selectAll()
          .where('key_id', '=', keyId)
          .executeTakeFirst()
        return row && toStoredKeyVersion({ ...row, origin: 'external' })
      }),

    putWaiting: async (seen, version) => {
      const { origin: _, fingerprint, ...columns } = versionColumns(version)
      if (fingerprint === null) throw new Error('imported material without a digest')
      const isStored = await withKey('importing material', seen, seen.key, async (transaction) => {
        const waiting = transaction.deleteFrom('waiting_materials')
        await waiting.where('key_id', '=', version.keyId).execute()
        await transaction
          .insertInto('waiting_materials')
          .values({ ...columns, fingerprint })
          .execute()
      })
      return isStored ? 'stored' : 'stale'
    },

    deleteMaterial: async (seen, key) => {
      const isDeleted = await withKey('deleting material', seen, key, async (transaction) => {
        await emptyVersions(transaction, stored, key.id)
        const waiting = transaction.deleteFrom('waiting_materials')
        await waiting.where('key_id', '=', key.id).execute()
      })
      return isDeleted ? 'deleted' : 'stale'
    },

    expireMaterial: async (seen, key, version) => {
      const isDeleted = await withKey('deleting expired material', seen, key, (transaction) =>
        emptyVersions(transaction, stored, key.id, version),
      )
      return isDeleted ? 'deleted' : 'stale'
    },

    dueForExpiry: (now, limit) =>
      withStorage('asking what is due', async () => {
        const rows = await db
          .selectFrom('key_versions')
          .select(['key_id', 'version'])
          .where('expires_at', '<=', now)
          .orderBy('expires_at')
          .limit(limit)
          .execute()
        return rows.map((row) => ({
          keyId: row.key_id as KeyId,
          version: row.version as VersionNumber,
        }))
      }),
  }
}

/** Versions that lose their material at a time. */
const EMPTIED_AT_ONCE = 512

/** Takes the material of a version, or of all, away; damaged ones lose it too, and stay damaged. */
async function emptyVersions(
  transaction: Transaction<Database>,
  stored: StoredRows,
  keyId: KeyId,
  only?: VersionNumber,
): Promise<void> {
  for (let after = 0; ; ) {
    const query = transaction
      .selectFrom('key_versions')
      .selectAll()
      .where('key_id', '=', keyId)
      .where('version', only === undefined ? '>' : '=', only ?? after)
      .orderBy('version')
      .limit(EMPTIED_AT_ONCE)
    // The MAC is over what is not written here, too, and a change of the root key writes that.
    const found = await locking(transaction, query).execute()
    await putVersions(
      transaction,
      found.map((row) => {
        const emptied = { ...row, wrapped_material: GONE, expires_at: null }
        const next = stored.isWhole(row) ? stored.withMac(emptied) : emptied
        return [...VERSION_COLUMNS.map((name) => next[name]), next.mac]
      }),
    )
    const last = found.at(-1)
    if (only !== undefined || last === undefined || found.length < EMPTIED_AT_ONCE) return
    after = last.version
  }
}
