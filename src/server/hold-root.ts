import { hostname } from 'node:os'
import { systemClock } from '../ports/clock.ts'
import type { HolderName } from '../ports/holder.ts'
import { holdFile } from '../storage/hold-file.ts'
import { sealFile } from './seal-settings.ts'
import type { StoreSettings } from './store-settings.ts'

export type { HeldByAnother, Holder } from '../ports/holder.ts'

/** Commands that keep each other from a root key, its seal or a store, by their words. */
export type HoldingCommand =
  | 'root rotate'
  | 'root retire'
  | 'seal migrate'
  | 'backup restore'
  | 'store copy'

/** What this process says of itself where it keeps others out. */
export function holderName(command: HoldingCommand): HolderName {
  return { command, pid: process.pid, host: hostname() }
}

/**
 * Keeps other commands from the file of a seal while the work goes on. Those on other nodes have files of
 * their own: what keeps them out is the lock of the store.
 *
 * @throws {HeldByAnother} before anything was changed
 */
export async function holdingSeal<T>(
  place: { readonly directory: string; readonly settings: Pick<StoreSettings, 'root-key'> },
  command: HoldingCommand,
  work: () => Promise<T>,
): Promise<T> {
  const path = sealFile(place.directory, place.settings)
  const free = holdFile(path, holderName(command), systemClock.now())
  try {
    return await work()
  } finally {
    free()
  }
}
