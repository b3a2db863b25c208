/** A campaign as it is run by name. */
export interface Campaign {
  /** One sentence: what it shows. */
  readonly about: string
  /** Flags with what they mean. */
  readonly flags: Readonly<Record<string, Flag>>
  /** Why it cannot run here; undefined when it can. */
  readonly missing: () => string | undefined
  /** Runs it; `say` is told of what is on its way. */
  readonly run: (flags: FlagValues, say: Say) => Promise<Outcome>
}

/** A flag of a campaign; every one is a number or a word. */
export interface Flag {
  readonly help: string
  readonly default: string
}

/** Flags as they were given, or their defaults. */
export type FlagValues = Readonly<Record<string, string>>

/** Is told a line. */
export type Say = (line: string) => void

/** What a campaign found. */
export interface Outcome {
  readonly lines: readonly string[]
  /** What was promised and not kept, one sentence each. */
  readonly broken: readonly string[]
}

/**
 * A count among the flags.
 *
 * @throws {Error} when it is no whole number
 */
export function countOf(flags: FlagValues, name: string): number {
  const value = Number(flags[name])
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${name} is a whole number`)
  return value
}

/** Least, median, 90th and 99th percentile and greatest of durations, in milliseconds. */
export function spread(durationsMs: readonly number[]): string {
  if (durationsMs.length === 0) return 'none'
  const sorted = [...durationsMs].sort((a, b) => a - b)
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]
  const shares = { min: 0, p50: 0.5, p90: 0.9, p99: 0.99, max: 1 }
  const shown = Object.entries(shares).map(
    ([name, share]) => `${name} ${(at(share) ?? 0).toFixed(1)}`,
  )
  return `${shown.join('  ')} ms`
}

/** Seconds since a moment of the clock that never jumps. */
export function secondsSince(startedAtMs: number): string {
  return `${((performance.now() - startedAtMs) / 1000).toFixed(1)} s`
}
