import { statSync } from 'node:fs'
import type { Logger } from './log.ts'

/** Everybody's right to write. */
const OTHERS_WRITE = 0o002

/** What it means that others write in a data folder. */
export const MEANS_OF_OPEN_FOLDER =
  'every user of the machine can put other files in the place of the root key, the database and the audit log'

/**
 * Whether users who are neither owner nor of the group may write in a folder. Those of the group do where a
 * machine for containers gives volumes to a group of their own.
 */
export function isOpenToAll(mode: number): boolean {
  return process.platform !== 'win32' && (mode & OTHERS_WRITE) !== 0 // Windows has no such modes
}

/** Says in the log that everybody may write in the data folder, where that is so. */
export function warnOfOpenFolder(directory: string, log: Logger): void {
  const { mode } = statSync(directory)
  if (!isOpenToAll(mode)) return
  const octal = (mode & 0o7777).toString(8)
  log.warn(
    { directory, mode: octal },
    `${MEANS_OF_OPEN_FOLDER}: the data folder ${directory} has mode ${octal}; chmod 700 ${directory}`,
  )
}
