import { readdir } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { residentMib } from '../../../bench/process-figures.ts'
import { type Answer, openLine } from '../call-line.ts'
import { type Honest, honestCalls } from '../honest-calls.ts'
import { spread } from '../outcome.ts'
import { quantileOf } from '../soak-figures.ts'
import { inShort, type Stage } from './stage.ts'
import type { UpstreamFault } from './upstream-faults.ts'

/** Needy calls at a time: so many that each way of a fault is met. */
const NEEDY = 6
/** So long, between needy calls that go on because the fault is not noticed yet. */
const NEEDY_PAUSE_MS = 100
const LINES = 4
const CALLS_PER_SECOND = 50
/** What others may come to besides while an upstream is broken. */
const STEADY = { factor: 3, slackMs: 100 } as const
/** Of fewer calls the p99 says nothing. */
const MIN_CALLS_FOR_P99 = 200
/** What timers and a busy machine add to a limit. */
const SLACK_MS = 1500

/** What one fault came to. */
export interface Broken {
  readonly fault: UpstreamFault
  readonly needyMs: readonly number[]
  readonly backMs: number
  readonly calm: Honest
  readonly broken: Honest
  readonly openFiles: number
  readonly residentMib: number
  /** What was promised and not kept. */
  readonly failures: readonly string[]
}

/** Breaks the upstream once in one way, and mends it. */
export async function breakUpstream(
  stage: Stage,
  fault: UpstreamFault,
  calmSeconds: number,
  isLatencyJudged: boolean,
): Promise<Broken> {
  const { node, way, limitMs, backMs } = stage
  const failures: string[] = []
  const call = await stage.honest()
  const others = { url: node.url, lines: LINES, callsPerSecond: CALLS_PER_SECOND, call }
  // What needs the upstream is asked for in both: it is work by itself.
  const beside = async (asking: Promise<unknown>): Promise<Honest> =>
    honestCalls({ ...others, until: Promise.all([asking, sleep(calmSeconds * 1000)]) })
  const calm = await beside(askOnce(stage))
  await way.break(fault)
  const asking = askNeedy(stage, fault)
  const broken = await beside(asking)
  const answers = await asking
  await way.mend()
  const { seen, before } = stage.expected(fault)
  for (const answer of answers) {
    const tookMs = answer.doneAtMs - answer.sentAtMs
    const what = inShort(answer)
    if (![...seen, ...before].includes(what)) failures.push(`answered ${what}`)
    if (tookMs > limitMs + SLACK_MS) failures.push(`${what} after ${tookMs.toFixed(0)} ms`)
  }
  if (!answers.some((answer) => seen.includes(inShort(answer)))) {
    failures.push(`never answered ${seen.join(' or ')}`)
  }
  failures.push(...[...calm.failures, ...broken.failures].slice(0, 5))
  const [calmMs, brokenMs] = [calm, broken].map(({ durationsMs }) => quantileOf(durationsMs, 0.99))
  const areMany = [calm, broken].every(({ served }) => served >= MIN_CALLS_FOR_P99)
  if (
    isLatencyJudged &&
    areMany &&
    (brokenMs ?? 0) > (calmMs ?? 0) * STEADY.factor + STEADY.slackMs
  ) {
    failures.push(`p99 of others goes from ${calmMs?.toFixed(1)} to ${brokenMs?.toFixed(1)} ms`)
  }
  const tookMs = await untilWell(stage, backMs)
  if (tookMs === undefined) failures.push(`not well again within ${backMs} ms`)
  failures.push(...(await stage.whole()))
  return {
    fault,
    needyMs: answers.map(({ sentAtMs, doneAtMs }) => doneAtMs - sentAtMs),
    backMs: tookMs ?? Number.POSITIVE_INFINITY,
    calm,
    broken,
    openFiles: (await readdir(`/proc/${node.pid}/fd`)).length,
    residentMib: await residentMib(node.pid),
    failures: [...new Set(failures)].map((failure) => `${fault}: ${failure}`),
  }
}

/** Needy calls, at once, and again until the fault is noticed. */
async function askNeedy(stage: Stage, fault: UpstreamFault): Promise<readonly Answer[]> {
  const { seen, withinMs } = stage.expected(fault)
  const endMs = performance.now() + withinMs + SLACK_MS
  const lines = Array.from({ length: NEEDY }, () => openLine(stage.node.url))
  try {
    const answers: Answer[] = []
    for (;;) {
      const some = await Promise.all(lines.map((line) => stage.needy(line)))
      answers.push(...some)
      const isNoticed = some.every((answer) => seen.includes(inShort(answer)))
      if (isNoticed || withinMs === 0 || performance.now() > endMs) return answers
      await sleep(NEEDY_PAUSE_MS)
    }
  } finally {
    for (const line of lines) line.close()
  }
}

/** Needy calls while all is well. @throws {Error} when it is not */
async function askOnce(stage: Stage): Promise<void> {
  if ((await untilWell(stage, stage.backMs)) === undefined) throw new Error('not well beforehand')
}

/** How long it takes until needy calls are served, all at once; undefined when it is too long. */
async function untilWell(stage: Stage, backMs: number): Promise<number | undefined> {
  const sinceMs = performance.now()
  const lines = Array.from({ length: NEEDY }, () => openLine(stage.node.url))
  try {
    for (;;) {
      const some = await Promise.all(lines.map((line) => stage.needy(line)))
      const tookMs = performance.now() - sinceMs
      if (some.every(({ status }) => status === 200)) return tookMs
      if (tookMs > backMs) return undefined
      await sleep(NEEDY_PAUSE_MS)
    }
  } finally {
    for (const line of lines) line.close()
  }
}

/** A line of the report. */
export function lineOf(name: string, { fault, needyMs, backMs, calm, broken }: Broken): string {
  const others = `others p99 ${p99(calm)} before, ${p99(broken)} ms meanwhile, ${broken.served} calls`
  return `${name}, ${fault}: ${needyMs.length} needy calls ${spread(needyMs)}; well after ${backMs.toFixed(0)} ms; ${others}`
}

function p99({ durationsMs }: Honest): string {
  return quantileOf(durationsMs, 0.99).toFixed(1)
}
