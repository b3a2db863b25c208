import { setTimeout } from 'node:timers/promises'
import { type RootMaterials, type Seal, SealError } from '../ports/seal.ts'

/** First pause before a seal is tried again, in milliseconds; it doubles with each. */
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 15_000

/**
 * The root keys of a seal that depends on others, tried until they help.
 *
 * @param told Hears why it did not open, each time.
 * @throws {SealError} `absent` or `damaged`: what no waiting mends
 * @throws the reason of `signal`
 */
export async function openPatiently(
  seal: Seal,
  told: (error: SealError) => void,
  signal: AbortSignal | undefined,
): Promise<RootMaterials> {
  for (let failures = 0; ; failures++) {
    try {
      return await seal.unwrap()
    } catch (error) {
      if (!mayPass(error)) throw error
      told(error)
    }
    const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures)
    // Servers that lost their peer together do not ask it together.
    await setTimeout(longest * (0.5 + Math.random() / 2), undefined, { signal })
  }
}

/** Whether a seal that did not open may open later: its peer was away, or lied. */
export function mayPass(error: unknown): error is SealError {
  return error instanceof SealError && (error.kind === 'unavailable' || error.kind === 'wrong')
}
