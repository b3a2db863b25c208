import { createPublicKey, type KeyObject } from 'node:crypto'
import type { RootKeyId } from '../core/ids.ts'
import { ed25519Key, ed25519PublicKey, rawPublicKey } from './ed25519-key.ts'
import type { PastRoot, RootKey } from './root-key.ts'
import { SecretBytes } from './secret-bytes.ts'

/* Each: id (8) ‖ key of the audit log (32) ‖ public key of checkpoints (32) ‖ of statements (32). */
const ID_BYTES = 8
const KEY_BYTES = 32
const ENTRY_BYTES = ID_BYTES + 3 * KEY_BYTES

/** What is to be kept of a root key that is dropped. */
export function pastRootOf({ id, audit, checkpoint, attestation }: RootKey): PastRoot {
  const publicKey = (seed: SecretBytes): KeyObject => createPublicKey(ed25519Key(seed))
  return {
    id,
    audit,
    checkpointPublic: publicKey(checkpoint),
    attestationPublic: publicKey(attestation),
  }
}

/** Past root keys as bytes, 104 each: id ‖ audit ‖ checkpoint, public ‖ attestation, public. */
export function pastRootBytes(past: readonly PastRoot[]): SecretBytes {
  const bytes = Buffer.alloc(past.length * ENTRY_BYTES)
  for (const [index, { id, audit, checkpointPublic, attestationPublic }] of past.entries()) {
    const at = index * ENTRY_BYTES
    bytes.write(id, at, 'hex')
    audit.lend((key) => bytes.set(key, at + ID_BYTES))
    bytes.set(rawPublicKey(checkpointPublic), at + ID_BYTES + KEY_BYTES)
    bytes.set(rawPublicKey(attestationPublic), at + ID_BYTES + 2 * KEY_BYTES)
  }
  return new SecretBytes(bytes)
}

/**
 * The past root keys that {@link pastRootBytes} made bytes of; copies them.
 *
 * @throws {Error} when the length is none of such bytes
 */
export function pastRootsIn(bytes: SecretBytes): readonly PastRoot[] {
  if (bytes.length % ENTRY_BYTES !== 0) throw new Error('these are no past root keys')
  return bytes.lend((all) => {
    const past: PastRoot[] = []
    for (let at = 0; at < all.length; at += ENTRY_BYTES) {
      const key = (index: number) => {
        const from = at + ID_BYTES + index * KEY_BYTES
        return Uint8Array.from(all.subarray(from, from + KEY_BYTES))
      }
      past.push({
        id: Buffer.from(all.subarray(at, at + ID_BYTES)).toString('hex') as RootKeyId,
        audit: new SecretBytes(key(0)),
        checkpointPublic: ed25519PublicKey(key(1)),
        attestationPublic: ed25519PublicKey(key(2)),
      })
    }
    return past
  })
}
