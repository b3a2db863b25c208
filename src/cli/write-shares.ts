import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { SecretBytes } from '../crypto/secret-bytes.ts'
import type { Ask, CommandIo } from './command.ts'
import { sealWordsFor } from './seal-words.ts'

/** Takes what was on a screen off it, and out of what can be scrolled back to. Source: xterm, "CSI J". */
const CLEAR = '\u001b[H\u001b[2J\u001b[3J'

/**
 * Writes each share into a file of its own, for its owner alone, in a folder that was not there.
 *
 * @throws {Error} when there is such a folder
 */
export async function writeShares(folder: string, shares: readonly SecretBytes[]): Promise<void> {
  mkdirSync(folder, { mode: 0o700 })
  for (const [index, share] of shares.entries()) {
    const path = join(folder, `share-${index + 1}`)
    const file = openSync(path, 'wx', 0o600)
    try {
      share.lend((bytes) => writeSync(file, Buffer.concat([bytes, Buffer.from('\n')])))
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    const written = readFileSync(path)
    const isWhole = share.lend((bytes) => written.subarray(0, -1).equals(bytes))
    written.fill(0)
    if (!isWhole) throw new Error(`${path} does not hold what was written to it`)
  }
  syncFolder(folder)
}

/** Shows one share after another on the terminal, each until its keeper has it. */
export async function showShares(
  shares: readonly SecretBytes[],
  io: CommandIo,
  ask: Ask,
): Promise<void> {
  const words = await sealWordsFor(io)
  for (const [index, share] of shares.entries()) {
    await ask(words.shareFollows(index + 1, shares.length), 'secret')
    io.print(`\n${share.lend((bytes) => Buffer.from(bytes).toString('latin1'))}\n`)
    await ask(words.shareIsKept, 'secret')
    io.print(CLEAR)
  }
}

function syncFolder(path: string): void {
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
