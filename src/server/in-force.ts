import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { MetaStore } from '../ports/meta-store.ts'
import type { Storage } from '../ports/storage.ts'
import { isLocked, LOCK_FILE } from '../storage/folder-lock.ts'

/** Fact in the store: for how long a server may go by what it remembers. */
const STALENESS = 'staleness-ms'

/** Notes for how long this server may go by what it remembers. */
export async function tellStaleness(meta: MetaStore, stalenessMs: number): Promise<void> {
  await meta.put(STALENESS, String(stalenessMs))
}

/**
 * Waits until what was changed is in force wherever it is asked for: servers that nobody tells of a
 * change find it within their bound.
 *
 * @param directory The data folder; undefined when servers elsewhere may be on the same store.
 */
export async function untilInForce(storage: Storage, directory: string | undefined): Promise<void> {
  if (directory !== undefined && !isServed(directory)) return
  await setTimeout(Number((await storage.meta.get(STALENESS)) ?? 0))
}

/** Whether a server runs on a data folder. */
export function isServed(directory: string): boolean {
  return isLocked(join(directory, LOCK_FILE))
}
