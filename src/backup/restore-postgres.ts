import { setTimeout } from 'node:timers/promises'
import type { HolderName } from '../ports/holder.ts'
import { openPostgresEnd } from '../storage/copy/postgres-end.ts'
import { quoted, type StoreEnd } from '../storage/copy/store-end.ts'
import { TABLES_IN_ORDER, type TableName } from '../storage/copy/tables.ts'
import { openPostgres } from '../storage/postgres.ts'
import type { PostgresPlace } from '../storage/postgres-links.ts'
import { RefusedBackup } from './refused-backup.ts'
import {
  type FillOptions,
  fillFromBackup,
  lastNumbers,
  notEmpty,
  olderSchemaOf,
} from './restore-backup.ts'

/** How often, and after which time again, it is asked who is connected. */
const ASK_TIMES = 10
const ASK_EVERY_MS = 200

/**
 * Restores to a PostgreSQL database in one transaction: after a crash there is either what was before, or
 * all of the backup.
 *
 * @param replaces Whether rows that are there may go.
 * @throws {RefusedBackup} before anything was changed
 * @throws {HeldByAnother} likewise
 */
export async function restoreToPostgres(
  place: PostgresPlace,
  options: FillOptions,
  replaces: boolean,
  name: HolderName,
): Promise<void> {
  const { file, clock } = options
  const until = olderSchemaOf(file)
  const looked = await openPostgresEnd(place, 'read')
  try {
    await requireNobody(looked)
    const found = await tableWithRows(looked)
    if (found !== undefined && !replaces)
      throw notEmpty(`the database has rows in ${found}`, `数据库的 ${found} 中已有数据`)
    if (until !== undefined) await requireOlder(looked, until)
  } finally {
    await looked.close()
  }
  await (await openPostgres({ ...place, clock, until })).close()
  const target = await openPostgresEnd(place, name)
  try {
    await target.transaction(async () => {
      const numbers = await lockAndCount(target)
      // Again, for somebody may have come in between.
      const found = await tableWithRows(target)
      if (found !== undefined && !replaces)
        throw notEmpty(`the database has rows in ${found}`, `数据库的 ${found} 中已有数据`)
      if (found !== undefined) await target.removeRows(await tablesOf(target))
      await fillFromBackup(target, options, numbers)
    })
    if (until === undefined) await target.takeStock()
  } finally {
    await target.close()
  }
  if (until !== undefined) await (await openPostgres({ ...place, clock })).close()
}

/** Nodes that run on it would go on with what they remember. One that has just ended is gone soon. */
async function requireNobody(end: StoreEnd): Promise<void> {
  let others = 0
  for (let asked = 0; asked < ASK_TIMES; asked++) {
    if (asked > 0) await setTimeout(ASK_EVERY_MS)
    const [row] = await end.query(
      `select count(*) as n from pg_stat_activity where datname = current_database()
       and application_name = 'keyturn' and pid <> pg_backend_pid()`,
    )
    others = Number(row?.['n'] ?? 0)
    if (others === 0) return
  }
  throw new RefusedBackup({
    en: `${others} connections of Keyturn are open to the database: stop every node and command on it`,
    zh: `Keyturn 与数据库之间还有 ${others} 个连接：请停止其上的所有节点和命令`,
  })
}

async function tablesOf(end: StoreEnd): Promise<readonly TableName[]> {
  const present = await end.tables()
  return TABLES_IN_ORDER.map(([table]) => table).filter((table) => present.has(table))
}

async function tableWithRows(end: StoreEnd): Promise<TableName | undefined> {
  for (const table of await tablesOf(end)) {
    const found = await end.query(`select 1 as found from ${quoted(table)} limit 1`)
    if (found.length > 0) return table
  }
  return undefined
}

/** An older backup needs the tables of its time, which only a new database can get. */
async function requireOlder(end: StoreEnd, until: string): Promise<void> {
  if (!(await end.tables()).has('migrations')) return
  const newer = await end.query(`select name from migrations where name > ${end.mark(1)}`, [until])
  if (newer.length === 0) return
  throw new RefusedBackup({
    en:
      `the backup is of an older version of Keyturn (${until}): restore it to a new database, whose ` +
      'tables are then brought up to date',
    zh: `备份来自较旧版本的 Keyturn（${until}）：请恢复到新的数据库，其中的表随后会升级`,
  })
}

/** Keeps everybody out until the transaction ends; then tells the last numbers of the tables. */
async function lockAndCount(end: StoreEnd): Promise<ReadonlyMap<string, number>> {
  const tables = await tablesOf(end)
  await end.query(`lock table ${tables.map(quoted)} in access exclusive mode`)
  return lastNumbers(end)
}
