import { readdirSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Kysely } from 'kysely'
import type { RootKey } from '../../src/crypto/root-key.ts'
import { rowMacs } from '../../src/crypto/row-macs.ts'
import { ROWS_GUARDED } from '../../src/ports/meta-store.ts'
import { everyGuardedRow, GUARDED_TABLES } from '../../src/ports/row-guard.ts'
import { fileSeal } from '../../src/seals/file-seal.ts'
import { GUARDED_MARK } from '../../src/server/guarded-mark.ts'
import type { Row } from '../../src/storage/copy/store-end.ts'
import { COPIED_TABLES } from '../../src/storage/copy/tables.ts'
import { sqlRowGuard } from '../../src/storage/sql/row-guard.ts'
import type { Database, KeysTable } from '../../src/storage/sql/schema.ts'
import { StoredRows, textOfGuarded, textOfKey } from '../../src/storage/sql/stored-rows.ts'

/**
 * SQL to run after rows of keys were edited by SQL, as no operation could: the next start of a
 * server takes them for those of a store that has never had MACs, after {@link forgetMarks}. No server may run.
 */
export const MACS_AT_NEXT_START = `update keys set mac = null; delete from meta where name = '${ROWS_GUARDED}';`

/** Makes servers of the data folders in `folder` forget that the rows of their store had MACs. */
export function forgetMarks(folder: string): void {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (basename(name) === GUARDED_MARK) rmSync(join(folder, name))
  }
}

/** Gives rows that were written past the store, without MACs, the MACs that the store would have given them. */
export async function giveMacs(db: Kysely<Database>, root: RootKey): Promise<void> {
  const guard = sqlRowGuard(db, new StoredRows())
  guard.watch(rowMacs(root), () => undefined)
  await everyGuardedRow(guard, 'begin', () => undefined)
}

/** Gives rows of a data folder that bear no MAC the one of what they are; no server may run. */
export async function giveMacsTo(directory: string): Promise<void> {
  const macs = rowMacs(await fileSeal({ path: join(directory, 'root.key') }).open())
  const database = new DatabaseSync(join(directory, 'keyturn.sqlite'))
  database.exec('begin')
  for (const table of GUARDED_TABLES) {
    const keys = COPIED_TABLES[table].key
    const where = keys.map((column) => `${column} = ?`).join(' and ')
    const update = database.prepare(`update ${table} set mac = ? where ${where}`)
    for (const row of database.prepare(`select * from ${table} where mac is null`).all()) {
      const values = row as Row // integers come as numbers
      const text = textOfGuarded(table, values)
      if (text !== undefined) update.run(macs.of(text), ...keys.map((key) => values[key] ?? null))
    }
  }
  database.exec('commit')
  database.close()
}

/** Edits the row of a key behind the back of servers that run, as one who has the root key could. */
export async function editKey(
  db: Kysely<Database>,
  root: RootKey,
  id: string,
  edit: Partial<KeysTable>,
): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    const row = await transaction
      .updateTable('keys')
      .set(edit)
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow()
    const mac = rowMacs(root).of(textOfKey(row))
    await transaction.updateTable('keys').set({ mac }).where('id', '=', id).execute()
  })
}
