import { existsSync, statSync } from 'node:fs'
import { unlink } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { ROOT_KEY_BYTES, type RootKey, RootKeyRing } from '../crypto/root-key.ts'
import { SecretBytes } from '../crypto/secret-bytes.ts'
import { COPY_UNFINISHED, ROOT_KEY_ID } from '../ports/meta-store.ts'
import { makeRootKey, openRootKeys, type RootKeys, type Seal } from '../ports/seal.ts'
import type { Storage } from '../ports/storage.ts'
import { fileSeal } from '../seals/file-seal.ts'
import { openPostgres } from '../storage/postgres.ts'
import { openSqlite } from '../storage/sqlite.ts'
import { guardStore } from './guard-store.ts'
import type { Logger } from './log.ts'
import type { MachineMemory } from './machine-memory.ts'
import { believedRoots } from './past-roots.ts'
import { PAST_ROOTS } from './root-facts.ts'
import { planSeal, ROOT_KEY_FILE, type SealPlan, sealFile } from './seal-settings.ts'
import { placeOfStore, type StoreSettings } from './store-settings.ts'

/** Name of the database of a data folder. */
export const DATABASE_FILE = 'keyturn.sqlite'

/** What a data folder holds, opened. */
export interface DataFolder {
  /** The root keys that the seal keeps; the one that the store names is the current one. */
  readonly root: RootKeyRing
  readonly storage: Storage
}

/**
 * Opens a data folder and the store that the settings name, filling what is empty.
 *
 * @param seal What keeps the root key; it opens now.
 * @throws {Error} when root key and store do not belong together: a new root key beside an old
 *   store would leave every key in it unreadable
 */
export async function openDataFolder(
  directory: string,
  settings: StoreSettings,
  log: Logger,
  memory?: MachineMemory,
  seal: Seal = fileSeal({ path: sealFile(directory, settings) }),
): Promise<DataFolder> {
  const place = { seal, path: sealFile(directory, settings) }
  if (settings.store !== undefined) {
    const storage = await openStorage(directory, settings, memory)
    return withRoot(storage, log, directory, () => rootOfNode(storage, place, log))
  }
  const file = join(directory, DATABASE_FILE)
  const isInitialised = await seal.isInitialised()
  if (!isInitialised && existsSync(file)) {
    throw new Error(
      `${directory} has a database but no ${ROOT_KEY_FILE}: put the root key back from its backup`,
    )
  }
  if (!isInitialised) await makeRoot(place, log)
  const roots = await openRootKeys(seal)
  const storage = await openStorage(directory, settings, memory)
  return withRoot(storage, log, directory, () => ringOfStore(storage, roots, place.path))
}

/** A seal and its file. */
interface SealPlace {
  readonly seal: Seal
  readonly path: string
}

function newRootKey(): SecretBytes {
  return SecretBytes.random(ROOT_KEY_BYTES)
}

/** Threads share the connections of their node; each has some, or one would wait for another's. */
function shareOf(settings: StoreSettings, workers: number): number {
  return Math.max(2, Math.ceil(settings['store-connections'] / (workers + 1)))
}

/** Opens what a server has filled, for commands that work on it; `openSeal` has what opens the seal. */
export async function openExistingDataFolder(
  directory: string,
  settings: StoreSettings,
  log: Logger,
  openSeal: (plan: SealPlan) => Promise<Seal> = withoutAnybody,
): Promise<DataFolder> {
  const database = join(directory, DATABASE_FILE)
  // Unlike `existsSync` it tells a file that is not there from one that may not be looked at.
  if (settings.store === undefined && !statSync(database, { throwIfNoEntry: false })) {
    throw new Error(`${directory} is no data folder of Keyturn: it has no ${DATABASE_FILE}`)
  }
  const seal = await existingSeal(directory, settings, openSeal)
  return openDataFolder(directory, settings, log, undefined, seal)
}

/**
 * The seal of a data folder that has one: a command never makes a root key, that is for the first server.
 *
 * @throws {Error} when it has none
 */
export async function existingSeal(
  directory: string,
  settings: StoreSettings,
  openSeal: (plan: SealPlan) => Promise<Seal> = withoutAnybody,
): Promise<Seal> {
  const plan = await planSeal(directory, settings)
  if (!existsSync(plan.path)) {
    throw new Error(`there is no root key file at ${plan.path}: put it there from its own backup`)
  }
  return openSeal(plan)
}

