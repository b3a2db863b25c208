import { setTimeout } from 'node:timers/promises'
import type { SecretBytes } from '../crypto/secret-bytes.ts'
import { type RootMaterials, SealError, type SealKind } from '../ports/seal.ts'
import { passphraseSeal, type SealPlan } from './seal-settings.ts'

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

/** How long an answer to a wrong guess takes at least, in milliseconds. */
const PAUSE_MS = 1000

/** Takes what opens a seal, one offer after another. */
export interface Unsealing {
  readonly state: () => SealState
  /**
   * Tries what somebody offers, and wipes it.
   *
   * @throws {SealError} `wrong`, after a pause: then nothing has changed
   */
  readonly offer: (secret: SecretBytes) => Promise<void>
  /** Fulfilled with the root keys once they are at hand. */
  readonly opened: Promise<RootMaterials>
}

/** Waits for what opens the seal of a plan that does not open by itself. */
export function beginUnsealing({ kind, path }: SealPlan): Unsealing {
  const opened = Promise.withResolvers<RootMaterials>()
  let turn: Promise<void> = Promise.resolve()
  let isOpen = false

  async function attempt(secret: SecretBytes): Promise<void> {
    if (isOpen) return
    try {
      const roots = await passphraseSeal(path, secret).unwrap()
      isOpen = true
      opened.resolve(roots)
    } catch (error) {
      if (error instanceof SealError && error.kind === 'wrong') await setTimeout(PAUSE_MS)
      throw error
    } finally {
      secret.wipe()
    }
  }

  return {
    state: () => ({ state: 'sealed', kind, needs: 'passphrase' }),
    offer(secret) {
      // One guess at a time: many at once would take the memory of the machine.
      const attempted = turn.then(() => attempt(secret))
      turn = attempted.catch(() => undefined)
      return attempted
    },
    opened: opened.promise,
  }
}
