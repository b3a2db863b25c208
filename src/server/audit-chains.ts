import { hostname } from 'node:os'
import { join, resolve } from 'node:path'
import { openAuditLog } from '../audit/file-log.ts'
import type { RootKey } from '../crypto/root-key.ts'
import type { AuditLog } from '../ports/audit-log.ts'
import { systemClock } from '../ports/clock.ts'
import type { Storage } from '../ports/storage.ts'
import type { Settings } from './settings-table.ts'

/** Folder of the audit log within the data folder. */
const AUDIT_FOLDER = 'audit'

/** Each thread writes a chain of its own, so that none waits for another. */
export interface AuditChainPlace {
  readonly directory: string
  /** Node and thread, as checkpoints know them. */
  readonly place: string
}

/** Settings that say where chains are. */
export type AuditSettings = Pick<Settings, 'data' | 'node-name' | 'store'>

/** Where the chain of a thread is. */
export function auditPlace(settings: AuditSettings, slot: number): AuditChainPlace {
  const folder = join(resolve(settings.data), AUDIT_FOLDER)
  return {
    directory: slot === 0 ? folder : join(folder, `worker-${slot}`),
    place: `${nodeName(settings)}/${slot}`,
  }
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
function nodeName(settings: AuditSettings): string {
  return settings['node-name'] ?? (settings.store === undefined ? 'local' : hostname())
}