/** The seal of a plan that opens by itself. */
async function withoutAnybody({ seal, kind, path }: SealPlan): Promise<Seal> {
  if (seal !== undefined) return seal
  throw new Error(`${path} is sealed by ${kind}: it does not open by itself`)
}

/**
 * Makes a file with a new root key, for operators who put the same one on every node.
 *
 * @returns The id of the key.
 * @throws {Error} when there is a file already
 */
export async function createRootKeyFile(path: string): Promise<string> {
  const seal = fileSeal({ path })
  if (await seal.isInitialised()) throw new Error(`there is a file ${path} already: it stays`)
  return (await makeRootKey(seal, newRootKey)).id
}

async function withRoot(
  storage: Storage,
  log: Logger,
  directory: string,
  open: () => Promise<RootKeyRing>,
): Promise<DataFolder> {
  try {
    await requireWhole(storage)
    const root = await open()
    await guardStore(storage, root, log, directory)
    return { root, storage }
  } catch (error) {
    await storage.close()
    throw error
  }
}

async function requireWhole(storage: Storage): Promise<void> {
  if ((await storage.meta.get(COPY_UNFINISHED)) === undefined) return
  throw new Error(
    'the store is the target of a copy that was not finished: ' +
      'repeat keyturn store copy with --replace-unfinished',
  )
}

/** Opens the store that the settings name, for the thread of a slot among those that share `memory`. */
export function openStorage(
  directory: string,
  settings: StoreSettings,
  memory?: MachineMemory,
  slot = 0,
): Promise<Storage> {
  const place = placeOfStore(settings)
  const signal = memory?.commits
  const workers = memory?.workers ?? 0
  return place === undefined
    ? openSqlite({
        file: join(directory, DATABASE_FILE),
        signal,
        turn: memory?.turn,
        // The thread that serves nobody does what would keep those waiting that others serve.
        checkpoints: workers === 0 ? 'with commits' : slot === 0 ? 'by timer' : 'elsewhere',
      })
    : openPostgres({ ...place, maxConnections: shareOf(settings, workers), signal })
}

/**
 * The root key of a node beside others. The first node on an empty store makes one; of several that
 * do so at once the store takes one, and the others throw theirs away, which protects nothing yet.
 */
async function rootOfNode(storage: Storage, place: SealPlace, log: Logger): Promise<RootKeyRing> {
  const { seal, path } = place
  if (await seal.isInitialised()) {
    return ringOfStore(storage, await openRootKeys(seal), path)
  }
  const known = await storage.meta.get(ROOT_KEY_ID)
  if (known !== undefined) throw new Error(otherNodeHasRoot(path, known))
  const root = await makeRoot(place, log)
  const settled = await storage.meta.settle(ROOT_KEY_ID, root.id)
  if (settled !== root.id) {
    await unlink(path)
    throw new Error(otherNodeHasRoot(path, settled))
  }
  return new RootKeyRing(root)
}

function otherNodeHasRoot(path: string, id: string): string {
  return (
    `the store needs the root key ${id}, and there is none at ${path}: ` +
    'put the same root key file on every node'
  )
}

async function makeRoot({ seal, path }: SealPlace, log: Logger): Promise<RootKey> {
  const root = await makeRootKey(seal, newRootKey)
  log.info(`made a root key, ${basename(path)}: back it up, without it every key is lost`)
  return root
}

/**
 * The root keys of a store: which is current is what the store says, for while it is being changed the seal
 * keeps several.
 *
 * @throws {Error} when the seal does not keep the one that the store needs
 */
async function ringOfStore(
  storage: Storage,
  { current, former }: RootKeys,
  path: string,
): Promise<RootKeyRing> {
  const known = await storage.meta.settle(ROOT_KEY_ID, current.id)
  const all = [current, ...former]
  const root = believedRoots(all, known, await storage.meta.get(PAST_ROOTS))
  if (root === undefined) {
    throw new Error(
      `the root key in ${path} is ${all.map(({ id }) => id).join(' ')}, but the store needs ${known}: they ` +
        'are not of one data folder, nor of one store',
    )
  }
  return root
}
