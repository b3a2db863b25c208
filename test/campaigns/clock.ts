import { runClockPairs } from './clock-pair.ts'
import { type ClockFigures, ClockScript, noFigures } from './clock-script.ts'
import { noFalseClock } from './false-clock.ts'
import { noPostgres } from './ground.ts'
import { type Campaign, countOf, type Outcome, type Say, secondsSince } from './outcome.ts'

const AT_ONCE = 4

/** How much is tried. */
export interface ClockPlan {
  readonly scripts: number
  /** How many jumps of one of two nodes over PostgreSQL. */
  readonly pairs: number
  readonly seed: number
  /** How many jumps each script has. */
  readonly steps: number
}

/** Lets the clock of a server lie, and counts what is destroyed early and rotated twice or never. */
export const clock: Campaign = {
  about: 'a clock that jumps or stops destroys nothing early, and no rotation is doubled or missed',
  flags: {
    scripts: { help: 'how many servers, each with jumps of its own', default: '50' },
    pairs: { help: 'jumps of the clock of one of two nodes over PostgreSQL', default: '50' },
    seed: { help: 'of the jumps', default: '1' },
    steps: { help: 'jumps of each server', default: '8' },
  },
  missing: () => noFalseClock() ?? noPostgres(),
  run: (flags, say) =>
    runClock(
      {
        scripts: countOf(flags, 'scripts'),
        pairs: countOf(flags, 'pairs'),
        seed: countOf(flags, 'seed'),
        steps: countOf(flags, 'steps'),
      },
      say,
    ),
}

/** Runs {@link clock}. */
export async function runClock(plan: ClockPlan, say: Say): Promise<Outcome> {
  const startedAtMs = performance.now()
  const broken: string[] = []
  const figures = noFigures()
  let next = 0
  const work = async () => {
    while (next < plan.scripts) {
      const number = next++
      const script = new ClockScript(plan.seed * 1000 + number)
      try {
        await script.run(plan.steps)
      } catch (error) {
        broken.push(`script ${number} ended: ${error instanceof Error ? error.stack : error}`)
      } finally {
        await script.close()
      }
      for (const line of script.broken) broken.push(`script ${number}: ${line}`)
      for (const name of Object.keys(figures) as (keyof ClockFigures)[]) {
        figures[name] += script.figures[name]
      }
      say(`script ${number}: ${script.told.join(', ')}`)
    }
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, plan.scripts) }, work))
  const { jumps, doubted, confirmed, restarts, rotations, destroyed, expired } = figures
  const lines = [
    `${plan.scripts} scripts, ${jumps} jumps and stops of the clock, ${restarts} restarts`,
    `${doubted} times the clock was not believed, ${confirmed} times it was confirmed`,
    `${rotations} rotations, ${destroyed} deletions, ${expired} times material expired, each when it was due`,
  ]
  if (plan.pairs > 0) {
    const pairs = await runClockPairs(plan.pairs, plan.seed, say)
    lines.push(...pairs.lines)
    broken.push(...pairs.broken)
  }
  return { lines: [...lines, `took ${secondsSince(startedAtMs)}`], broken }
}
