import type { KeyId, ProjectId } from '../core/ids.ts'
import type { KeySpec } from '../core/key-specs.ts'
import type { RootKey } from '../crypto/root-key.ts'
import type { Row } from '../storage/copy/store-end.ts'
import type { BackupFile } from './read-backup.ts'

/** What the records of a key's versions are bound to. */
export interface BackupKey {
  readonly row: Row
  readonly id: KeyId
  readonly projectId: ProjectId
  readonly spec: KeySpec
  /** Undefined while the key has no material. */
  readonly primaryVersion: number | undefined
}

/** The keys of a backup, one after the other. */
export interface BackupKeys {
  /** The key of that id; ids are asked for in ascending order. */
  readonly find: (id: string) => Promise<BackupKey | undefined>
  /** Passes the keys that are left. */
  readonly toEnd: () => Promise<void>
  readonly close: () => Promise<void>
}

/**
 * Reads the keys of a backup beside somebody who reads what hangs on them: both are in order of the
 * key's id, so that no key has to be remembered.
 *
 * @param onPassed Told of each key when no more will be asked about it.
 */
export function backupKeys(
  file: BackupFile,
  root: RootKey,
  onPassed: (key: BackupKey) => void = () => undefined,
): BackupKeys {
  const keys = readKeys(file, root)
  let current: BackupKey | undefined
  let isDone = false
  const next = async (): Promise<void> => {
    if (current !== undefined) onPassed(current)
    const { value } = await keys.next()
    current = value ?? undefined
    isDone = current === undefined
  }
  return {
    async find(id) {
      while (!isDone && (current === undefined || current.id < id)) await next()
      return current?.id === id ? current : undefined
    },
    async toEnd() {
      while (!isDone) await next()
    },
    async close() {
      await keys.return()
    },
  }
}

async function* readKeys(
  file: BackupFile,
  root: RootKey,
): AsyncGenerator<BackupKey, void, undefined> {
  for await (const frame of file.frames(root)) {
    if (frame.kind === 'tableEnd' && frame.table === 'keys') return
    if (frame.kind !== 'rows' || frame.table !== 'keys') continue
    for (const row of frame.rows) yield toBackupKey(row)
  }
}

/** Only what a record is bound to: if the row says something else, the record does not open. */
function toBackupKey(row: Row): BackupKey {
  const primary = row['primary_version']
  return {
    row,
    id: String(row['id']) as KeyId,
    projectId: String(row['project_id']) as ProjectId,
    spec: String(row['spec']) as KeySpec,
    primaryVersion: typeof primary === 'number' ? primary : undefined,
  }
}
