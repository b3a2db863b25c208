import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { DAY_MS } from '../../src/core/time.ts'
import { type Campaign, countOf, type Outcome, type Say, secondsSince } from './outcome.ts'
import { Chance } from './seeded-chance.ts'
import {
  type Fate,
  type Outage,
  undisturbedRotations,
  wrongDestructions,
  wrongWith,
} from './simulation-check.ts'
import { type AfterLie, liveThroughLie } from './simulation-lies.ts'
import { type SimulatedWorld, simulatedWorld } from './simulation-world.ts'

const START_AT = Date.parse('2026-01-01T00:00:00Z')
const YEAR_DAYS = 365.25
const MAX_STEP_DAYS = 10
/** A kill comes so long after time was told to pass, in milliseconds, at most. */
const MAX_LIFE_MS = 400
const LIES = {
  believed: 'within the limit and believed',
  confirmed: 'beyond it and confirmed after a while',
  rightAgain: 'beyond it until it was right again',
} as const satisfies Record<AfterLie['kind'], string>

/** Years of rotations with kills and clocks that lie, as a campaign. */
export const simulation: Campaign = {
  about:
    'years of rotations on a virtual clock, the server killed, its clock set back and forward: counts exact',
  flags: {
    keys: { help: 'how many, rotating every 30 to 365 days', default: '10000' },
    years: { help: 'how long', default: '20' },
    kills: { help: 'how often it is killed with SIGKILL amid its work', default: '60' },
    seed: { help: 'of chance; 0 for any', default: '0' },
  },
  missing: () => undefined,
  run: (flags, say) =>
    runSimulation(
      {
        keys: countOf(flags, 'keys'),
        years: countOf(flags, 'years'),
        kills: countOf(flags, 'kills'),
        seed: countOf(flags, 'seed') || randomInt(1, 2 ** 31),
      },
      say,
    ),
}

/** How much is simulated. */
export interface SimulationOptions {
  readonly keys: number
  readonly years: number
  readonly kills: number
  readonly seed: number
}

/** Runs it, small or at length. */
export async function runSimulation(options: SimulationOptions, say: Say): Promise<Outcome> {
  const { keys, years, seed } = options
  const startedAtMs = performance.now()
  const world = await simulatedWorld(keys, START_AT)
  try {
    const endAt = START_AT + Math.round(years * YEAR_DAYS) * DAY_MS
    const lived = await live(world, options, endAt, say)
    const { lines, broken } = check(world, lived, endAt)
    broken.push(...lived.broken)
    if (lived.audit !== undefined) broken.push(`audit verify: ${lived.audit}`)
    const faults =
      `${lived.kills} kills: ${lived.setBack} times the clock went back after it, ` +
      `${lived.goneOn} times it went on without the server; ${lived.lies.length} times it had jumped forward: ` +
      (['believed', 'confirmed', 'rightAgain'] as const)
        .map((kind) => `${lived.lies.filter((lie) => lie === kind).length} ${LIES[kind]}`)
        .join(', ')
    const took = `took ${secondsSince(startedAtMs)}`
    return { lines: [`seed ${seed}`, faults, ...lines, took], broken }
  } finally {
    await world.close()
  }
}

interface Lived {
  readonly fates: ReadonlyMap<string, Fate>
  readonly outages: readonly Outage[]
  /** Times in which the clock was not believed. */
  readonly doubts: readonly Outage[]
  readonly lies: readonly AfterLie['kind'][]
  readonly broken: readonly string[]
  readonly goneOn: number
  readonly kills: number
  readonly setBack: number
  readonly audit: string | undefined
}

async function live(
  world: SimulatedWorld,
  { keys, kills, seed }: SimulationOptions,
  endAt: number,
  say: Say,
): Promise<Lived> {
  const chance = new Chance(seed)
  const fates = new Map<string, Fate>()
  const outages: Outage[] = []
  const doubts: Outage[] = []
  const lies: AfterLie['kind'][] = []
  const broken: string[] = []
  let [now, latest, killed, setBack, goneOn] = [START_AT, START_AT, 0, 0, 0]
  await world.start(now)
  while (now < endAt) {
    latest = Math.max(latest, now)
    await meddle(world, chance, keys, fates, { now, latest })
    const stepMs = Math.min((1 + chance.below(MAX_STEP_DAYS)) * DAY_MS, endAt - now)
    const passing = world.pass(stepMs)
    // Kills are spread over all the time there is.
    const isTime = latest - START_AT >= ((killed + 0.5) / kills) * (endAt - START_AT)
    if (killed < kills && isTime) {
      await sleep(chance.below(MAX_LIFE_MS))
      await world.kill()
      await passing
      killed++
      const kind = chance.below(4)
      if (kind === 3) {
        const lie = await liveThroughLie(world, chance, { now, stepMs, latest, endAt })
        outages.push(...lie.outages)
        if (lie.doubted !== undefined) doubts.push(lie.doubted)
        lies.push(lie.kind)
        broken.push(...lie.broken)
        now = lie.now
        latest = Math.max(latest, now)
        say(`${new Date(now).toISOString().slice(0, 10)}, ${killed} kills`)
        continue
      }
      latest = Math.max(latest, now + stepMs)
      if (kind === 0) {
        const to = now + stepMs + chance.below(60 * DAY_MS)
        outages.push({ from: now, to })
        goneOn++
        now = to
      } else if (kind === 1) {
        setBack++
        now = Math.max(START_AT, now - chance.below(60 * DAY_MS))
      } // else it begins this step again: for it no time has passed
      await world.start(now)
      // A clock that stands still, and another kill while nothing is under way.
      if (chance.oneIn(4)) {
        await world.kill()
        await world.start(now)
      }
      say(`${new Date(now).toISOString().slice(0, 10)}, ${killed} kills`)
      continue
    }
    const { status, failure, body } = await passing
    if (status !== 200)
      throw new Error(`letting time pass: ${status} ${failure} ${body?.error_msg}`)
    now += stepMs
  }
  // What fell due in an outage that ended after the end is done before the books are looked at.
  await world.pass(0)
  const audit = await world.stop()
  return { fates, outages, doubts, lies, broken, goneOn, kills: killed, setBack, audit }
}

