import { type RootKey, rootKeyFrom } from '../crypto/root-key.ts'
import type { SecretBytes } from '../crypto/secret-bytes.ts'

/** Kinds of seals, as settings spell them. */
export const SEAL_KINDS = ['file', 'passphrase', 'shamir', 'kms', 'pkcs11'] as const

/** One of {@link SEAL_KINDS}. */
export type SealKind = (typeof SEAL_KINDS)[number]

/**
 * The root keys of a store in the raw: the current one first, then former ones whose id some record may
 * still bear. Each is `ROOT_KEY_BYTES` long. Only seals, and what moves root keys, see them like this.
 */
export type RootMaterials = readonly [SecretBytes, ...SecretBytes[]]

/**
 * Why a seal did not open: `wrong`, what was given to open it does not; `absent`, it keeps nothing yet;
 * `damaged`, what it keeps is not whole; `unavailable`, what it depends on does not answer, and may later.
 */
export type SealErrorKind = 'wrong' | 'absent' | 'damaged' | 'unavailable'

/** A seal did not open. The message holds no secret, and nothing that brings a guess nearer. */
export class SealError extends Error {
  override readonly name = 'SealError'
  readonly kind: SealErrorKind

  constructor(kind: SealErrorKind, message: string, options?: ErrorOptions) {
    super(message, options)
    this.kind = kind
  }
}

/** Keeps root keys while the server is down. */
export interface Seal {
  readonly kind: SealKind
  /** Whether it keeps root keys already. */
  readonly isInitialised: () => Promise<boolean>
  /**
   * Keeps root keys for the first time: when this is fulfilled they are on the disk.
   *
   * @throws when some are kept already; those stay
   */
  readonly initialise: (roots: RootMaterials) => Promise<void>
  /**
   * All root keys; the caller wipes them.
   *
   * @throws {SealError} when they cannot be had
   */
  readonly unwrap: () => Promise<RootMaterials>
  /** The current root key. @throws {SealError} when it cannot be had */
  readonly open: () => Promise<RootKey>
  /**
   * Keeps other root keys in place of those that are kept: a crash leaves the old ones or the new ones.
   *
   * @throws {SealError} when the seal does not open; nothing was changed then
   */
  readonly replace: (roots: RootMaterials) => Promise<void>
}

/** A seal of what one has of its own. */
export function sealOf(own: Omit<Seal, 'open'>): Seal {
  return { ...own, open: async () => takeRootKeys(await own.unwrap()).current }
}

/** Makes a root key, and keeps it by a seal that keeps none yet. */
export async function makeRootKey(seal: Seal, random: () => SecretBytes): Promise<RootKey> {
  const material = random()
  try {
    await seal.initialise([material])
    return rootKeyFrom(material)
  } finally {
    material.wipe()
  }
}

/** Root keys that serve: the one that new records are wrapped under, and those that old ones may be. */
export interface RootKeys {
  readonly current: RootKey
  readonly former: readonly RootKey[]
}

/** The root keys that a seal keeps. @throws {SealError} */
export async function openRootKeys(seal: Seal): Promise<RootKeys> {
  return takeRootKeys(await seal.unwrap())
}

/** The root keys that materials make; wipes the materials. */
export function takeRootKeys([current, ...former]: RootMaterials): RootKeys {
  const take = (material: SecretBytes) => {
    const root = rootKeyFrom(material)
    material.wipe()
    return root
  }
  return { current: take(current), former: former.map(take) }
}
