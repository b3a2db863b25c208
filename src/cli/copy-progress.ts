import type { CopyProgress } from '../server/store-copy.ts'
import type { CommandIo } from './command.ts'

/** How often the line of a terminal changes, and how often a log gets one more. */
const TERMINAL_EVERY_MS = 100
const LOG_EVERY_MS = 10_000

const STEPS = { copying: 'Copying', comparing: 'Comparing' } as const

/**
 * Shows how far a copy is: on a terminal in one line that is written again and again, elsewhere in a
 * line for each table that has rows, and now and then in between.
 */
export function showProgress(io: CommandIo): (progress: CopyProgress) => void {
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
    const rate = ratePerSecond(rows, now - begunAtMs)
    const line = `${STEPS[step]} ${table}: ${count(rows)} ${rows === 1 ? 'row' : 'rows'}${rate}`
    if (io.rewriteLine === undefined) io.printError(line)
    else io.rewriteLine(line)
  }
}

/** A number with its thousands apart. */
export function count(number: number): string {
  return number.toLocaleString('en-US')
}

/** Nothing while too little time has passed to tell. */
function ratePerSecond(rows: number, tookMs: number): string {
  return tookMs < TERMINAL_EVERY_MS ? '' : `, ${count(Math.round((rows * 1000) / tookMs))} rows/s`
}
