import type { CommandIo } from './command.ts'
import { type Task, type TerminalWords, type Things, terminalWordsFor } from './terminal-words.ts'

/** How often a line of a terminal changes. */
const EVERY_MS = 100
/** Before that nobody can tell how fast it goes. */
const RATE_AFTER_MS = 500
const BAR_CELLS = 20
const KIB = 1024
const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const

/** Work whose end is far off. */
export interface ProgressOptions {
  readonly task: Task
  /** What it is done to. */
  readonly of?: string
  readonly unit: 'bytes' | Things
  /** How many there are; undefined where that is not known. */
  readonly total: number | undefined
}

/** A line on the terminal that grows. */
export interface Progress {
  /** So many more are done. */
  readonly add: (count: number) => void
  /** Takes the line away. */
  readonly end: () => void
}

/** Shows how far long work is, on a terminal; elsewhere nothing. */
export async function showProgress(io: CommandIo, options: ProgressOptions): Promise<Progress> {
  const { rewriteLine } = io
  if (rewriteLine === undefined) return { add: () => {}, end: () => {} }
  const words = await terminalWordsFor(io)
  const begunAtMs = performance.now()
  let shownAtMs = begunAtMs
  let done = 0
  return {
    add(count) {
      done += count
      const nowMs = performance.now()
      if (nowMs - shownAtMs < EVERY_MS) return
      shownAtMs = nowMs
      rewriteLine(progressLine(options, done, nowMs - begunAtMs, words))
    },
    end: () => rewriteLine(''),
  }
}

/** One line: label, bar and share where the total is known, count, rate, time to go. */
export function progressLine(
  options: ProgressOptions,
  done: number,
  tookMs: number,
  words: TerminalWords,
): string {
  const { unit, total } = options
  const parts = [labelOf(options, words)]
  const share = total === undefined || total === 0 ? undefined : Math.min(1, done / total)
  if (share !== undefined) {
    const cells = Math.round(share * BAR_CELLS)
    parts.push(`[${'#'.repeat(cells)}${'.'.repeat(BAR_CELLS - cells)}]`)
    parts.push(`${String(Math.floor(share * 100)).padStart(3)} %`)
  }
  parts.push(` ${amount(done, unit, words)}`)
  if (tookMs >= RATE_AFTER_MS) {
    const perSecond = (done * 1000) / tookMs
    parts.push(` ${amount(Math.round(perSecond), unit, words)}/s`)
    if (total !== undefined && done > 0 && done < total) {
      parts.push(` ${words.left(duration((total - done) / perSecond))}`)
    }
  }
  return parts.join(' ')
}

/** What is done, and to what. */
export function labelOf({ task, of }: ProgressOptions, { tasks }: TerminalWords): string {
  return of === undefined ? tasks[task] : `${tasks[task]} ${of}`
}

/** A number with its thousands apart. */
export function count(number: number): string {
  return number.toLocaleString('en-US')
}

/** `1.5 GiB`, or `12,345 keys`. */
export function amount(
  number: number,
  unit: ProgressOptions['unit'],
  words: TerminalWords,
): string {
  if (unit !== 'bytes') return words.things(count(number), unit)
  let step = 0
  let value = number
  while (value >= KIB && step < BYTE_UNITS.length - 1) {
    value /= KIB
    step++
  }
  return `${step === 0 ? value : value.toFixed(1)} ${BYTE_UNITS[step]}`
}

/** `0:07`, `12:34`, `1:02:03`. */
function duration(seconds: number): string {
  const whole = Math.ceil(seconds)
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60]
  const two = (number: number) => String(number).padStart(2, '0')
  const rest = two(whole % 60)
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`
}
