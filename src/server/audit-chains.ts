import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join, resolve } from 'node:path'
import { openAuditLog } from '../audit/file-log.ts'
import { openLogReader, type ThreadFolder } from '../audit/log-reader.ts'
import type { RootKey } from '../crypto/root-key.ts'
import type { AuditLog } from '../ports/audit-log.ts'
import type { AuditReader } from '../ports/audit-reader.ts'
import { systemClock } from '../ports/clock.ts'
import type { Storage } from '../ports/storage.ts'
import type { Settings } from './settings-table.ts'

/** Folder of the audit log within the data folder. */
const AUDIT_FOLDER = 'audit'
/** Name of the folder of a thread within that. */
const WORKER_FOLDER = /^worker-([1-9]\d{0,5})$/

/** Folder, likewise, of what commands on the store write. */
const COMMANDS_FOLDER = 'commands'
/** Slot of that chain: no thread has it. */
export const COMMANDS_SLOT = 1_000_000

/** Each thread writes a chain of its own, so that none waits for another. */
export interface AuditChainPlace {
  readonly directory: string
  /** Node and thread, as checkpoints know them. */
  readonly place: string
}

/** Settings that say where chains are. */
export type AuditSettings = Pick<Settings, 'data' | 'node-name' | 'store'>

/** Where the chain of a thread is, or that of commands. */
export function auditPlace(settings: AuditSettings, slot: number): AuditChainPlace {
  const folder = join(resolve(settings.data), AUDIT_FOLDER)
  if (slot === COMMANDS_SLOT) return commandsPlace(settings, join(folder, COMMANDS_FOLDER))
  return {
    directory: slot === 0 ? folder : join(folder, `worker-${slot}`),
    place: `${nodeName(settings)}/${slot}`,
  }
}

/**
 * A store in the data folder has one chain of commands; one that is elsewhere may have several of a node, for
 * commands are called with whatever data folder.
 */
function commandsPlace(settings: AuditSettings, directory: string): AuditChainPlace {
  const where = settings.store === undefined ? '' : ` in ${directory}`
  return { directory, place: `${nodeName(settings)}/commands${where}` }
}

/** A chain of a node, with the ids that the store knows at its place. */
export interface KnownChain extends AuditChainPlace {
  readonly chains: readonly string[]
}

/**
 * The chains that a node has, or should have: threads have the slots 0, 1, 2 …, and a folder that was removed
 * is missed by what the store knows.
 */
export async function knownChains(
  settings: AuditSettings,
  chainsOf: (place: string) => Promise<readonly string[]>,
): Promise<readonly KnownChain[]> {
  const known: KnownChain[] = []
  const look = async (slot: number): Promise<boolean> => {
    const at = auditPlace(settings, slot)
    const chains = await chainsOf(at.place)
    const isThere = chains.length > 0 || existsSync(at.directory)
    if (isThere || slot === 0) known.push({ ...at, chains })
    return isThere
  }
  for (let slot = 0; (await look(slot)) || slot === 0; slot++) {
    // as long as there are threads
  }
  await look(COMMANDS_SLOT)
  return known
}

/** The folders of all threads of this node, also of those that it no longer has, and of commands; none before its first start. */
export async function auditFolders(settings: AuditSettings): Promise<readonly ThreadFolder[]> {
  const main = auditPlace(settings, 0).directory
  if (!existsSync(main)) return []
  const names = await readdir(main)
  const slots = names
    .map((name) => WORKER_FOLDER.exec(name)?.[1])
    .filter((slot) => slot !== undefined)
    .map(Number)
  const commands = names.includes(COMMANDS_FOLDER) ? [COMMANDS_SLOT] : []
  return [0, ...slots, ...commands].map((slot) => ({
    slot,
    directory: auditPlace(settings, slot).directory,
  }))
}

/** A reader of all chains of this node. */
export function openNodeAudit(settings: AuditSettings): AuditReader {
  return openLogReader({ node: nodeName(settings), folders: () => auditFolders(settings) })
}

/** Opens the audit chain of a thread. */
export function openThreadAudit(parts: {
  readonly settings: Settings
  readonly root: RootKey
  readonly storage: Storage
  readonly slot: number
}): Promise<AuditLog> {
  const { settings, root, storage, slot } = parts
  return openAuditLog({
    ...auditPlace(settings, slot),
    root,
    checkpoints: storage.checkpoints,
    clock: systemClock,
    sync: settings['audit-sync'],
  })
}

/** A node of many is known by its host; the only one is the only one, whatever its host is called. */
export function nodeName(settings: AuditSettings): string {
  return settings['node-name'] ?? (settings.store === undefined ? 'local' : hostname())
}
