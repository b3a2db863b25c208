import { existsSync, linkSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { keepOwner } from '../files/keep-owner.ts'
import { syncFile, syncFolder } from '../files/sync-path.ts'
import { openSqliteEnd } from '../storage/copy/sqlite-end.ts'
import type { StoreEnd } from '../storage/copy/store-end.ts'
import { MIGRATION_NAMES } from '../storage/sql/migrate.ts'
import { openSqlite } from '../storage/sqlite.ts'
import { RefusedBackup } from './refused-backup.ts'
import {
  type FillOptions,
  fillFromBackup,
  lastNumbers,
  notEmpty,
  olderSchemaOf,
} from './restore-backup.ts'

/** Files that SQLite has beside a database. */
const BESIDE = ['-wal', '-shm'] as const

/**
 * Restores to a SQLite file. It is written under another name, read again by SQLite, and takes its place
 * in one step in the end: after a crash there is either what was before, or all of the backup. No server
 * runs on it, which is the caller's to know.
 *
 * @param replaces Whether it may take the place of a store.
 * @returns Where the store now is that was there before; undefined when there was none.
 * @throws {RefusedBackup} before anything was changed
 */
export async function restoreToSqlite(
  path: string,
  options: FillOptions,
  replaces: boolean,
): Promise<string | undefined> {
  const isThere = existsSync(path) && statSync(path).size > 0
  if (isThere && !replaces) throw notEmpty(`there is a store at ${path}`, `${path} 处已有存储`)
  if (!isThere && existsSync(`${path}-wal`)) {
    // SQLite would play it into the new database.
    throw new RefusedBackup({
      en: `there is ${path}-wal of a store that is gone: move it away`,
      zh: `${path}-wal 属于已不存在的存储：请将其移走`,
    })
  }
  const numbers = isThere ? await numbersOf(path) : new Map<string, number>()
  const temporary = `${path}.restoring`
  remove(temporary)
  try {
    await fill(temporary, options, numbers)
    keepOwner(temporary, isThere ? path : dirname(path))
    if (!isThere) {
      renameSync(temporary, path)
      await syncFolder(dirname(path))
      return undefined
    }
    const kept = `${path}.replaced-${new Date(options.clock.now()).toISOString().replace(/[:.]/g, '')}`
    // There at both names until the new one has taken the old one's.
    linkSync(path, kept)
    renameSync(temporary, path)
    await syncFolder(dirname(path))
    return kept
  } finally {
    remove(temporary)
  }
}

/**
 * The last numbers of the store that is replaced; and all that it holds is in its one file afterwards, as
 * the log of one database must never stand beside another.
 */
async function numbersOf(path: string): Promise<ReadonlyMap<string, number>> {
  let old: StoreEnd
  try {
    old = openSqliteEnd(path, 'write')
  } catch (cause) {
    throw unreadable(path, cause)
  }
  let numbers: ReadonlyMap<string, number>
  try {
    numbers = await lastNumbers(old)
    await old.takeStock()
  } catch (cause) {
    throw unreadable(path, cause)
  } finally {
    await old.close()
  }
  if (!existsSync(`${path}-wal`)) return numbers
  throw new RefusedBackup({
    en: `another program has ${path} open: end it, and restore again`,
    zh: `另一个程序正打开着 ${path}：请结束它，再重新恢复`,
  })
}

function unreadable(path: string, cause: unknown): RefusedBackup {
  const words = {
    en:
      `the store at ${path} cannot be read: move it away with all files whose names begin like it, and ` +
      'restore again',
    zh: `无法读取 ${path} 处的存储：请将其与所有同名开头的文件一起移走，再重新恢复`,
  }
  return new RefusedBackup(words, { cause })
}

async function fill(
  path: string,
  options: FillOptions,
  numbers: ReadonlyMap<string, number>,
): Promise<void> {
  const { file, clock } = options
  const until = olderSchemaOf(file)
  await (await openSqlite({ file: path, clock, until })).close()
  const target = openSqliteEnd(path, 'write')
  try {
    await target.transaction(() => fillFromBackup(target, options, numbers))
    await target.takeStock()
    await requireSound(target)
  } finally {
    await target.close()
  }
  // Brings the tables up to date, and shows that a server can open it.
  if (until !== undefined) {
    await (await openSqlite({ file: path, clock, until: MIGRATION_NAMES.at(-1) })).close()
  }
  await syncFile(path)
}

async function requireSound(target: StoreEnd): Promise<void> {
  const [row] = await target.query('pragma integrity_check(1)')
  if (row?.['integrity_check'] !== 'ok') throw new Error('SQLite does not find its file whole')
  const strays = await target.query('pragma foreign_key_check')
  if (strays.length > 0) throw new Error('rows refer to others that are not in the backup')
}

function remove(path: string): void {
  for (const suffix of ['', ...BESIDE]) rmSync(`${path}${suffix}`, { force: true })
}
