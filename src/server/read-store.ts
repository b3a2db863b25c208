import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { openStoreReader, type StoreReader } from '../storage/store-reader.ts'
import { DATABASE_FILE } from './data-folder.ts'
import { placeOfStore, type StoreSettings } from './store-settings.ts'

export type { DueReport, GuardedPage, StoreReader } from '../storage/store-reader.ts'

/**
 * Opens the store of a data folder, or the one that the settings name, to look into it, whether or not a
 * server runs on it.
 *
 * @throws {Error} when there is none
 */
export async function openStoreToRead(
  directory: string,
  settings: StoreSettings,
): Promise<StoreReader> {
  const place = placeOfStore(settings)
  if (place !== undefined) return openStoreReader({ kind: 'postgres', place })
  const file = join(directory, DATABASE_FILE)
  if (!existsSync(file)) {
    throw new Error(`${directory} is no data folder of Keyturn: it has no ${DATABASE_FILE}`)
  }
  return openStoreReader({ kind: 'sqlite', file })
}

/**
 * As {@link openStoreToRead}, and its tables are those of this program.
 *
 * @throws {Error} when they are older or newer
 */
export async function openCurrentStoreToRead(
  directory: string,
  settings: StoreSettings,
): Promise<StoreReader> {
  const reader = await openStoreToRead(directory, settings)
  const { lacking, unknown } = await reader.migrations()
  if (lacking.length === 0 && unknown.length === 0) return reader
  await reader.close()
  throw new Error(
    unknown.length > 0
      ? `the store has migration ${unknown[0]}: it was written by a newer version of Keyturn`
      : `the store lacks migration ${lacking[0]}: start the server of this version on it once`,
  )
}
