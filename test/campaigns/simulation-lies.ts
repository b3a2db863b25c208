import { DAY_MS } from '../../src/core/time.ts'
import type { Chance } from './seeded-chance.ts'
import type { Outage } from './simulation-check.ts'
import type { SimulatedWorld } from './simulation-world.ts'

/** By so much the clock may be set and is believed. */
const LIMIT_MS = 3_600_000
/** A lie that an operator confirms is no longer than this. */
const MAX_CONFIRMED_MS = 60 * DAY_MS
const MAX_LIE_MS = 3653 * DAY_MS
const MAX_STEP_DAYS = 10

/** What is known of the time when a server starts with a clock that runs ahead. */
export interface BeforeLie {
  /** What time it was when the step began in which the last server was killed. */
  readonly now: number
  /** How long that step was to be. */
  readonly stepMs: number
  /** The greatest time that was reached before. */
  readonly latest: number
  readonly endAt: number
}

/** What came of it. */
export interface AfterLie {
  readonly now: number
  readonly kind: 'believed' | 'confirmed' | 'rightAgain'
  /** Times that the server never saw: what falls due in them is done at their end. */
  readonly outages: readonly Outage[]
  /** A time in which nothing may be destroyed; undefined when the clock was believed at once. */
  readonly doubted: Outage | undefined
  readonly broken: readonly string[]
}

/**
 * Starts a server whose clock has jumped forward while it was down. Within the limit it is believed. Beyond
 * it time goes on from the newest that was noted: rotations come at their moments, nothing is destroyed;
 * until an operator confirms the clock, or it is right again.
 */
export async function liveThroughLie(
  world: SimulatedWorld,
  chance: Chance,
  { now, stepMs, latest, endAt }: BeforeLie,
): Promise<AfterLie> {
  const broken: string[] = []
  const newest = world.newest()
  if (!(newest >= latest && newest <= Math.max(latest, now + stepMs))) {
    broken.push(
      `${timeText(newest)} is noted as believed, between ${timeText(latest)} and a step on`,
    )
  }
  const isWithin = chance.oneIn(3)
  const isConfirmed = !isWithin && chance.oneIn(2)
  const mostMs = isConfirmed ? MAX_CONFIRMED_MS : MAX_LIE_MS
  const aheadMs = isWithin
    ? 1 + chance.below(LIMIT_MS)
    : LIMIT_MS + 1 + chance.below(mostMs - LIMIT_MS)
  await world.start(newest, { aheadMs, limitMs: LIMIT_MS })
  const says = async (time: number, isTrusted: boolean, clock = world.clock()) => {
    const said = await clock
    if (said.time === time && said.isTrusted === isTrusted) return
    broken.push(
      `ahead by ${aheadMs} ms, it says ${timeText(said.time)}, ${said.isTrusted ? '' : 'not '}believed; ` +
        `it is ${timeText(time)}, ${isTrusted ? '' : 'not '}to be believed`,
    )
  }
  // What it lived through before its clock was set back is over.
  const past = newest > now ? [{ from: now, to: newest }] : []
  if (isWithin) {
    await says(newest + aheadMs, true)
    const outages = [...past, { from: now, to: newest + aheadMs }]
    return { now: newest + aheadMs, kind: 'believed', outages, doubted: undefined, broken }
  }
  await says(newest, false)
  let time = newest
  for (let steps = 1 + chance.below(4); steps > 0 && time < endAt; steps--) {
    const passMs = Math.min((1 + chance.below(MAX_STEP_DAYS)) * DAY_MS, endAt - time)
    const { status, failure } = await world.pass(passMs)
    if (status !== 200) throw new Error(`letting time pass in doubt: ${status} ${failure}`)
    time += passMs
    await says(time, false)
  }
  if (isConfirmed) {
    await says(time + aheadMs, true, world.confirm())
    const outages = [...past, { from: time, to: time + aheadMs }]
    const to = time + aheadMs
    await world.pass(0)
    return {
      now: to,
      kind: 'confirmed',
      outages,
      doubted: { from: Math.min(now, newest), to },
      broken,
    }
  }
  await world.kill()
  await world.start(time)
  await says(time, true)
  await world.pass(0)
  const doubted = { from: Math.min(now, newest), to: time }
  return { now: time, kind: 'rightAgain', outages: past, doubted, broken }
}

function timeText(time: number): string {
  return new Date(time).toISOString()
}
