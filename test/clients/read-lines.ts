import type { Tally } from './walk/walker.ts'

/** The results of a program that walks by itself: a JSON line for each call. */
export function readLines(output: string): {
  readonly tallies: ReadonlyMap<string, Tally>
  readonly failures: readonly string[]
} {
  const tallies = new Map<string, Tally>()
  const failures: string[] = []
  for (const line of output.split('\n')) {
    if (!line.startsWith('{')) continue
    const { operation, passed, detail } = JSON.parse(line)
    const tally = tallies.get(operation) ?? { calls: 0, passed: 0 }
    tallies.set(operation, tally)
    tally.calls++
    if (passed) tally.passed++
    else failures.push(`${operation}: ${detail ?? ''}`)
  }
  if (tallies.size === 0) failures.push('the program reported no call at all')
  return { tallies, failures }
}
