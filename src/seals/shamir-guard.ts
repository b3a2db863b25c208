import { SecretBytes } from '../crypto/secret-bytes.ts'
import { SealError } from '../ports/seal.ts'
import { type Guard, SEALING_KEY_BYTES } from './guarded-seal.ts'
import { parametersOf, ShareCollection } from './share-collection.ts'
import { isSharing, MAX_SHARES, MIN_THRESHOLD, type Sharing, splitKey } from './shares.ts'

/** A guard that has shares, until it is told to forget them. */
export interface SharesGuard extends Guard {
  readonly forget: () => void
}

/**
 * Makes a sealing key of which nobody has more than a share. Until it is told to forget, it has the shares
 * themselves, so that what was written can be opened by them.
 *
 * @param handOut Takes the texts of the shares, to give each to somebody else. They are kept nowhere: if it
 *   throws, no seal is made.
 */
export function newSharesGuard(
  sharing: Sharing,
  handOut: (shares: readonly SecretBytes[]) => Promise<void>,
): SharesGuard {
  let texts: readonly SecretBytes[] = []
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
      const made = await splitKey(sealing, sealId, sharing)
      texts = made.map(({ text }) => text)
      await handOut(texts)
      const digests = made.map(({ digest }) => digest)
      return { sealing, parameters: parametersOf({ ...sharing, digests }) }
    },
    // The last ones: a share that was handed out is as good as any other.
    recover: (sealId, parameters) =>
      sharesGuard(texts.slice(-sharing.threshold)).recover(sealId, parameters),
    forget() {
      for (const text of texts) text.wipe()
      texts = []
    },
  }
}

/** Has the sealing key from shares, each as a text. */
export function sharesGuard(texts: readonly SecretBytes[]): Guard {
  return {
    kind: 'shamir',
    make: () => Promise.reject(new SealError('wrong', 'these are shares of another seal')),
    async recover(sealId, parameters) {
      const collection = new ShareCollection(sealId, parameters)
      try {
        for (const text of texts) collection.take(text)
        return await collection.combine()
      } finally {
        collection.forget()
      }
    },
  }
}

/**
 * Has the sealing key from shares that were collected.
 *
 * @throws {SealError} `wrong` when they are of another seal than the file is by now
 */
export function collectedGuard(collection: ShareCollection): Guard {
  return {
    kind: 'shamir',
    make: () => Promise.reject(new SealError('wrong', 'these are shares of another seal')),
    async recover(sealId) {
      if (sealId === collection.sealId) return collection.combine()
      throw new SealError('wrong', 'these are shares of another seal')
    },
  }
}
