import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { RootKey } from '../crypto/root-key.ts'
import type { Storage } from '../ports/storage.ts'
import { fileSeal } from '../seals/file-seal.ts'
import { openSqlite } from '../storage/sqlite.ts'
import type { Logger } from './log.ts'
import type { MachineMemory } from './machine-memory.ts'
import type { Settings } from './settings-table.ts'

const DATABASE_FILE = 'keyturn.sqlite'
const ROOT_KEY_FILE = 'root.key'
/** Fact in the store: the root key under which its records are wrapped. */
const ROOT_KEY_ID = 'root-key-id'

/** Settings that say where the store is. */
export type StoreSettings = Pick<Settings, 'data'>

/** What a data folder holds, opened. */
export interface DataFolder {
  readonly root: RootKey
  readonly storage: Storage
}

/**
 * Opens a data folder, filling an empty one.
 *
 * @throws {Error} when root key and database do not belong together: a new root key beside an old
 *   database would leave every key in it unreadable
 */
export async function openDataFolder(
  settings: StoreSettings,
  log: Logger,
  memory?: MachineMemory,
): Promise<DataFolder> {
  const directory = resolve(settings.data)
  const file = join(directory, DATABASE_FILE)
  const seal = fileSeal({ path: join(directory, ROOT_KEY_FILE) })
  const isInitialised = await seal.isInitialised()
  if (!isInitialised && existsSync(file)) {
    throw new Error(
      `${directory} has a database but no ${ROOT_KEY_FILE}: put the root key back from its backup`,
    )
  }
  if (!isInitialised) {
    await seal.initialise()
    log.info(`made a root key, ${ROOT_KEY_FILE}: back it up, without it every key is lost`)
  }
  const root = await seal.open()
  const storage = await openStorage(settings, memory)
  try {
    await requireSameRoot(storage, root, directory)
  } catch (error) {
    await storage.close()
    throw error
  }
  return { root, storage }
}

/** Opens a data folder that a server has filled, for commands that work on it. */
export async function openExistingDataFolder(
  settings: StoreSettings,
  log: Logger,
): Promise<DataFolder> {
  const directory = resolve(settings.data)
  if (!existsSync(join(directory, DATABASE_FILE))) {
    throw new Error(`${directory} is no data folder of Keyturn: it has no ${DATABASE_FILE}`)
  }
  return openDataFolder(settings, log)
}

/** Opens the store, for the threads that share `memory`. */
export function openStorage(settings: StoreSettings, memory?: MachineMemory): Promise<Storage> {
  return openSqlite({
    file: join(resolve(settings.data), DATABASE_FILE),
    signal: memory?.commits,
    turn: memory?.turn,
  })
}

async function requireSameRoot(storage: Storage, root: RootKey, directory: string): Promise<void> {
  const known = await storage.meta.get(ROOT_KEY_ID)
  if (known === undefined) await storage.meta.put(ROOT_KEY_ID, root.id)
  else if (known !== root.id) {
    throw new Error(
      `the root key in ${directory} is ${root.id}, but its database needs ${known}: they are not ` +
        'of one data folder',
    )
  }
}
