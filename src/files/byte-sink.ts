import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { type FileHandle, link, lstat, open, rename, unlink } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { Writable } from 'node:stream'
import { syncFolder } from './sync-path.ts'

/** Where bytes go, one part after the other. */
export interface ByteSink {
  readonly write: (parts: readonly Uint8Array[]) => Promise<void>
  /** All is written and good: fulfilled when it is there to stay. */
  readonly commit: () => Promise<void>
  /** Takes back what can be taken back. */
  readonly discard: () => Promise<void>
  /** As `discard`, at once: for a process that is told to stop. */
  readonly discardNow: () => void
}

/**
 * A file that is there whole and on the disk, or not at all: it is written under another name beside its
 * place, for its owner alone, and gets its own name in the end.
 *
 * @param replaces Whether it may take the place of a file.
 */
export async function openFileSink(path: string, replaces: boolean): Promise<ByteSink> {
  await requireFree(path, replaces)
  const folder = dirname(resolve(path))
  const temporary = join(folder, `.keyturn-${randomBytes(8).toString('hex')}.part`)
  const file = await open(temporary, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    // Nobody knows that name: it is the folder that is not there, or not ours.
    throw Object.assign(error, { path: folder })
  })
  let isThere = true
  const discardNow = () => {
    if (isThere) rmSync(temporary, { force: true })
    isThere = false
  }
  return {
    write: (parts) => writeAll(file, parts),
    async commit() {
      await file.sync()
      await file.close()
      if (replaces) await rename(temporary, path)
      else await giveNewName(temporary, path)
      isThere = false
      await syncFolder(folder)
    },
    async discard() {
      discardNow()
      await file.close()
    },
    discardNow,
  }
}

/** A stream, such as standard output: what is written to it is gone. */
export function streamSink(stream: Writable): ByteSink {
  return {
    async write(parts) {
      for (const part of parts) {
        await new Promise<void>((fulfil, reject) => {
          stream.write(part, (error) => (error ? reject(error) : fulfil()))
        })
      }
    },
    commit: async () => {},
    discard: async () => {},
    discardNow: () => {},
  }
}

async function requireFree(path: string, replaces: boolean): Promise<void> {
  let found: Awaited<ReturnType<typeof lstat>>
  try {
    found = await lstat(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return // lstat throws these
    throw error
  }
  if (!found.isFile()) throw new Error(`${path} is there, and is no regular file`)
  if (!replaces) throw exists(path)
}

function exists(path: string): Error {
  return new Error(`${path} is there already; --force replaces it`)
}

async function writeAll(file: FileHandle, parts: readonly Uint8Array[]): Promise<void> {
  const wanted = parts.reduce((sum, part) => sum + part.length, 0)
  const { bytesWritten } = await file.writev([...parts])
  if (bytesWritten === wanted) return
  // A disk that is nearly full takes a part; the next call then says why.
  await file.writeFile(Buffer.concat(parts).subarray(bytesWritten))
}

/** Unlike a rename, a link never takes the place of a file that came meanwhile. */
async function giveNewName(temporary: string, path: string): Promise<void> {
  try {
    await link(temporary, path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException // link throws these
    if (code === 'EEXIST') throw exists(path)
    // Some file systems have no links: an empty file keeps the place until the rename.
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS') throw error
    await (await open(path, 'wx', 0o600)).close()
    await rename(temporary, path)
    return
  }
  await unlink(temporary)
}
