import { existsSync } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ROOT_KEY_BYTES, rootKeyFrom } from '../crypto/root-key.ts'
import { SecretBytes } from '../crypto/secret-bytes.ts'
import { makeRootKey, type RootMaterials, type Seal, type SealKind } from '../ports/seal.ts'
import { fileSeal } from '../seals/file-seal.ts'
import { LOCK_FILE, lockFolder } from '../storage/folder-lock.ts'
import { DATABASE_FILE } from './data-folder.ts'
import { passphraseSeal, sealFile } from './seal-settings.ts'

/** Ends the name of the new file of a seal until it takes the place of the old one. */
const UNFINISHED = '.migrating'

/**
 * Makes a root key that a seal keeps, for a data folder that has none.
 *
 * @returns The id of the key.
 * @throws {Error} when there is a file, or a database without one
 */
export async function createSeal(
  directory: string,
  rootKey: string | undefined,
  kind: SealKind,
  passphrase: SecretBytes | undefined,
): Promise<string> {
  const path = sealFile(directory, { 'root-key': rootKey })
  if (existsSync(path)) throw new Error(`there is a file ${path} already: it stays`)
  if (existsSync(join(directory, DATABASE_FILE))) {
    throw new Error(`${directory} has a database already: put its root key back from its backup`)
  }
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const seal = newSeal(path, kind, passphrase)
  return (await makeRootKey(seal, () => SecretBytes.random(ROOT_KEY_BYTES))).id
}

/**
 * Moves root keys to another seal. The old file stays until the new one is on the disk and has opened; then
 * it takes the place of the old one in one step. No server may run on the folder meanwhile.
 *
 * @returns The ids of the root keys, the current one first.
 */
export async function migrateSeal(
  directory: string,
  path: string,
  from: Seal,
  kind: SealKind,
  passphrase: SecretBytes | undefined,
): Promise<readonly string[]> {
  const unlock = lockFolder(join(directory, LOCK_FILE))
  try {
    const roots = await from.unwrap()
    const unfinished = `${path}${UNFINISHED}`
    await rm(unfinished, { force: true })
    try {
      const to = newSeal(unfinished, kind, passphrase)
      await to.initialise(roots)
      const ids = idsOf(roots)
      if (idsOf(await to.unwrap()).join() !== ids.join()) {
        throw new Error('the new file does not hold what was written to it: the old one stays')
      }
      await rename(unfinished, path)
      await syncFolder(dirname(path))
      return ids
    } finally {
      await rm(unfinished, { force: true })
    }
  } finally {
    unlock()
  }
}

function newSeal(path: string, kind: SealKind, passphrase: SecretBytes | undefined): Seal {
  switch (kind) {
    case 'file':
      return fileSeal({ path })
    case 'passphrase':
      if (passphrase === undefined) throw new Error('a passphrase seal needs a passphrase')
      return passphraseSeal(path, passphrase)
    default:
      throw kind satisfies never
  }
}

function idsOf(roots: RootMaterials): readonly string[] {
  return roots.map((root) => rootKeyFrom(root).id)
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
