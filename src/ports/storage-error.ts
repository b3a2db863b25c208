import { Fault } from '../core/fault.ts'
import { traced } from './trace.ts'

/** Reading or writing the store failed: disk full, corrupt, locked, out of reach. */
export class StorageError extends Error {
  override readonly name = 'StorageError'
}

let errors = 0

/** How many calls to stores have failed in this thread, for metrics. */
export function storageErrors(): number {
  return errors
}

/** Runs a piece of work on the store; what it throws, but faults, is wrapped in a {@link StorageError}. */
export async function withStorage<T>(doing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await traced(`store: ${doing}`, 'client', work)
  } catch (cause) {
    if (cause instanceof StorageError || cause instanceof Fault) throw cause
    errors++
    throw new StorageError(`${doing} failed`, { cause })
  }
}
