import { statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { type CopyOptions, type CopyReport, copyStore } from '../storage/copy/copy-store.ts'
import type { StorePlace } from '../storage/copy/store-end.ts'
import { LOCK_FILE, lockFolder } from '../storage/folder-lock.ts'
import { DATABASE_FILE } from './data-folder.ts'
import { holderName } from './hold-root.ts'
import { SettingsError } from './settings.ts'
import { postgresPlaceOf } from './store-settings.ts'
import { parseStoreUrl } from './store-url.ts'

export type { Difference } from '../storage/copy/compare-stores.ts'
export type { CopyProgress, CopyReport } from '../storage/copy/copy-store.ts'
export type { StorePlace as CopyPlace } from '../storage/copy/store-end.ts'

/** One end of a copy, as the flags `--from…` or `--to…` name it. */
export interface NamedPlace {
  readonly flag: 'from' | 'to'
  /** `sqlite:FILE` or `postgres://…`. */
  readonly place: string
  readonly passwordFile: string | undefined
  readonly caFile: string | undefined
}

/** A connection copies, and another brings the tables up to date. */
const MAX_CONNECTIONS = 2
const SQLITE = 'sqlite:'

/**
 * Where a store is.
 *
 * @throws {SettingsError}
 */
export function parseStorePlace(named: NamedPlace): StorePlace {
  const { flag, place, passwordFile, caFile } = named
  if (place.startsWith(SQLITE)) {
    if (passwordFile !== undefined || caFile !== undefined) {
      throw new SettingsError({
        en: `--${flag} is SQLite, which takes no password and no certificates`,
        zh: `--${flag} 是 SQLite，不能带密码文件和证书`,
      })
    }
    return { kind: 'sqlite', file: requireFile(flag, place.slice(SQLITE.length)) }
  }
  if (!/^postgres(ql)?:/.test(place)) {
    throw new SettingsError({
      en: `--${flag} must be sqlite:FILE or postgres://…`,
      zh: `--${flag} 只能是 sqlite:FILE 或 postgres://…`,
    })
  }
  const parsed = parseStoreUrl(place)
  if ('password' in parsed && parsed.password !== undefined) {
    throw new SettingsError({
      en:
        `--${flag} must not bear a password, which would show in the list of processes: ` +
        `use --${flag}-password-file`,
      zh: `--${flag} 不能带密码，否则会出现在进程列表中：请用 --${flag}-password-file`,
    })
  }
  const access = { flag, url: place, passwordFile, caFile, maxConnections: MAX_CONNECTIONS }
  return { kind: 'postgres', place: postgresPlaceOf(access) }
}

/**
 * Copies a store while no server runs on the data folders of SQLite files. Of servers on PostgreSQL it
 * knows nothing: what they write meanwhile is found as a difference.
 *
 * @throws {SettingsError} when both are one file
 */
export async function copyStoppedStore(options: Omit<CopyOptions, 'name'>): Promise<CopyReport> {
  const files = [options.from, options.to].flatMap((end) => (end.kind === 'sqlite' ? end.file : []))
  if (files.length > 1 && new Set(files).size === 1) {
    throw new SettingsError({
      en: '--from and --to are the same file',
      zh: '--from 和 --to 是同一个文件',
    })
  }
  const unlock: (() => void)[] = []
  try {
    for (const folder of new Set(files.map(dirname))) {
      unlock.push(lockFolder(join(folder, LOCK_FILE)))
    }
    return await copyStore({ ...options, name: holderName('store copy') })
  } finally {
    for (const free of unlock) free()
  }
}

/** @throws {SettingsError} when there is no such file, or for a target no folder for it */
function requireFile(flag: 'from' | 'to', given: string): string {
  const file = resolve(given)
  if (given === '' || kindOf(file) === 'folder') {
    throw new SettingsError({
      en: `--${flag} must name a file, such as sqlite:${join(given, DATABASE_FILE)}`,
      zh: `--${flag} 必须指定文件，如 sqlite:${join(given, DATABASE_FILE)}`,
    })
  }
  if (flag === 'from' && kindOf(file) !== 'file') {
    throw new SettingsError({
      en: `--from: there is no file ${file}`,
      zh: `--from：没有文件 ${file}`,
    })
  }
  if (kindOf(dirname(file)) !== 'folder') {
    throw new SettingsError({
      en: `--${flag}: there is no folder ${dirname(file)}`,
      zh: `--${flag}：没有目录 ${dirname(file)}`,
    })
  }
  return file
}

function kindOf(path: string): 'file' | 'folder' | undefined {
  const found = statSync(path, { throwIfNoEntry: false })
  return found === undefined ? undefined : found.isDirectory() ? 'folder' : 'file'
}
