import { readFileSync, writeFileSync } from 'node:fs'
import { checkBackup } from '../../src/backup/check-backup.ts'
import { openBackup } from '../../src/backup/read-backup.ts'
import type { RootKey } from '../../src/crypto/root-key.ts'

/** A backup that was spoiled, and what was said of it. */
export interface SpoiledCase {
  readonly how: string
  /** The refusal; undefined when it was taken for good. */
  readonly refusal: string | undefined
}

/** Reads a backup whole. @returns Why it was refused; undefined when it was not. */
export async function refusalOf(path: string, root: RootKey): Promise<string | undefined> {
  try {
    const file = await openBackup(path)
    try {
      const { problems } = await checkBackup({ file, root })
      return problems[0]
    } finally {
      await file.close()
    }
  } catch (error) {
    if (error instanceof Error && error.name === 'RefusedBackup') return error.message
    throw error
  }
}

/** Options of {@link flipCampaign}. */
export interface FlipOptions {
  /** A good backup. */
  readonly path: string
  readonly root: RootKey
  /** Where spoiled copies are written, one after the other. */
  readonly scratch: string
  /** Places that are flipped: every so many bytes, and all of the first and last ones. */
  readonly everyBytes: number
  /** Bytes at the beginning and at the end of which each is flipped. */
  readonly edgeBytes: number
  readonly onCase?: (done: number) => void
}

/** What the campaign saw. */
export interface FlipFigures {
  readonly flips: number
  readonly cuts: number
  /** Those that were not refused: there may be none. */
  readonly accepted: readonly string[]
}

/** Flips one bit in place after place of a backup, cuts it and lengthens it; each must be refused. */
export async function flipCampaign(options: FlipOptions): Promise<FlipFigures> {
  const { path, root, scratch, everyBytes, edgeBytes, onCase } = options
  const good = readFileSync(path)
  const accepted: string[] = []
  const attempt = async (how: string, bytes: Uint8Array) => {
    writeFileSync(scratch, bytes)
    if ((await refusalOf(scratch, root)) === undefined) accepted.push(how)
  }
  let [flips, cuts] = [0, 0]
  for (let at = 0; at < good.length; at++) {
    const isEdge = at < edgeBytes || at >= good.length - edgeBytes
    if (!isEdge && at % everyBytes !== 0) continue
    const bytes = Buffer.from(good)
    const bit = at % 8
    bytes[at] = (bytes[at] ?? 0) ^ (1 << bit)
    await attempt(`bit ${bit} of byte ${at}`, bytes)
    flips++
    onCase?.(flips)
  }
  for (let kept = 0; kept < good.length; kept += Math.max(1, Math.floor(good.length / 50))) {
    await attempt(`cut to ${kept} bytes`, good.subarray(0, kept))
    cuts++
  }
  await attempt('a byte more', Buffer.concat([good, Buffer.from('x')]))
  return { flips, cuts: cuts + 1, accepted }
}
