import { resolve } from 'node:path'
import { RootKeyRing } from '../crypto/root-key.ts'
import { openRootKeys, type RootKeys, type Seal } from '../ports/seal.ts'
import type { AuditSettings } from './audit-chains.ts'
import type { OpenChain } from './command-audit.ts'
import { NO_STORE } from './command-chain.ts'
import { type DataFolder, openDataFolder } from './data-folder.ts'
import { makeLog } from './log.ts'
import type { StoreSettings } from './store-settings.ts'

/** Where a command works, and what its node is called, if the settings say so. */
export interface AuditedPlace {
  readonly directory: string
  readonly settings: StoreSettings
  readonly nodeName: string | undefined
}

/** The chain of commands beside a store that is open as long as the command lasts. */
export function chainOfFolder(place: AuditedPlace, { root, storage }: DataFolder): OpenChain {
  const { checkpoints } = storage
  const settings = auditSettingsOf(place)
  return async () => ({ settings, root, checkpoints, close: async () => undefined })
}

/**
 * The chain of commands that look at the store before they touch it: another may be at work there, or it may be of
 * another version. So only the record of what was done is written with it, and vouches for those before; where it
 * does not open, as one that somebody changed, the next server that starts vouches.
 */
export function chainOfStore(place: AuditedPlace, seal: Seal): OpenChain {
  const settings = auditSettingsOf(place)
  const withoutStore = async () => unstored(settings, await openRootKeys(seal))
  return async (isDone) => {
    if (!isDone) return withoutStore()
    const { directory, settings: stored } = place
    const log = makeLog('warn')
    try {
      const { root, storage } = await openDataFolder(directory, stored, log, undefined, seal)
      return { settings, root, checkpoints: storage.checkpoints, close: () => storage.close() }
    } catch {
      return withoutStore()
    }
  }
}

/** The chain of commands where the store is not there, or not to be touched. */
export function chainWithoutStore(
  place: Omit<AuditedPlace, 'settings'> & { readonly store: string | undefined },
  seal: Seal,
): OpenChain {
  const settings = settingsOf(place.directory, place.nodeName, place.store)
  let roots: Promise<RootKeys> | undefined
  return async () => {
    // Once: what a seal is moved to does not open as it did.
    roots ??= openRootKeys(seal)
    return unstored(settings, await roots)
  }
}

/** The chain with root keys alone. */
function unstored(settings: AuditSettings, { current, former }: RootKeys) {
  const root = new RootKeyRing(current, former)
  return { settings, root, checkpoints: NO_STORE, close: async () => undefined }
}

function auditSettingsOf({ directory, nodeName, settings }: AuditedPlace): AuditSettings {
  return settingsOf(directory, nodeName, settings.store)
}

function settingsOf(
  directory: string,
  nodeName: string | undefined,
  store: string | undefined,
): AuditSettings {
  return { data: resolve(directory), 'node-name': nodeName, store }
}
