import { randomBytes } from 'node:crypto'
import {
  chmod,
  link,
  lstat,
  open,
  readdir,
  readFile,
  realpath,
  rename,
  stat,
  unlink,
} from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { keepOwner } from '../files/keep-owner.ts'
import { syncFolder } from '../files/sync-path.ts'
import { SealError } from '../ports/seal.ts'

/** Longest file of a seal that is read, in bytes. */
const MAX_BYTES = 65_536
/** After so long a file that was begun is of nobody who still writes it, in milliseconds. */
const LEFT_AFTER_MS = 60_000

/** Whether there is a file. */
export async function isThere(path: string): Promise<boolean> {
  return (await statOf(path)) !== undefined
}

/**
 * Text of a file that nobody else may read.
 *
 * @throws {SealError} `absent`; `damaged` when it is far too long
 * @throws {Error} when others may read it
 */
export async function readPrivate(path: string): Promise<string> {
  const found = await statOf(path)
  if (found === undefined) throw new SealError('absent', `there is no root key file ${path}`)
  if (!isForUsAlone(found)) {
    throw new Error(`others may read the root key file: run chmod 600 ${path}`)
  }
  if (found.size > MAX_BYTES) throw new SealError('damaged', `${path} is not a whole root key file`)
  return readFile(path, 'utf8')
}

/** Writes a file that was not there, whole or not at all, and on the disk. @throws when it is there */
export async function writeNew(path: string, text: string): Promise<void> {
  await requireNoLooseLink(path)
  const temporary = await writeBeside(path, text)
  try {
    // Unlike a rename, a link never takes the place of a file that is there.
    await link(temporary, path)
  } finally {
    await unlink(temporary)
  }
  await finish(path)
}

/**
 * Puts a text in the place of that of a file, which stays its owner's. `prove` reads the new one back from the disk
 * under another name: until it has, and if it throws, the old one stays.
 *
 * @param path May be a symbolic link: then the file that it names is replaced, where that is, and the link stays.
 */
export async function replaceFile(
  path: string,
  text: string,
  prove: (temporary: string) => Promise<void>,
): Promise<void> {
  const place = await realpath(path)
  const temporary = await writeBeside(place, text)
  try {
    keepOwner(temporary, place)
    await prove(temporary)
    await rename(temporary, place)
  } catch (error) {
    await unlink(temporary).catch(() => undefined)
    throw error
  }
  await finish(place)
}

/** A link to nowhere means that a disk is missing: the root key is there, and another one must not be made. */
async function requireNoLooseLink(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined)
  if (found?.isSymbolicLink() !== true || (await isThere(path))) return
  throw new Error(`${path} is a link to a file that is not there: is its disk mounted?`)
}

async function writeBeside(path: string, text: string): Promise<string> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
  const file = await open(temporary, 'wx', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } catch (error) {
    await unlink(temporary).catch(() => undefined)
    throw error
  } finally {
    await file.close()
  }
  await chmod(temporary, 0o600)
  return temporary
}

/**
 * Brings a new file to the disk, and removes what others left that were killed while they wrote it: copies of
 * root keys that no seal guards.
 */
async function finish(path: string): Promise<void> {
  const folder = dirname(path)
  await syncFolder(folder)
  for (const name of await readdir(folder)) {
    const isOurs = name.startsWith(`${basename(path)}.`) && /\.[0-9a-f]{12}\.tmp$/.test(name)
    const left = isOurs ? await statOf(join(folder, name)) : undefined
    if (left === undefined || Date.now() - left.mtimeMs < LEFT_AFTER_MS) continue
    await unlink(join(folder, name)).catch(() => undefined)
  }
}

/**
 * Whether nobody else may read a file. One of another user that our group may read, as Kubernetes
 * mounts secrets, was put there so for us.
 */
function isForUsAlone({ mode, uid }: { readonly mode: number; readonly uid: number }): boolean {
  const ownUid = process.getuid?.()
  if (ownUid === undefined) return true // Windows, whose files have no such mode
  return (mode & (uid === ownUid ? 0o077 : 0o037)) === 0
}

async function statOf(path: string) {
  try {
    return await stat(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined // stat throws these
    throw error
  }
}
