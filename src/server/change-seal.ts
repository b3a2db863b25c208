import { existsSync } from 'node:fs'
import { mkdir, realpath, rename, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { ROOT_KEY_BYTES, rootKeyFrom } from '../crypto/root-key.ts'
import { SecretBytes } from '../crypto/secret-bytes.ts'
import { keepOwner } from '../files/keep-owner.ts'
import { syncFolder } from '../files/sync-path.ts'
import { systemClock } from '../ports/clock.ts'
import { makeRootKey, type RootMaterials, type Seal } from '../ports/seal.ts'
import { fileSeal } from '../seals/file-seal.ts'
import { guardedSeal } from '../seals/guarded-seal.ts'
import { newSharesGuard } from '../seals/shamir-guard.ts'
import type { Sharing } from '../seals/shares.ts'
import { LOCK_FILE, lockFolder } from '../storage/folder-lock.ts'
import { holdFile } from '../storage/hold-file.ts'
import { DATABASE_FILE } from './data-folder.ts'
import { holderName } from './hold-root.ts'
import type { KmsPeerSettings } from './kms-peer.ts'
import { kmsSeal, passphraseSeal, sealFile, tokenSeal } from './seal-settings.ts'
import type { SealTokenSettings } from './seal-token.ts'

/** What a new seal keeps the root key by. */
export type NewSeal =
  | { readonly kind: 'file' }
  | { readonly kind: 'passphrase'; readonly passphrase: SecretBytes }
  | {
      readonly kind: 'shamir'
      readonly sharing: Sharing
      /** Takes the texts of the shares; if it throws, no seal is made. */
      readonly handOut: (shares: readonly SecretBytes[]) => Promise<void>
    }
  | { readonly kind: 'kms'; readonly peer: KmsPeerSettings; readonly keyId: string }
  | { readonly kind: 'pkcs11'; readonly token: SealTokenSettings; readonly keyLabel: string }

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
  how: NewSeal,
): Promise<string> {
  const path = sealFile(directory, { 'root-key': rootKey })
  if (existsSync(path)) throw new Error(`there is a file ${path} already: it stays`)
  if (existsSync(join(directory, DATABASE_FILE))) {
    throw new Error(`${directory} has a database already: put its root key back from its backup`)
  }
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const { seal, forget } = newSeal(path, how)
  try {
    const { id } = await makeRootKey(seal, () => SecretBytes.random(ROOT_KEY_BYTES))
    if ((await seal.open()).id !== id)
      throw new Error(`${path} does not hold what was written to it`)
    if (dirname(resolve(path)) === resolve(directory)) keepOwner(path, directory)
    return id
  } finally {
    forget()
  }
}

/**
 * Refuses to go on without a root key file.
 *
 * @throws what is to be done instead
 */
export function requireSealed(path: string): void {
  if (existsSync(path)) return
  throw new Error(`there is no root key file at ${path}: keyturn seal create makes a new one`)
}

/**
 * Moves root keys to another seal. The old file stays until the new one is on the disk and has opened; then
 * it takes the place of the old one in one step. No server may run on the folder meanwhile.
 *
 * @returns The ids of the root keys, the current one first.
 * @throws {HeldByAnother} before anything was changed
 */
export async function migrateSeal(
  directory: string,
  path: string,
  from: Seal,
  how: NewSeal,
): Promise<readonly string[]> {
  requireSealed(path)
  const free = holdFile(path, holderName('seal migrate'), systemClock.now())
  try {
    const unlock = lockFolder(join(directory, LOCK_FILE))
    try {
      return await exchange(path, from, how)
    } finally {
      unlock()
    }
  } finally {
    free()
  }
}

async function exchange(path: string, from: Seal, how: NewSeal): Promise<readonly string[]> {
  const roots = await from.unwrap()
  // A link stays one: the root key is where somebody wants it, perhaps on another disk.
  const place = await realpath(path)
  const unfinished = `${place}${UNFINISHED}`
  await rm(unfinished, { force: true })
  try {
    const ids = idsOf(roots)
    const { seal: to, forget } = newSeal(unfinished, how)
    try {
      await to.initialise(roots)
      if (idsOf(await to.unwrap()).join() !== ids.join()) {
        throw new Error('the new file does not hold what was written to it: the old one stays')
      }
    } finally {
      forget()
    }
    keepOwner(unfinished, place)
    await rename(unfinished, place)
    await syncFolder(dirname(place))
    return ids
  } finally {
    await rm(unfinished, { force: true })
  }
}

/** A seal that is about to be made, which opens until it is told to forget what opens it. */
interface SealInTheMaking {
  readonly seal: Seal
  readonly forget: () => void
}

function newSeal(path: string, how: NewSeal): SealInTheMaking {
  const forget = () => undefined
  switch (how.kind) {
    case 'file':
      return { seal: fileSeal({ path }), forget }
    case 'passphrase':
      return { seal: passphraseSeal(path, how.passphrase), forget }
    case 'shamir': {
      const guard = newSharesGuard(how.sharing, how.handOut)
      return { seal: guardedSeal({ path, guard }), forget: guard.forget }
    }
    case 'kms':
      return { seal: kmsSeal(path, how.peer, how.keyId), forget }
    case 'pkcs11':
      return { seal: tokenSeal(path, how.token, how.keyLabel), forget }
    default:
      throw how satisfies never
  }
}

function idsOf(roots: RootMaterials): readonly string[] {
  return roots.map((root) => rootKeyFrom(root).id)
}
