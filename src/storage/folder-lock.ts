import { closeSync, existsSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { keepOwner } from '../files/keep-owner.ts'

/** File in a data folder that says by its lock that a server runs there. */
export const LOCK_FILE = 'server.lock'

/** For so long somebody may hold a lock who only looks whether it is free. */
const LOOK_MS = 250

/**
 * Keeps a folder for one process: another that wants it is refused.
 *
 * @param file As of {@link lockFile}.
 * @returns What gives the folder free.
 * @throws {Error} when another process has it
 */
export function lockFolder(file: string): () => void {
  const unlock = lockFile(file, LOOK_MS)
  if (unlock !== undefined) return unlock
  throw new Error(`another server runs on this data folder: it holds ${file}`)
}

/** Whether a process holds the lock of a file. */
export function isLocked(file: string): boolean {
  if (!existsSync(file)) return false
  const unlock = lockFile(file, 0)
  unlock?.()
  return unlock === undefined
}

/**
 * Takes the lock of a file. The system takes it back when a process ends, however it ends. Node.js cannot
 * lock files itself, SQLite can.
 *
 * @param file Made if it is not there; it stays empty.
 * @returns What gives it free; undefined when another process has it.
 */
export function lockFile(file: string, waitMs: number): (() => void) | undefined {
  // Like all in a data folder it is for its owner alone. Closing one that is there would free the lock.
  if (!existsSync(file)) {
    closeSync(openSync(file, 'a', 0o600))
    keepOwner(file, dirname(file))
  }
  const lock = new DatabaseSync(file, { timeout: waitMs })
  try {
    lock.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    lock.close()
    if (isBusy(error)) return undefined
    throw error
  }
  return () => lock.close()
}

const SQLITE_BUSY = 5

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY
}
