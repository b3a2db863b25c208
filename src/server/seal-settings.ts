import { join, resolve } from 'node:path'
import { SecretBytes } from '../crypto/secret-bytes.ts'
import { readSmall } from '../files/read-small.ts'
import { type RootMaterials, type Seal, type SealKind, sealOf } from '../ports/seal.ts'
import { fileSeal, isFileSealText } from '../seals/file-seal.ts'
import { type GuardedFile, parseGuarded } from '../seals/guarded-file.ts'
import { guardedSeal } from '../seals/guarded-seal.ts'
import { kmsGuard } from '../seals/kms-guard.ts'
import { passphraseGuard } from '../seals/passphrase-guard.ts'
import { collectedGuard } from '../seals/shamir-guard.ts'
import type { ShareCollection } from '../seals/share-collection.ts'
import { tokenGuard } from '../seals/token-guard.ts'
import { type KmsPeerSettings, kmsPeer } from './kms-peer.ts'
import { type SealTokenSettings, sealTokenIn } from './seal-token.ts'
import { missing, SettingsError } from './settings-error.ts'
import type { Settings } from './settings-table.ts'

/** Name of the file of the root key of a data folder. */
export const ROOT_KEY_FILE = 'root.key'

/** Settings that say where the root key is and what opens it. */
export interface SealSettings extends KmsPeerSettings, SealTokenSettings {
  readonly 'root-key': string | undefined
  /** Left out as `auto`. */
  readonly seal?: Settings['seal'] | undefined
  readonly 'seal-passphrase-file'?: string | undefined
}

/** A seal as far as settings and its file tell: `seal` is there when it may open by itself. */
export interface SealPlan {
  readonly path: string
  readonly kind: SealKind
  /** What its file says; undefined for a file seal, or where there is no file yet. */
  readonly file: GuardedFile | undefined
  /** What opens without anybody; undefined where somebody has to give a passphrase or shares. */
  readonly seal: Seal | undefined
}

/** Where the file of the seal is. */
export function sealFile(directory: string, settings: Pick<Settings, 'root-key'>): string {
  return settings['root-key'] ?? join(resolve(directory), ROOT_KEY_FILE)
}

/**
 * What the seal of a data folder is.
 *
 * @throws {SettingsError} when the settings name another than the file is of
 * @throws {SealError} `damaged`
 */
export async function planSeal(directory: string, settings: SealSettings): Promise<SealPlan> {
  const path = sealFile(directory, settings)
  const found = await sealIn(path)
  const wanted = settings.seal === 'auto' ? undefined : settings.seal
  if (found !== undefined && wanted !== undefined && found.kind !== wanted) {
    throw new SettingsError({
      en: `--seal is ${wanted}, but ${path} is the file of a ${found.kind} seal: keyturn seal migrate changes it`,
      zh: `--seal 为 ${wanted}，而 ${path} 是 ${found.kind} 封印的文件：可用 keyturn seal migrate 更换`,
    })
  }
  const kind = found?.kind ?? wanted ?? 'file'
  return { path, kind, file: found?.file, seal: sealThatOpens(path, kind, settings) }
}

/** Kind of the seal whose file that is, and what it says; undefined where there is no file. */
export async function sealIn(
  path: string,
): Promise<{ readonly kind: SealKind; readonly file: GuardedFile | undefined } | undefined> {
  let text: string
  try {
    text = readSmall(path).toString('utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined // openSync throws these
    throw error
  }
  // Its own seal says what is wrong with it.
  if (isFileSealText(text) || !text.startsWith('{')) return { kind: 'file', file: undefined }
  const file = parseGuarded(path, text)
  return { kind: file.kind, file }
}

function sealThatOpens(path: string, kind: SealKind, settings: SealSettings): Seal | undefined {
  switch (kind) {
    case 'file':
      return fileSeal({ path })
    case 'passphrase': {
      const file = settings['seal-passphrase-file']
      return file === undefined ? undefined : passphraseSeal(path, readPassphrase(file))
    }
    case 'shamir':
      return undefined
    case 'kms':
      return kmsSeal(path, settings)
    case 'pkcs11':
      return tokenSeal(path, settings)
    default:
      throw kind satisfies never
  }
}

/** The seal of a file that a passphrase opens. */
export function passphraseSeal(path: string, passphrase: SecretBytes): Seal {
  return guardedSeal({ path, guard: passphraseGuard(passphrase) })
}

/**
 * The seal of a file that the key of another service opens.
 *
 * @param keyId Key of the service by which a new seal is made.
 * @throws {SettingsError}
 */
export function kmsSeal(path: string, settings: KmsPeerSettings, keyId?: string): Seal {
  const peer = kmsPeer(settings, keyId)
  if (peer === undefined) throw new SettingsError(missing('seal-kms-url'))
  return guardedSeal({ path, guard: kmsGuard(peer) })
}

/**
 * The seal of a file that a key in a token opens.
 *
 * @param keyLabel Key of the token by which a new seal is made.
 * @throws {SettingsError}
 */
export function tokenSeal(path: string, settings: SealTokenSettings, keyLabel?: string): Seal {
  const { 'seal-token': file } = settings
  if (file === undefined) throw new SettingsError(missing('seal-token'))
  return guardedSeal({ path, guard: tokenGuard(sealTokenIn(file), keyLabel) })
}

/** The seal of a file that collected shares open. */
export function collectedSeal(path: string, shares: ShareCollection): Seal {
  return guardedSeal({ path, guard: collectedGuard(shares) })
}

/**
 * A passphrase, or a share, from a file or a file descriptor such as `/dev/fd/3`, or from standard input for `-`; a line
 * feed at its end is no part of it.
 *
 * @throws {SettingsError} when it cannot be read
 */
export function readPassphrase(file: string): SecretBytes {
  let bytes: Buffer
  try {
    bytes = readSmall(file === '-' ? 0 : file)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    const words = {
      en: `the passphrase file ${file} cannot be read: ${why}`,
      zh: `无法读取口令文件 ${file}：${why}`,
    }
    throw new SettingsError(words, { cause })
  }
  let end = bytes.length
  while (end > 0 && (bytes[end - 1] === 0x0a || bytes[end - 1] === 0x0d)) end--
  return new SecretBytes(bytes.subarray(0, end))
}

/** A seal that was opened, and what was found in it. */
export interface OpenedSeal {
  readonly kind: SealKind
  readonly roots: RootMaterials
  /** What opened; it opens again by itself. */
  readonly seal: Seal
}

/**
 * A seal that was opened already: at first it has what was found then, later it is asked again, which needs
 * nobody.
 */
export function openedSeal({ kind, roots, seal }: OpenedSeal): Seal {
  let first: RootMaterials | undefined = roots
  return sealOf({
    kind,
    isInitialised: async () => true,
    initialise: () => Promise.reject(new Error('the seal keeps a root key already')),
    unwrap() {
      const known = first
      first = undefined
      return known === undefined ? seal.unwrap() : Promise.resolve(known)
    },
    replace: (changed) => seal.replace(changed),
  })
}
