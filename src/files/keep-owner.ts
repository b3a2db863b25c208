import { chownSync, statSync } from 'node:fs'

/**
 * Gives a file that root made to whoever has another one: a file that takes the place of one of the server's user is
 * to be that user's too, or the server could not read it. Others than root make files of their own, and nothing is
 * done.
 *
 * @param of The file whose place it takes, or the folder that it is made for.
 */
export function keepOwner(path: string, of: string): void {
  if (process.getuid?.() !== 0) return
  const { uid, gid } = statSync(of)
  const own = statSync(path)
  if (own.uid !== uid || own.gid !== gid) chownSync(path, uid, gid)
}
