import { cp, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { RootKey } from '../../src/crypto/root-key.ts'
import { fileSeal } from '../../src/seals/file-seal.ts'
import { openExistingDataFolder } from '../../src/server/data-folder.ts'
import { makeLog } from '../../src/server/log.ts'
import { readSettings } from '../../src/server/settings.ts'
import { openSqlite } from '../../src/storage/sqlite.ts'
import { type Ended, runKeyturn } from '../cli/run-keyturn.ts'
import { checkKeys, type Expected } from './power-check.ts'

/** Keys that there must be. */
export type Keys = Omit<Expected, 'records'>

/** Name of the database of a data folder. */
export const DATABASE = 'keyturn.sqlite'

/** Runs a command in this process; it has to end well. */
export async function well(args: readonly string[]): Promise<Ended> {
  const ended = await runKeyturn(args)
  if (ended.code !== 0) throw new Error(`${args.join(' ')}: ${ended.err}${ended.out}`)
  return ended
}

/** A new folder below another. */
export async function fresh(folder: string, name: string): Promise<string> {
  const path = join(folder, name)
  await mkdir(path)
  return path
}

/** A copy of a data folder, below another. */
export async function copied(data: string, folder: string): Promise<string> {
  const copy = join(folder, 'data')
  await cp(data, copy, { recursive: true })
  return copy
}

/** The root key of a data folder whose seal is a file. */
export function rootOf(data: string): Promise<RootKey> {
  return fileSeal({ path: join(data, 'root.key') }).open()
}

/** Compares the store of a data folder with what there must be. */
export async function checkStore(data: string, keys: Keys): Promise<readonly string[]> {
  const storage = await openSqlite({ file: join(data, DATABASE) })
  try {
    return await checkKeys(await rootOf(data), storage, keys)
  } finally {
    await storage.close()
  }
}

/** Whether a server would take it for its store, or the one that the flags name. */
export async function opensAsFolder(data: string, flags: readonly string[] = []): Promise<boolean> {
  const { settings } = readSettings(['--data', data, ...flags], {})
  try {
    const { storage } = await openExistingDataFolder(data, settings, makeLog('silent'))
    await storage.close()
    return true
  } catch {
    return false
  }
}

/** Keys of a store in which there are none yet. */
export function without(keys: Keys): Keys {
  return { ...keys, keys: new Map(), unsureAliases: new Set() }
}

/** What is wrong with either, if something is wrong with both. */
export async function either(
  ...checks: readonly (() => Promise<readonly string[]>)[]
): Promise<readonly string[]> {
  let problems: readonly string[] = []
  for (const check of checks) {
    problems = await check()
    if (problems.length === 0) return []
  }
  return problems
}

/** What a database says of the fact `fact`, whatever tables it has otherwise. */
export function factIn(file: string): unknown {
  const database = new DatabaseSync(file, { readOnly: true })
  try {
    return database.prepare("select value from meta where name = 'fact'").get()?.['value']
  } finally {
    database.close()
  }
}
