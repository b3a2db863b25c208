import { spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { type Campaign, countOf, type Outcome, type Say, secondsSince } from './outcome.ts'
import { Chance } from './seeded-chance.ts'
import { type MakeTarget, TIMING_TARGETS, type TimingTarget } from './timing-targets.ts'
import { type WelchResult, welch } from './welch.ts'

/** From here on two classes are told apart. Source: the issue of this campaign; dudect says 10. */
const MAX_T = 5
/** A slow comparison is tried once for so many of the others. */
const SLOW_SHARE = 500
const MIN_SLOW_SAMPLES = 40

/** How long comparisons of secrets take, as a campaign. */
export const timing: Campaign = {
  about: 'comparisons of secrets: how long they take says nothing of where the difference is',
  flags: {
    samples: { help: 'calls timed for each comparison', default: '1000000' },
    seed: { help: 'of the order of the classes', default: '1' },
    only: { help: 'one comparison by its name; empty for all', default: '' },
    cpu: { help: 'the one it runs on; - for any', default: String(availableParallelism() - 1) },
  },
  missing: () => undefined,
  run: async (flags, say) => {
    const { cpu = '-', only = '' } = flags
    const pinned = cpu === '-' ? 'not pinned' : pinTo(cpu)
    const sizes = { samples: countOf(flags, 'samples'), seed: countOf(flags, 'seed'), only }
    const { lines, broken } = await runTiming(sizes, say)
    return { lines: [...lines, pinned], broken }
  },
}

/** How much is timed, and what. */
export interface TimingOptions {
  readonly samples: number
  readonly seed: number
  /** One by its name; all when it is empty. */
  readonly only?: string
  /** Instead of the server's own. */
  readonly targets?: Readonly<Record<string, MakeTarget>>
}

/** Runs it, small or at length. */
export async function runTiming(options: TimingOptions, say: Say): Promise<Outcome> {
  const { targets = TIMING_TARGETS, only = '' } = options
  const startedAtMs = performance.now()
  const lines: string[] = []
  const broken: string[] = []
  for (const [name, make] of Object.entries(targets)) {
    if (only !== '' && name !== only) continue
    const target = await make()
    const { samples, result } = await timeTarget(target, options).finally(target.close)
    const line =
      `${name}: ${target.classes.join(' / ')}: ${samples} samples, t ${result.t.toFixed(2)}, ` +
      `difference ${result.differenceNs.toFixed(1)} ns`
    say(line)
    lines.push(line)
    if (Math.abs(result.t) >= MAX_T) broken.push(line)
  }
  return { lines: [...lines, `took ${secondsSince(startedAtMs)}`], broken }
}

/** The classes come in an order of chance, as dudect has it. */
async function timeTarget(
  target: TimingTarget,
  { samples: wanted, seed }: TimingOptions,
): Promise<{ readonly samples: number; readonly result: WelchResult }> {
  const samples =
    target.isSlow === true ? Math.max(MIN_SLOW_SAMPLES, Math.ceil(wanted / SLOW_SHARE)) : wanted
  const chance = new Chance(seed)
  if (!(await target.prepare(undefined)())) throw new Error('what is right is refused')
  const warmUp = Math.ceil(samples / 10)
  await takeTimes(target, chance, warmUp)
  return { samples, result: welch(await takeTimes(target, chance, samples)) }
}

async function takeTimes(target: TimingTarget, chance: Chance, samples: number) {
  const times = new Float64Array(samples)
  const classes = new Uint8Array(samples)
  for (let at = 0; at < samples; at++) {
    const classAt = chance.below(target.classes.length)
    const call = target.prepare(classAt)
    const startMs = performance.now()
    const answered = call()
    const isRight: boolean = typeof answered === 'boolean' ? answered : await answered
    times[at] = (performance.now() - startMs) * 1e6
    classes[at] = classAt
    if (isRight) throw new Error(`${target.classes[classAt]} is answered as right`)
  }
  return { times, classes }
}

/** Keeps this process on one processor, where that can be told to the kernel. */
function pinTo(cpu: string): string {
  const { status } = spawnSync('taskset', ['-a', '-c', '-p', cpu, String(process.pid)])
  return status === 0 ? `on processor ${cpu} alone` : 'not pinned: there is no taskset'
}
