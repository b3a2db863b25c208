import { SecretBytes } from '../crypto/secret-bytes.ts'
import { remoteXaes } from '../crypto/xaes-256-gcm.ts'
import type { KeyToken } from '../ports/key-token.ts'
import { SealError } from '../ports/seal.ts'
import type { GuardParameters } from './guarded-file.ts'
import { type Guard, SEALING_KEY_BYTES } from './guarded-seal.ts'

/** Layout of a wrapped sealing key: nonce (24) ‖ tag (16) ‖ the encrypted key (32). */
const OFFSETS = { nonceAt: 0, tagAt: 24, textAt: 40 } as const
const WRAPPED_BYTES = OFFSETS.textAt + SEALING_KEY_BYTES

/** A token that is opened when it is needed, and let go of at once. */
export interface SealToken {
  /** What `work` answers. @throws {SealError} `unavailable` when the token does not do its part */
  readonly use: <T>(work: (token: KeyToken) => Promise<T>) => Promise<T>
}

/**
 * Has the sealing key from an AES key that never leaves a token: XAES-256-GCM, whose two blocks the token
 * encrypts. What the token answers opens this one record alone.
 *
 * @param keyLabel Key by which a new seal is made; the token makes it when it has none of that label.
 */
export function tokenGuard(held: SealToken, keyLabel?: string): Guard {
  return {
    kind: 'pkcs11',
    make(sealId) {
      if (keyLabel === undefined) throw new SealError('absent', 'no key of the token is named')
      return held.use(async (token) => {
        if (!(await token.hasKey(keyLabel))) await token.makeKey(keyLabel, 'AES_256')
        const sealing = SecretBytes.random(SEALING_KEY_BYTES)
        const wrapped = Buffer.alloc(WRAPPED_BYTES)
        const cipher = await xaesOf(token, keyLabel).forEncryption()
        sealing.lend((bytes) => cipher.encryptInto(wrapped, OFFSETS, bytes, boundTo(sealId)))
        return { sealing, parameters: { keyLabel, wrapped: wrapped.toString('base64') } }
      })
    },
    recover(sealId, parameters) {
      const { keyLabel: label, wrapped } = recordOf(parameters)
      return held.use(async (token) => {
        const nonce = wrapped.subarray(OFFSETS.nonceAt, OFFSETS.tagAt)
        const cipher = await xaesOf(token, label).forDecryption(nonce)
        const plain = cipher.decrypt(
          nonce,
          wrapped.subarray(OFFSETS.tagAt, OFFSETS.textAt),
          wrapped.subarray(OFFSETS.textAt),
          boundTo(sealId),
        )
        if (plain !== undefined) return new SecretBytes(plain)
        throw new SealError('wrong', `the key ${label} of the token is not the one of this seal`)
      })
    },
  }
}

function xaesOf(token: KeyToken, label: string) {
  return remoteXaes((blocks) => token.encryptBlocks(label, blocks), 0)
}

/** What a sealing key is bound to: the seal that it is made for, and no other. */
function boundTo(sealId: string): Buffer {
  return Buffer.from(`keyturn-seal:1:${sealId}`)
}

function recordOf({ keyLabel, wrapped }: GuardParameters) {
  if (typeof keyLabel === 'string' && /^[!-~]{1,100}$/.test(keyLabel)) {
    const bytes = Buffer.from(String(wrapped), 'base64')
    if (bytes.length === WRAPPED_BYTES && bytes.toString('base64') === wrapped) {
      return { keyLabel, wrapped: bytes }
    }
  }
  throw new SealError('damaged', 'the seal names no key of a token, or holds no whole sealing key')
}