/** Disables a key, enables one again, or has one deleted, now and then. */
async function meddle(
  world: SimulatedWorld,
  chance: Chance,
  keys: number,
  fates: Map<string, Fate>,
  { now, latest }: { readonly now: number; readonly latest: number },
): Promise<void> {
  const must = async (operation: string, body: unknown) => {
    const { status, body: reply } = await world.call(operation, body)
    if (status >= 300 || status === 0)
      throw new Error(`${operation}: ${status} ${reply?.error_msg}`)
  }
  for (const [key_id, fate] of fates) {
    const isDisabled = fate.disabledAt !== undefined && fate.enabledAt === undefined
    if (!isDisabled || !chance.oneIn(8) || now < (fate.disabledAt ?? 0)) continue
    await must('enable-key', { key_id })
    fate.enabledAt = now
  }
  const key_id = world.keyId(chance.below(keys))
  if (fates.has(key_id) || chance.oneIn(3)) return
  if (chance.oneIn(2)) {
    await must('disable-key', { key_id })
    fates.set(key_id, { disabledAt: latest })
  } else {
    const days = 7 + chance.below(1090)
    await must('schedule-key-deletion', { key_id, pending_days: String(days) })
    fates.set(key_id, { condemnedAt: latest, deleteAt: now + days * DAY_MS })
  }
}

function check(world: SimulatedWorld, { fates, outages, doubts }: Lived, end: number) {
  // After an outage the last moment may lie behind the end.
  const endAt = outages.reduce((latest, { to }) => Math.max(latest, to), end)
  const broken: string[] = []
  const events = new Map<string, { [column: string]: unknown }[]>()
  const rotations = world.rows('select * from rotation_events order by key_id, to_version')
  for (const row of rotations) {
    const list = events.get(String(row['key_id']))
    if (list === undefined) events.set(String(row['key_id']), [row])
    else list.push(row)
  }
  const rows = world.rows(`select k.*, (select count(*) from key_versions v where v.key_id = k.id)
    as versions from keys k where rotation_interval is not null`)
  const tallied = { late: 0, undisturbed: 0 }
  for (const row of rows) {
    const id = String(row['id'])
    const fate = fates.get(id) ?? {}
    const key = {
      id,
      intervalDays: Number(row['rotation_interval']),
      startAt: START_AT,
      fate,
      events: (events.get(id) ?? []).map((event) => ({
        fromVersion: Number(event['from_version']),
        toVersion: Number(event['to_version']),
        cause: String(event['cause']),
        at: Number(event['at']),
        dueAt: Number(event['due_at']),
      })),
    }
    broken.push(...wrongWith(key, outages, endAt))
    const count = key.events.length
    const counts = ['rotation_count', 'primary_version', 'versions'].map((name) =>
      Number(row[name]),
    )
    if (`${counts}` !== `${[count, count + 1, count + 1]}`) {
      broken.push(`${id}: ${count} rotations on record, and ${counts} in the key`)
    }
    const isLate = key.events.some(({ at, dueAt }) => at !== dueAt)
    if (isLate) tallied.late++
    else if (fates.get(id) === undefined) {
      tallied.undisturbed++
      const wanted = undisturbedRotations(key, endAt)
      if (count !== wanted) broken.push(`${id}: ${count} rotations, not ${wanted}`)
    }
  }
  const destroyed = destroyedKeys(world)
  broken.push(...wrongDestructions({ fates, destroyed, outages, doubts, endAt }))
  const lines = [
    `${rows.length} keys, ${rotations.length} rotations, each in its place: ${tallied.undisturbed} keys ` +
      `rotated as often as their interval goes into the time, ${tallied.late} were late once or more, by an outage`,
    `${[...fates.values()].filter(({ disabledAt }) => disabledAt !== undefined).length} keys were disabled for a time; ` +
      `${destroyed.size} destroyed, none early`,
  ]
  return { lines, broken }
}

/** When each key was destroyed. */
function destroyedKeys(world: SimulatedWorld): ReadonlyMap<string, number> {
  const rows = world.rows('select * from destroyed_keys')
  return new Map(rows.map((row) => [String(row['id']), Number(row['destroyed_at'])]))
}
