/** How bad it is. A `problem` is to be put right; a `warning` may become one; a `note` is to be known. */
export type Severity = 'problem' | 'warning' | 'note' | 'good'

/** What was found in one respect. */
export interface Finding {
  /** What was looked at, in a word or two. */
  readonly about: string
  readonly severity: Severity
  /** What is there. Never a secret. */
  readonly found: string
  /** What that means; left out where all is good. */
  readonly means?: string
  /** What to do. */
  readonly remedy?: string
}

/** A finding that nothing is to be done about. */
export function good(about: string, found: string): Finding {
  return { about, severity: 'good', found }
}

/** A finding from what is known of an error: its message with its causes, no stack. */
export function failed(about: string, error: unknown, means: string, remedy: string): Finding {
  return { about, severity: 'problem', found: explain(error), means, remedy }
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause === undefined ? error.message : `${error.message}: ${explain(error.cause)}`
}

/** `3 days`, `5 hours`: about how long, for people. */
export function span(ms: number): string {
  const units = [
    ['day', 86_400_000],
    ['hour', 3_600_000],
    ['minute', 60_000],
    ['second', 1000],
  ] as const
  for (const [name, unitMs] of units) {
    const number = Math.floor(ms / unitMs)
    if (number > 0) return `${number} ${name}${number === 1 ? '' : 's'}`
  }
  return 'less than a second'
}

/** `1.5 GiB`. */
export function size(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'] as const
  let [value, unit] = [bytes, 0]
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit++
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`
}
