import { SecretBytes } from '../crypto/secret-bytes.ts'
import { SealError } from '../ports/seal.ts'
import type { GuardParameters } from './guarded-file.ts'
import { type Guard, SEALING_KEY_BYTES } from './guarded-seal.ts'
import {
  combineShares,
  isSameShare,
  isSharing,
  MAX_SHARES,
  MIN_THRESHOLD,
  parseShare,
  type Share,
  type Sharing,
  splitKey,
} from './shares.ts'

/**
 * Makes a sealing key of which nobody has more than a share.
 *
 * @param handOut Takes the texts of the shares, to give each to somebody else. They are kept nowhere: if it
 *   throws, no seal is made.
 */
export function newSharesGuard(
  sharing: Sharing,
  handOut: (shares: readonly SecretBytes[]) => Promise<void>,
): Guard {
  let kept: SecretBytes | undefined
  return {
    kind: 'shamir',
    async make(sealId) {
      if (!isSharing(sharing)) {
        throw new SealError(
          'wrong',
          `at least ${MIN_THRESHOLD} shares are needed, and at most ${MAX_SHARES} are made`,
        )
      }
      const sealing = SecretBytes.random(SEALING_KEY_BYTES)
      // For the one look at what was written; then it is gone.
      kept = new SecretBytes(sealing.lend((bytes) => Uint8Array.from(bytes)))
      const shares = await splitKey(sealing, sealId, sharing)
      await handOut(shares)
      for (const share of shares) share.wipe()
      return { sealing, parameters: { threshold: sharing.threshold, shares: sharing.shares } }
    },
    async recover() {
      if (kept === undefined) throw new SealError('wrong', 'shares are missing')
      const sealing = kept
      kept = undefined
      return sealing
    },
  }
}

/** Has the sealing key from shares, each as a text. */
export function sharesGuard(texts: readonly SecretBytes[]): Guard {
  return {
    kind: 'shamir',
    make: () => Promise.reject(new SealError('wrong', 'these are shares of another seal')),
    async recover(sealId, parameters) {
      const { threshold } = sharingOf(parameters)
      const shares = texts.map((text) => shareOf(text, sealId))
      const known = shares.filter(
        (share, at) => shares.findIndex((other) => isSameShare(share, other)) === at,
      )
      if (known.length < threshold) {
        throw new SealError('wrong', `${threshold} different shares are needed`)
      }
      const sealing = await combineShares(known.slice(0, threshold))
      for (const { secret } of shares) secret.wipe()
      return sealing
    },
  }
}

/**
 * How the key of a seal is shared.
 *
 * @throws {SealError} `damaged`
 */
export function sharingOf({ threshold, shares }: GuardParameters): Sharing {
  const sharing = { threshold: Number(threshold), shares: Number(shares) }
  if (isSharing(sharing)) return sharing
  throw new SealError('damaged', 'the seal asks for shares that cannot be')
}

/**
 * A share of a seal.
 *
 * @throws {SealError} `wrong` when it is not whole, or of another seal
 */
export function shareOf(text: SecretBytes, sealId: string): Share {
  const share = parseShare(text)
  if (share === undefined) throw new SealError('wrong', 'that is no whole share')
  if (share.sealId === sealId) return share
  share.secret.wipe()
  throw new SealError('wrong', 'that is a share of another seal')
}
