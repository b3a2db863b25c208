import { fault } from '../core/fault.ts'

/** How often a write is tried again when others keep coming first. */
const MAX_TRIES = 100

/**
 * Does what reads a key and then writes by what it read, again and again until nobody came first.
 *
 * @param doing What is done, for the log: `changing key …`.
 * @throws {Fault} what `attempt` throws; `storage-failed` when others always came first
 */
export async function unlessStale<T>(
  doing: string,
  attempt: () => Promise<T | 'stale'>,
): Promise<T> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const answer = await attempt()
    if (answer !== 'stale') return answer
  }
  throw fault('storage-failed', {}, new Error(`${doing}: others always came first`))
}
