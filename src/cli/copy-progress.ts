import type { CopyProgress } from '../server/store-copy.ts'
import type { CommandIo } from './command.ts'
import { count, progressLine } from './progress.ts'

/** How often the line of a terminal changes, and how often a log gets one more. */
const TERMINAL_EVERY_MS = 100
const LOG_EVERY_MS = 10_000

const STEPS = { copying: 'Copying', comparing: 'Comparing' } as const

/**
 * Shows how far a copy is: on a terminal in one line that is written again and again, elsewhere in a
 * line for each table that has rows, and now and then in between.
 */
export function showCopyProgress(io: CommandIo): (progress: CopyProgress) => void {
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
    const options = { label: `${STEPS[step]} ${table}`, unit: 'rows', total: undefined }
    if (io.rewriteLine !== undefined) io.rewriteLine(progressLine(options, rows, now - begunAtMs))
    else io.printError(`${options.label}: ${count(rows)} ${rows === 1 ? 'row' : 'rows'}`)
  }
}
