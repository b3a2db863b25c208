import { existsSync, statSync } from 'node:fs'
import { type Clock, systemClock } from '../../ports/clock.ts'
import type { HolderName } from '../../ports/holder.ts'
import { COPY_UNFINISHED } from '../../ports/meta-store.ts'
import { holdStore } from '../hold-file.ts'
import { openPostgres } from '../postgres.ts'
import { MIGRATION_NAMES } from '../sql/migrate.ts'
import { openSqlite } from '../sqlite.ts'
import { openPostgresEnd } from './postgres-end.ts'
import { openSqliteEnd } from './sqlite-end.ts'
import { quoted, type StoreEnd, type StorePlace } from './store-end.ts'
import { TABLES_IN_ORDER, type TableName } from './tables.ts'

/** A copy that is not made, because of what source or target are; neither was changed. */
export class CopyRefusal extends Error {
  override readonly name = 'CopyRefusal'
}

/**
 * Opens the store that is copied.
 *
 * @throws {CopyRefusal} when it is none, of another version of this program, or unfinished itself
 */
export function openSource(place: StorePlace): Promise<StoreEnd> {
  return openWhole(place, 'read')
}

/**
 * Opens a store to exchange what single rows hold, while servers run on it. No other command writes to it
 * meanwhile, on whatever node.
 *
 * @throws {CopyRefusal} as {@link openSource}
 * @throws {HeldByAnother}
 */
export async function openStoreToWrite(place: StorePlace, name: HolderName): Promise<StoreEnd> {
  if (place.kind === 'postgres') return openWhole(place, name)
  const free = holdStore(place.file, name, systemClock.now())
  try {
    const end = await openWhole(place, name)
    return { ...end, close: () => end.close().finally(free) }
  } catch (error) {
    free()
    throw error
  }
}

async function openWhole(place: StorePlace, use: 'read' | HolderName): Promise<StoreEnd> {
  if (place.kind === 'sqlite' && !existsSync(place.file)) {
    throw new CopyRefusal(`there is no file ${place.file}`)
  }
  return openAnd(place, use, async (source) => {
    const applied = await migrationsOf(source)
    if (applied.length === 0) throw new CopyRefusal('the source is no store of Keyturn')
    requireKnown('source', applied)
    const lacking = MIGRATION_NAMES.find((name) => !applied.includes(name))
    if (lacking !== undefined) {
      throw new CopyRefusal(
        `the source lacks migration ${lacking}: start the server of this version on it once`,
      )
    }
    if (await isUnfinished(source)) {
      throw new CopyRefusal('the source is the target of a copy that was not finished')
    }
  })
}

/**
 * Opens the store that is copied to and marks it as unfinished; it then has every table and no row
 * but that mark.
 *
 * @param replaceUnfinished Whether what an earlier copy left, and nothing else, is removed.
 * @throws {CopyRefusal} when it has rows
 */
export async function openTarget(
  place: StorePlace,
  replaceUnfinished: boolean,
  clock: Clock,
  name: HolderName,
): Promise<StoreEnd> {
  if (place.kind === 'postgres' || (existsSync(place.file) && statSync(place.file).size > 0)) {
    const looked = await openAnd(place, 'read', async (target) => {
      requireKnown('target', await migrationsOf(target))
      await requireRoom(target, replaceUnfinished)
    })
    await looked.close()
  }
  await bringUpToDate(place, clock)
  return openAnd(place, name, (target) =>
    target.transaction(async () => {
      // Again, for somebody may have come in between.
      await requireRoom(target, replaceUnfinished)
      if (await isUnfinished(target)) await removeAllButMark(target)
      else await target.insert('meta', [{ name: COPY_UNFINISHED, value: String(clock.now()) }])
    }),
  )
}

/** Whether the store bears the mark of a copy that is not done. */
async function isUnfinished(end: StoreEnd): Promise<boolean> {
  const text = `select name from meta where name = ${end.mark(1)}`
  return (await end.query(text, [COPY_UNFINISHED])).length > 0
}

async function openAnd(
  place: StorePlace,
  use: 'read' | HolderName,
  work: (end: StoreEnd) => Promise<void>,
): Promise<StoreEnd> {
  const end =
    place.kind === 'sqlite'
      ? openSqliteEnd(place.file, use === 'read' ? use : 'write')
      : await openPostgresEnd(place.place, use)
  try {
    await work(end)
    return end
  } catch (error) {
    await end.close()
    throw error
  }
}

async function bringUpToDate(place: StorePlace, clock: Clock): Promise<void> {
  const storage =
    place.kind === 'sqlite'
      ? await openSqlite({ file: place.file, clock })
      : await openPostgres({ ...place.place, clock })
  await storage.close()
}

async function migrationsOf(end: StoreEnd): Promise<readonly string[]> {
  if (!(await end.tables()).has('migrations')) return []
  return (await end.query('select name from migrations')).map(({ name }) => String(name))
}

function requireKnown(which: 'source' | 'target', applied: readonly string[]): void {
  const unknown = applied.find((name) => !MIGRATION_NAMES.includes(name))
  if (unknown !== undefined) {
    throw new CopyRefusal(
      `the ${which} has migration ${unknown}, which this version of Keyturn does not know: copy it ` +
        'with the version that wrote it',
    )
  }
}

/** @throws {CopyRefusal} when the target has rows that may not be removed */
async function requireRoom(target: StoreEnd, replaceUnfinished: boolean): Promise<void> {
  const present = await target.tables()
  const unfinished = present.has('meta') && (await isUnfinished(target))
  if (unfinished && replaceUnfinished) return
  for (const [table] of TABLES_IN_ORDER) {
    if (!present.has(table)) continue
    const found = await target.query(`select 1 as found from ${quoted(table)} limit 1`)
    if (found.length === 0) continue
    throw new CopyRefusal(
      unfinished
        ? 'the target holds an earlier copy that was not finished: --replace-unfinished replaces it'
        : `the target is not empty: it has rows in ${table}`,
    )
  }
}

async function removeAllButMark(target: StoreEnd): Promise<void> {
  const others = TABLES_IN_ORDER.map(([table]) => table).filter((table) => table !== 'meta')
  await target.removeRows(others satisfies readonly TableName[])
  await target.query(`delete from meta where name <> ${target.mark(1)}`, [COPY_UNFINISHED])
}
