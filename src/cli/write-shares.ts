import { closeSync, fsyncSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { SecretBytes } from '../crypto/secret-bytes.ts'

/**
 * Writes each share into a file of its own, for its owner alone, in a folder that was not there.
 *
 * @throws {Error} when there is such a folder
 */
export async function writeShares(folder: string, shares: readonly SecretBytes[]): Promise<void> {
  mkdirSync(folder, { mode: 0o700 })
  for (const [index, share] of shares.entries()) {
    const file = openSync(join(folder, `share-${index + 1}`), 'wx', 0o600)
    try {
      share.lend((bytes) => writeSync(file, bytes))
      writeSync(file, '\n')
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
  }
}
