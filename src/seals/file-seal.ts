import { hash, randomBytes } from 'node:crypto'
import { chmod, link, open, readFile, stat, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ROOT_KEY_BYTES, type RootKey, rootKeyFrom } from '../crypto/root-key.ts'
import { SecretBytes } from '../crypto/secret-bytes.ts'
import type { Seal } from '../ports/seal.ts'

const FORM = /^keyturn-root-key:1:([0-9a-f]{16}):([A-Za-z0-9+/]{43}=):([0-9a-f]{16})\n?$/

/**
 * Keeps the root key in a file that only its owner may read:
 * `keyturn-root-key:1:<id>:<32 bytes in base64>:<first 8 bytes of SHA-256 of all before>`.
 * Whoever can read the file can read every key; whoever loses it loses them all.
 */
export function fileSeal({ path }: { readonly path: string }): Seal {
  return {
    kind: 'file',
    isInitialised: async () => (await statOf(path)) !== undefined,
    async initialise() {
      const material = SecretBytes.random(ROOT_KEY_BYTES)
      const root = rootKeyFrom(material)
      await writeNew(
        path,
        material.lend((bytes) => textOf(root.id, bytes)),
      )
      material.wipe()
      return root
    },
    open: () => readRootKey(path),
  }
}

async function readRootKey(path: string): Promise<RootKey> {
  const found = await statOf(path)
  if (found === undefined) throw new Error(`there is no root key file ${path}`)
  if (!isForUsAlone(found)) {
    throw new Error(`others may read the root key file: run chmod 600 ${path}`)
  }
  const match = FORM.exec(await readFile(path, 'utf8'))
  const [, id = '', encoded = '', checksum] = match ?? []
  if (match === null || checksum !== checksumOf(id, encoded)) {
    throw new Error(`${path} is not a whole root key file`)
  }
  const material = new SecretBytes(Buffer.from(encoded, 'base64'))
  const root = rootKeyFrom(material)
  material.wipe()
  if (root.id !== id) throw new Error(`${path} is not a whole root key file`)
  return root
}

/** Writes a file that was not there, whole or not at all, and on the disk. */
async function writeNew(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
  const file = await open(temporary, 'wx', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  try {
    await chmod(temporary, 0o600)
    // Unlike a rename, a link never takes the place of a file that is there.
    await link(temporary, path)
  } finally {
    await unlink(temporary)
  }
  const folder = await open(dirname(path), 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
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

function textOf(id: string, material: Uint8Array): string {
  const encoded = Buffer.from(material).toString('base64')
  return `keyturn-root-key:1:${id}:${encoded}:${checksumOf(id, encoded)}\n`
}

function checksumOf(id: string, encoded: string): string {
  return hash('sha256', `keyturn-root-key:1:${id}:${encoded}`).slice(0, 16)
}
