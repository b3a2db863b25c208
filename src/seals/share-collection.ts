import type { SecretBytes } from '../crypto/secret-bytes.ts'
import { SealError } from '../ports/seal.ts'
import type { GuardParameters } from './guarded-file.ts'
import {
  combineShares,
  isSharing,
  parseShare,
  placeOf,
  type Share,
  type Sharing,
} from './shares.ts'

/**
 * Why a share is not taken: `cut`, it is no share, or not all of one, or mistyped; `foreign`, it is of
 * another seal; `forged`, it was never handed out; `repeated`, it was given before.
 */
export type ShareProblem = 'cut' | 'foreign' | 'forged' | 'repeated'

const MESSAGES: Readonly<Record<ShareProblem, string>> = {
  cut: 'that is no whole share',
  foreign: 'that is a share of another seal',
  forged: 'that share was never handed out',
  repeated: 'that share was given before',
}

/** A share that is not taken. Nothing has changed. */
export class ShareError extends SealError {
  readonly problem: ShareProblem

  constructor(problem: ShareProblem) {
    super('wrong', MESSAGES[problem])
    this.problem = problem
  }
}

/** How a sealing key was shared, and the digest of each share. */
export interface SharedOut extends Sharing {
  /** As `Share.digest`, in the order of the numbers of the shares. */
  readonly digests: readonly string[]
}

/**
 * What the file of a seal says of its shares. The digests tell nothing of shares that nobody could guess,
 * and show at once which share is a wrong one.
 */
export function parametersOf({ threshold, shares, digests }: SharedOut): GuardParameters {
  return { threshold, shares, digests: digests.join(' ') }
}

/**
 * How the key of a seal is shared.
 *
 * @throws {SealError} `damaged`
 */
export function sharedOutOf({ threshold, shares, digests }: GuardParameters): SharedOut {
  const sharing = {
    threshold: Number(threshold),
    shares: Number(shares),
    digests: String(digests).split(' '),
  }
  const isWhole =
    isSharing(sharing) &&
    sharing.digests.length === sharing.shares &&
    sharing.digests.every((digest) => /^[0-9a-f]{64}$/.test(digest))
  if (isWhole) return sharing
  throw cannotBe()
}

function cannotBe(): SealError {
  return new SealError('damaged', 'the seal asks for shares that cannot be')
}

/** Shares of a seal, as they come in from those who keep them. */
export class ShareCollection {
  readonly #sealId: string
  readonly #sharedOut: SharedOut
  readonly #shares = new Map<number, Share>()

  /** @throws {SealError} `damaged` for parameters that will not do */
  constructor(sealId: string, parameters: GuardParameters) {
    this.#sealId = sealId
    this.#sharedOut = sharedOutOf(parameters)
  }

  /** How many different shares there are. */
  get given(): number {
    return this.#shares.size
  }

  /** How many have the key. */
  get threshold(): number {
    return this.#sharedOut.threshold
  }

  /** Id of the seal that the shares are of. */
  get sealId(): string {
    return this.#sealId
  }

  /**
   * Takes a share. The text stays the caller's.
   *
   * @throws {ShareError} when it is none that helps; then nothing has changed
   */
  take(text: SecretBytes): void {
    const share = parseShare(text)
    if (share === undefined) throw new ShareError('cut')
    const problem = this.#problemOf(share)
    if (problem === undefined) {
      this.#shares.set(share.number, share)
      return
    }
    share.secret.wipe()
    throw new ShareError(problem)
  }

  /**
   * The sealing key.
   *
   * @throws {SealError} `wrong` while shares are missing, `damaged` when the file was made to fit forged ones
   */
  async combine(): Promise<SecretBytes> {
    if (this.given < this.threshold) {
      throw new SealError('wrong', `${this.threshold} different shares are needed`)
    }
    const shares = [...this.#shares.values()].slice(0, this.threshold)
    const places = new Set(shares.map(placeOf))
    if (places.size < shares.length) throw cannotBe()
    return combineShares(shares)
  }

  /** Wipes all shares: they have to be given anew. */
  forget(): void {
    for (const { secret } of this.#shares.values()) secret.wipe()
    this.#shares.clear()
  }

  #problemOf({ sealId, number, digest }: Share): ShareProblem | undefined {
    if (sealId !== this.#sealId) return 'foreign'
    if (this.#sharedOut.digests[number - 1] !== digest) return 'forged'
    return this.#shares.has(number) ? 'repeated' : undefined
  }
}
