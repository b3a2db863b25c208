import { setTimeout } from 'node:timers/promises'
import type { SecretBytes } from '../crypto/secret-bytes.ts'
import { type Seal, SealError, type SealKind } from '../ports/seal.ts'
import type { GuardedFile } from '../seals/guarded-file.ts'
import { ShareCollection, ShareError } from '../seals/share-collection.ts'
import { collectedSeal, type OpenedSeal, passphraseSeal, type SealPlan } from './seal-settings.ts'

/** What a server says of its seal. */
export type SealState =
  | {
      readonly state: 'unsealed'
      readonly kind: SealKind
      /** Ids of the root keys, the current one first. */
      readonly roots: readonly string[]
    }
  | {
      readonly state: 'sealed'
      readonly kind: SealKind
      readonly needs: 'passphrase'
    }
  | {
      readonly state: 'sealed'
      readonly kind: SealKind
      readonly needs: 'peer'
      /** Why the service of the seal did not open it, for the operator. */
      readonly why: string
    }
  | {
      readonly state: 'sealed'
      readonly kind: SealKind
      readonly needs: 'shares'
      /** How many different shares were taken so far. */
      readonly given: number
      /** How many open the seal. */
      readonly threshold: number
    }

/** How long an answer to a wrong guess takes at least, in milliseconds. */
const PAUSE_MS = 1000

/** Takes what opens a seal, one offer after another. */
export interface Unsealing {
  readonly state: () => SealState
  /**
   * Tries what somebody offers, and wipes it.
   *
   * @throws {SealError} `wrong`, after a pause: then nothing has changed
   * @throws {ShareError} at once: then nothing has changed
   */
  readonly offer: (secret: SecretBytes) => Promise<void>
  /** Forgets what was given so far. */
  readonly reset: () => Promise<void>
  /** Fulfilled with the root keys once they are at hand. */
  readonly opened: Promise<OpenedSeal>
}

/** What is done with an offer: the root keys, once it was the last that was needed. */
interface Collecting {
  readonly state: () => SealState
  readonly take: (secret: SecretBytes) => Promise<OpenedSeal | undefined>
  readonly forget: () => void
}

/** Waits for what opens the seal of a plan that does not open by itself. */
export function beginUnsealing(plan: SealPlan): Unsealing {
  const opened = Promise.withResolvers<OpenedSeal>()
  const collecting =
    plan.file?.kind === 'shamir' ? collectShares(plan.path, plan.file) : takePassphrase(plan)
  let turn: Promise<void> = Promise.resolve()
  let isOpen = false

  async function attempt(secret: SecretBytes): Promise<void> {
    try {
      const open = isOpen ? undefined : await collecting.take(secret)
      if (open === undefined) return
      isOpen = true
      opened.resolve(open)
    } catch (error) {
      // Nobody guesses a share: whoever gave a wrong one hears it at once.
      const isGuess = error instanceof SealError && !(error instanceof ShareError)
      if (isGuess && error.kind === 'wrong') await setTimeout(PAUSE_MS)
      throw error
    } finally {
      secret.wipe()
    }
  }

  return {
    state: () => (isOpen ? { state: 'unsealed', kind: plan.kind, roots: [] } : collecting.state()),
    offer(secret) {
      // One guess at a time: many at once would take the memory of the machine.
      const attempted = turn.then(() => attempt(secret))
      turn = attempted.catch(() => undefined)
      return attempted
    },
    reset() {
      const forgotten = turn.then(() => collecting.forget())
      turn = forgotten
      return forgotten
    },
    opened: opened.promise,
  }
}

function takePassphrase({ kind, path }: SealPlan): Collecting {
  return {
    state: () => ({ state: 'sealed', kind, needs: 'passphrase' }),
    take: (passphrase) => openNow(passphraseSeal(path, passphrase)),
    forget: () => undefined,
  }
}

function collectShares(path: string, { kind, id, guard }: GuardedFile): Collecting {
  const collection = new ShareCollection(id, guard)
  return {
    state: () => ({
      state: 'sealed',
      kind,
      needs: 'shares',
      given: collection.given,
      threshold: collection.threshold,
    }),
    async take(share) {
      collection.take(share)
      if (collection.given < collection.threshold) return undefined
      try {
        return await openNow(collectedSeal(path, collection))
      } finally {
        collection.forget()
      }
    },
    forget: () => collection.forget(),
  }
}

async function openNow(seal: Seal): Promise<OpenedSeal> {
  return { kind: seal.kind, roots: await seal.unwrap(), seal }
}
