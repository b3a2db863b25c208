import { closeSync, existsSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { keepOwner } from '../files/keep-owner.ts'

/** File in a data folder that says by its lock that a server runs there. */
export const LOCK_FILE = 'server.lock'

/**
 * Keeps a folder for one process: another that wants it is refused. The system takes the lock back when
 * a process ends, however it ends. Node.js cannot lock files itself, SQLite can.
 *
 * @param file Made if it is not there; it stays empty.
 * @returns What gives the folder free.
 * @throws {Error} when another process has it
 */
export function lockFolder(file: string): () => void {
  // Like all in a data folder it is for its owner alone. Closing one that is there would free the lock.
  if (!existsSync(file)) {
    closeSync(openSync(file, 'a', 0o600))
    keepOwner(file, dirname(file))
  }
  const lock = new DatabaseSync(file, { timeout: 0 })
  try {
    lock.exec('BEGIN EXCLUSIVE')
  } catch (cause) {
    lock.close()
    throw new Error(`another server runs on this data folder: it holds ${file}`, { cause })
  }
  return () => lock.close()
}
