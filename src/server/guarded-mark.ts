import { existsSync } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { syncFolder } from '../files/sync-path.ts'

/** File in a data folder by which a server knows again that the rows of its store bear MACs. */
export const GUARDED_MARK = 'rows-guarded'

const TEXT =
  'The rows of the store bear MACs: a server of this folder refuses a store that says it never had any.\n' +
  'Remove this file only if you put the store of an older version in its place yourself.\n'

/** Whether a server of a data folder has seen that the rows of its store bear MACs. */
export function isMarkedGuarded(directory: string): boolean {
  return existsSync(join(directory, GUARDED_MARK))
}

/** Remembers it, where whoever can write to the database alone cannot make it forgotten. */
export async function markGuarded(directory: string): Promise<void> {
  if (isMarkedGuarded(directory)) return
  // That it is there is all that counts, so nothing goes wrong if it is half.
  const file = await open(join(directory, GUARDED_MARK), 'a', 0o600)
  try {
    await file.writeFile(TEXT)
    await file.sync()
  } finally {
    await file.close()
  }
  await syncFolder(directory)
}

/** Forgets it: what is put in the place of the store is known to be as it should be. */
export async function forgetGuarded(directory: string): Promise<void> {
  await rm(join(directory, GUARDED_MARK), { force: true })
}
