import type { SecretBytes } from '../crypto/secret-bytes.ts'
import { SealError } from '../ports/seal.ts'
import type { GuardParameters } from './guarded-file.ts'
import { type Guard, SEALING_KEY_BYTES } from './guarded-seal.ts'

/** Longest cipher text of a sealing key that a file may have, in characters. */
const MAX_CIPHER_TEXT_LENGTH = 4096

/** Another key management service, which makes data keys and opens them again. */
export interface DataKeyPeer {
  /**
   * A new data key of `bytes` under the key of the peer that was chosen.
   *
   * @param boundTo Has to be told again to open it.
   * @throws {SealError} `unavailable`
   */
  readonly create: (bytes: number, boundTo: string) => Promise<PeerDataKey>
  /** Opens a data key. @throws {SealError} `unavailable`, also when the peer refuses: later it may not */
  readonly open: (
    dataKey: Omit<PeerDataKey, 'secret'>,
    bytes: number,
    boundTo: string,
  ) => Promise<SecretBytes>
}

/** A data key of a peer. */
export interface PeerDataKey {
  readonly secret: SecretBytes
  /** Id of the key that it is under. */
  readonly keyId: string
  /** The data key, encrypted: the peer alone can open it. */
  readonly cipherText: string
}

/**
 * Has the sealing key from another service: a data key of it, whose cipher text stands in the file. What it
 * is for is bound to it, so that no other cipher text of that key is taken for it.
 */
export function kmsGuard(peer: DataKeyPeer): Guard {
  return {
    kind: 'kms',
    async make(sealId) {
      const { secret, keyId, cipherText } = await peer.create(SEALING_KEY_BYTES, purposeOf(sealId))
      return { sealing: secret, parameters: { keyId, cipherText } }
    },
    async recover(sealId, parameters) {
      return peer.open(dataKeyOf(parameters), SEALING_KEY_BYTES, purposeOf(sealId))
    },
  }
}

/** What a data key is bound to: the seal that it is made for, and no other. */
function purposeOf(sealId: string): string {
  return `keyturn-seal:1:${sealId}`
}

function dataKeyOf({ keyId, cipherText }: GuardParameters): Omit<PeerDataKey, 'secret'> {
  const isWhole =
    typeof keyId === 'string' &&
    /^[\w-]{1,64}$/.test(keyId) &&
    typeof cipherText === 'string' &&
    cipherText.length <= MAX_CIPHER_TEXT_LENGTH
  if (isWhole) return { keyId, cipherText }
  throw new SealError('damaged', 'the seal names no data key of another service')
}
