import { type KeyObject, sign, verify } from 'node:crypto'
import type { EpochMs } from '../core/time.ts'
import { ed25519Key, publicPemOf } from '../crypto/ed25519-key.ts'
import { allRootKeys, type RootKey } from '../crypto/root-key.ts'
import type { AuditCheckpoint } from '../ports/audit-log.ts'

const DOMAIN = 'keyturn/v1/audit-checkpoint'

/** Signs checkpoints with a key that hangs under the root key. */
export interface CheckpointSigner {
  /**
   * What signs with the key that is current now. To be taken together with the place that it signs: so no
   * checkpoint under a new root key has groups under the old one after it.
   */
  readonly now: () => SignCheckpoint
}

/** Signs that a chain had so many records and this head. */
export type SignCheckpoint = (
  chain: string,
  count: number,
  head: Uint8Array,
  at: EpochMs,
) => AuditCheckpoint

/** The signer of checkpoints under a root key. Source: RFC 8032, Ed25519. */
export function checkpointSigner(root: RootKey): CheckpointSigner {
  let of = root.checkpoint
  let privateKey = ed25519Key(of)
  return {
    now() {
      // The root key may be another one by now.
      if (root.checkpoint !== of) {
        of = root.checkpoint
        privateKey = ed25519Key(of)
      }
      const key = privateKey
      return (chain, count, head, at) => {
        const signature = sign(null, signedBytes(chain, count, head, at), key)
        return { chain, count, head, signature, at }
      }
    },
  }
}

/** Public halves of the keys by which checkpoints may be signed, the current one first, as one PEM text. */
export function checkpointPublicKeys(root: RootKey): string {
  const past = root.past ?? []
  return [
    ...allRootKeys(root).map(({ checkpoint }) => ed25519Key(checkpoint)),
    ...past.map(({ checkpointPublic }) => checkpointPublic),
  ]
    .map(publicPemOf)
    .join('')
}

/** Whether a checkpoint was signed by the key of `publicKey`. */
export function isGenuine(checkpoint: AuditCheckpoint, publicKey: KeyObject): boolean {
  const { chain, count, head, at, signature } = checkpoint
  return verify(null, signedBytes(chain, count, head, at), publicKey, signature)
}

/** Domain, chain, count and time as text, one line each, then the head. */
function signedBytes(chain: string, count: number, head: Uint8Array, at: EpochMs): Buffer {
  return Buffer.concat([Buffer.from(`${DOMAIN}\n${chain}\n${count}\n${at}\n`), head])
}
