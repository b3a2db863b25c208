import { hkdfSync, type KeyObject } from 'node:crypto'
import type { RootKeyId } from '../core/ids.ts'
import { SecretBytes } from './secret-bytes.ts'

/** Length of a root key in bytes. */
export const ROOT_KEY_BYTES = 32

/** The key at the top of the store, as the keys derived from it: nothing uses it directly. */
export interface RootKey {
  readonly id: RootKeyId
  /** Wraps key material and the secret halves of access keys. */
  readonly wrapping: SecretBytes
  /** Authenticates tokens. */
  readonly token: SecretBytes
  /** Authenticates the audit log. */
  readonly audit: SecretBytes
  /** Seed of the Ed25519 key that signs audit checkpoints. */
  readonly checkpoint: SecretBytes
  /** Seed of the Ed25519 key that signs statements about rotations. */
  readonly attestation: SecretBytes
  /** Hides markers of pages from those who may not see all that a page was made from. */
  readonly marker: SecretBytes
  /** Encrypts backups of the store. */
  readonly backup: SecretBytes
  /** Authenticates rows of the store. */
  readonly rows: SecretBytes
  /** Other root keys that something may still be under, while one takes the place of another. */
  readonly others?: readonly RootKey[]
  /** What is left of root keys that were dropped. */
  readonly past?: readonly PastRoot[]
}

/** What is left of a root key that was dropped: enough to verify what is older, to open or sign nothing. */
export interface PastRoot {
  readonly id: RootKeyId
  /** Authenticated the audit log. */
  readonly audit: SecretBytes
  /** Public half of the key that signed audit checkpoints. */
  readonly checkpointPublic: KeyObject
  /** Public half of the key that signed statements about rotations. */
  readonly attestationPublic: KeyObject
  /** Where audit chains stood when it was dropped, by their ids; it vouches for no chain that is not here. */
  readonly chains: ReadonlyMap<string, PastChain>
}

/** Where an audit chain stood when a root key was dropped. */
export interface PastChain {
  /** How many records it had. */
  readonly count: number
  /** Hash of its last group then, 32 bytes. */
  readonly head: Uint8Array
  /**
   * Whether it may have had more that nobody could see: the thread that wrote it was gone, its files were
   * elsewhere, and its newest checkpoint was signed by a root key that is dropped.
   */
  readonly isOpen: boolean
}

/** A root key and those beside it, the one that serves now first. */
export function allRootKeys(root: RootKey): readonly RootKey[] {
  return [root, ...(root.others ?? [])]
}

/**
 * Derives what hangs under a root key: HKDF-SHA-256, no salt, a label of its own for each.
 *
 * @param material {@link ROOT_KEY_BYTES} bytes.
 * Source: RFC 5869.
 */
export function rootKeyFrom(material: SecretBytes): RootKey {
  if (material.length !== ROOT_KEY_BYTES) throw new Error('a root key has 32 bytes')
  const derive = (label: string, length = 32): Uint8Array =>
    material.lend(
      (bytes) =>
        new Uint8Array(hkdfSync('sha256', bytes, new Uint8Array(0), `keyturn/v1/${label}`, length)),
    )
  return {
    id: Buffer.from(derive('id', 8)).toString('hex') as RootKeyId,
    wrapping: new SecretBytes(derive('wrapping')),
    token: new SecretBytes(derive('token')),
    audit: new SecretBytes(derive('audit')),
    checkpoint: new SecretBytes(derive('checkpoint')),
    attestation: new SecretBytes(derive('attestation')),
    marker: new SecretBytes(derive('marker')),
    backup: new SecretBytes(derive('backup')),
    rows: new SecretBytes(derive('rows')),
  }
}

/**
 * The root keys of a thread that serves. Whoever holds it has what is current now: a root key can be changed
 * while requests are under way, and what is under another one still opens.
 */
export class RootKeyRing implements RootKey {
  #current: RootKey
  #others: readonly RootKey[]
  #past: readonly PastRoot[]

  constructor(current: RootKey, others: readonly RootKey[] = [], past: readonly PastRoot[] = []) {
    this.#current = current
    this.#others = others
    this.#past = past
  }

  /** Has other root keys from now on. */
  take(current: RootKey, others: readonly RootKey[], past: readonly PastRoot[] = []): void {
    this.#current = current
    this.#others = others
    this.#past = past
  }

  get id(): RootKeyId {
    return this.#current.id
  }
  get wrapping(): SecretBytes {
    return this.#current.wrapping
  }
  get token(): SecretBytes {
    return this.#current.token
  }
  get audit(): SecretBytes {
    return this.#current.audit
  }
  get checkpoint(): SecretBytes {
    return this.#current.checkpoint
  }
  get attestation(): SecretBytes {
    return this.#current.attestation
  }
  get marker(): SecretBytes {
    return this.#current.marker
  }
  get backup(): SecretBytes {
    return this.#current.backup
  }
  get rows(): SecretBytes {
    return this.#current.rows
  }
  get others(): readonly RootKey[] {
    return this.#others
  }
  get past(): readonly PastRoot[] {
    return this.#past
  }
  /** The root keys themselves, the current one first: they stay what they are. */
  get all(): readonly [RootKey, ...RootKey[]] {
    return [this.#current, ...this.#others]
  }
}

/** A root key on its way to another thread of the process. */
export interface RootKeyParcel {
  readonly id: RootKeyId
  /**
   * wrapping (32) ‖ token (32) ‖ audit (32) ‖ checkpoint (32) ‖ marker (32) ‖ attestation (32) ‖
   * backup (32) ‖ rows (32)
   */
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** A copy of a root key for another thread, to be transferred, not cloned. */
export function rootKeyParcel(root: RootKey): RootKeyParcel {
  const { wrapping, token, audit, checkpoint, marker, attestation, backup, rows } = root
  const parts = [wrapping, token, audit, checkpoint, marker, attestation, backup, rows]
  const bytes = new Uint8Array(ROOT_KEY_BYTES * parts.length)
  for (const [index, part] of parts.entries()) {
    part.lend((secret) => bytes.set(secret, index * ROOT_KEY_BYTES))
  }
  return { id: root.id, bytes }
}

/** The root key in a parcel. It takes the bytes over: there is no other copy in this thread. */
export function rootKeyOf({ id, bytes }: RootKeyParcel): RootKey {
  const part = (index: number) =>
    new SecretBytes(bytes.subarray(index * ROOT_KEY_BYTES, (index + 1) * ROOT_KEY_BYTES))
  const [wrapping, token, audit] = [part(0), part(1), part(2)]
  const [checkpoint, marker, attestation] = [part(3), part(4), part(5)]
  const [backup, rows] = [part(6), part(7)]
  return { id, wrapping, token, audit, checkpoint, marker, attestation, backup, rows }
}
