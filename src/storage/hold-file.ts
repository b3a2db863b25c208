import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { EpochMs } from '../core/time.ts'
import { HeldByAnother, type Holder, type HolderName } from '../ports/holder.ts'
import { lockFile } from './folder-lock.ts'

/** For so long somebody may hold it who only looks. */
const LOOK_MS = 250

/**
 * Keeps other commands from a file that is exchanged as a whole, which is why the lock is one beside it. It is
 * free as soon as the process has ended, however that ends.
 *
 * @returns What gives it free.
 * @throws {HeldByAnother}
 */
export function holdFile(path: string, name: HolderName, now: EpochMs): () => void {
  const unlock = lockFile(`${path}.lock`, LOOK_MS)
  if (unlock === undefined) throw new HeldByAnother(path, holderOf(path))
  const file = holderFile(path)
  // It only says who it is: without it the lock holds as well.
  writeFileSync(file, JSON.stringify({ ...name, since: now } satisfies Holder), { mode: 0o600 })
  return () => {
    rmSync(file, { force: true })
    unlock()
  }
}

/**
 * Keeps other commands from writing to the store in a SQLite file, or from putting another in its place.
 *
 * @throws {HeldByAnother}
 */
export function holdStore(file: string, name: HolderName, now: EpochMs): () => void {
  return holdFile(join(dirname(file), 'store'), name, now)
}

function holderOf(path: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(holderFile(path), 'utf8')) as Holder // we wrote it
  } catch {
    return undefined // it was just taken, or is just given free
  }
}

function holderFile(path: string): string {
  return `${path}.holder`
}
