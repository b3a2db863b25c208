import type { CopyProgress } from '../server/store-copy.ts'
import type { CommandIo } from './command.ts'
import { amount, labelOf, progressLine } from './progress.ts'
import { terminalWordsFor } from './terminal-words.ts'

/** How often the line of a terminal changes, and how often a log gets one more. */
const TERMINAL_EVERY_MS = 100
const LOG_EVERY_MS = 10_000

/**
 * Shows how far a copy is: on a terminal in one line that is written again and again, elsewhere in a
 * line for each table that has rows, and now and then in between.
 */
export async function showCopyProgress(io: CommandIo): Promise<(progress: CopyProgress) => void> {
  const words = await terminalWordsFor(io)
  const everyMs = io.rewriteLine === undefined ? LOG_EVERY_MS : TERMINAL_EVERY_MS
  let shown = ''
  let shownAtMs = performance.now()
  let begunAtMs = shownAtMs
  return (progress) => {
    const { step, table, rows, isTableDone } = progress
    const now = performance.now()
    if (shown !== `${step} ${table}`) {
      shown = `${step} ${table}`
      begunAtMs = now
    }
    if (isTableDone ? rows === 0 : now - shownAtMs < everyMs) return
    shownAtMs = now
    const options = { task: step, of: table, unit: 'rows', total: undefined } as const
    if (io.rewriteLine === undefined) {
      io.printError(`${words.question(labelOf(options, words))}${amount(rows, 'rows', words)}`)
    } else io.rewriteLine(progressLine(options, rows, now - begunAtMs, words))
  }
}
