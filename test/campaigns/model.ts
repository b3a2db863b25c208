import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type CallLine, openLine } from './call-line.ts'
import { adminToken, noPostgres } from './ground.ts'
import { KEY_OPERATIONS, type KeyAction, START, USES } from './key-model.ts'
import { isLinearisable, type Observed } from './linearise.ts'
import { act, type Life, type Lived, type ModelClient } from './model-calls.ts'
import { type ModelGround, nodesOverPostgres, threadsOverSqlite } from './model-ground.ts'
import { type Campaign, countOf, type Outcome, type Say, secondsSince } from './outcome.ts'
import { Chance } from './seeded-chance.ts'

/** How many operations a history has: all their orders may have to be looked at. */
const ACTIONS = 12
const CLIENTS = 6
/** Of so many different operations as a rule, so that they meet. */
const KINDS = 6
/** What a key may have done before it answers, by which it fell due. */
const FOLLOWED: readonly string[] = ['enable-key', 'update-key-rotation-interval']
/** How long a rotation that is due may take to come, on a machine that is too busy for it. */
const SETTLE_MS = 60_000
const LOOK_EACH_MS = 500
/** How many histories may wait for that at a time. */
const SETTLING = 400
/** How many histories run beside one another, so that their pauses cost nothing. */
const AT_A_TIME = 12

/** Random histories of one key on several nodes, as a campaign. */
export const model: Campaign = {
  about: 'random histories of keys on several nodes: each is one that a single key could have had',
  flags: {
    histories: { help: 'how many on each engine, each of a key of its own', default: '10000' },
    engine: { help: 'postgres, sqlite or both', default: 'both' },
    nodes: { help: 'how many nodes over PostgreSQL, or threads over SQLite', default: '3' },
    'staleness-ms': { help: 'the bound of nodes over PostgreSQL', default: '100' },
    seed: { help: 'of chance; 0 for any', default: '0' },
  },
  missing: noPostgres,
  async run(flags, say) {
    const options = {
      histories: countOf(flags, 'histories'),
      nodes: countOf(flags, 'nodes'),
      stalenessMs: countOf(flags, 'staleness-ms'),
      seed: countOf(flags, 'seed') || randomInt(1, 2 ** 31),
    }
    const wanted = flags['engine']
    const engines = (['postgres', 'sqlite'] as const).filter(
      (engine) => wanted === 'both' || wanted === engine,
    )
    if (engines.length === 0) throw new Error('--engine is postgres, sqlite or both')
    const lines = [`seed ${options.seed}`]
    const broken: string[] = []
    for (const engine of engines) {
      const outcome = await runModel({ ...options, engine }, say)
      lines.push(...outcome.lines)
      broken.push(...outcome.broken)
    }
    return { lines, broken }
  },
}

/** How much is tried. */
export interface ModelOptions {
  readonly histories: number
  readonly engine: ModelEngine
  readonly nodes: number
  readonly stalenessMs: number
  readonly seed: number
}

/** Nodes over PostgreSQL, or as many threads over SQLite. */
export type ModelEngine = 'postgres' | 'sqlite'

/** Runs it on one engine, small or at length. */
export async function runModel(options: ModelOptions, say: Say): Promise<Outcome> {
  const { histories, seed, nodes, engine } = options
  const startedAtMs = performance.now()
  const ground = await (engine === 'sqlite'
    ? threadsOverSqlite(nodes, histories)
    : nodesOverPostgres(nodes, options.stalenessMs, histories))
  const { title } = ground
  const open: CallLine[] = []
  try {
    const lanes = await openLanes(ground, open)
    const livedAtMs = performance.now()
    say(`keys for ${histories} histories on ${title} made in ${secondsSince(startedAtMs)}`)
    const broken: string[] = []
    const outcomes = new Map<string, number>()
    const settling = new Set<Promise<void>>()
    let next = 0
    let waited = 0
    const work = async (clients: readonly ModelClient[]) => {
      while (next < histories && broken.length < 20) {
        const number = next++
        if (number % 1000 === 999) {
          say(`${number + 1} histories on ${title}, ${secondsSince(livedAtMs)}`)
        }
        const life = lifeOf(ground, number)
        const observed = await live(clients, new Chance(seed, number), life, ground.stalenessMs)
        for (const { outcome } of observed) {
          const known = outcome?.startsWith('KMS.') === false ? 'done' : (outcome ?? 'unknown')
          outcomes.set(known, (outcomes.get(known) ?? 0) + 1)
        }
        if (settling.size >= SETTLING) await Promise.race(settling)
        const settled = settle(clients, life, observed).then(({ looks, whole }) => {
          if (looks > 1) waited++
          if (whole !== undefined) broken.push(tellOf(number, whole))
        })
        const ended = settled.finally(() => settling.delete(ended))
        settling.add(ended)
      }
    }
    await Promise.all(lanes.map(work))
    await Promise.all(settling)
    const counts = [...outcomes].sort().map(([outcome, count]) => `${outcome} ${count}`)
    return {
      lines: [
        `${title}: ${next} histories of ${ACTIONS} operations by ${CLIENTS} clients ` +
          `in ${secondsSince(livedAtMs)}, after their keys were made (${secondsSince(startedAtMs)} in ` +
          `all); ${waited} waited for the scheduler; ${counts.join(', ')}`,
      ],
      broken,
    }
  } finally {
    for (const line of open) line.close()
    await ground.close()
  }
}

/** Clients for histories that run beside one another; their connections are kept from one to the next. */
async function openLanes(
  { nodes, credentials }: ModelGround,
  open: CallLine[],
): Promise<readonly (readonly ModelClient[])[]> {
  const lanes: ModelClient[][] = []
  for (let lane = 0; lane < AT_A_TIME; lane++) lanes.push([])
  for (const node of nodes) {
    const token = await adminToken(node, credentials)
    for (const lane of lanes) {
      for (let n = 0; n < CLIENTS / nodes.length; n++) {
        const line = openLine(node.url)
        open.push(line)
        lane.push({ node: node.name, line, projectId: credentials.project_id, token })
      }
    }
  }
  return lanes
}

function lifeOf({ keys, grantees, storage }: ModelGround, number: number): Life {
  const key = keys[number]
  const grantee = grantees[number % grantees.length]
  if (key === undefined || grantee === undefined)
    throw new Error('no key, or nobody to grant it to')
  return { key, grantee, storage, granted: [] }
}

/** Lets all clients at a key; answers what was seen. */
async function live(
  clients: readonly ModelClient[],
  chance: Chance,
  life: Life,
  stalenessMs: number,
): Promise<readonly Observed[]> {
  const observed: Observed[] = []
  const plans = clients.map(() => [] as { readonly action: KeyAction; readonly pauseMs: number }[])
  const some = Array.from({ length: KINDS }, () => chance.pick(KEY_OPERATIONS))
  for (let n = 0; n < ACTIONS; n++) {
    // What a cache still has is seen by using a key again and again.
    const operation = chance.oneIn(3) ? chance.pick(USES) : chance.pick(some)
    // Names of grants are given once.
    const days = operation === 'create-grant' ? n : 30 + chance.below(336)
    const pauseMs = chance.oneIn(3) ? chance.below(60) : 0
    chance.pick(plans).push({ action: { operation, days }, pauseMs })
  }
  await Promise.all(
    clients.map(async (client, index) => {
      for (const { action, pauseMs } of plans[index] ?? []) {
        if (pauseMs > 0) await sleep(pauseMs)
        observed.push(...seen(client, await act(client, life, action), stalenessMs))
      }
    }),
  )
  return observed
}

/** What is known of when it took effect; and of what it may have done besides. */
function seen(client: ModelClient, lived: Lived, stalenessMs: number): readonly Observed[] {
  const { action, outcome, sentAtMs, doneAtMs } = lived
  // A use of a key goes by the cache: what it sees may be as old as the bound allows.
  const afterMs = USES.includes(action.operation) ? sentAtMs - stalenessMs : sentAtMs
  const beforeMs = outcome === undefined ? Number.POSITIVE_INFINITY : doneAtMs
  const one: Observed = { action, outcome, node: client.node, afterMs, beforeMs }
  const isFollowed = FOLLOWED.includes(action.operation) && (outcome ?? '') === ''
  if (!isFollowed) return [one]
  const rest = { operation: 'rotate-if-due', days: 0 } as const
  return [one, { ...one, action: rest, follows: one }]
}

/**
 * Waits until all that happens by itself has happened, and answers the whole history if it is still one
 * that no single key could have had.
 */
async function settle(
  clients: readonly ModelClient[],
  life: Life,
  observed: readonly Observed[],
): Promise<{ readonly looks: number; readonly whole: readonly Observed[] | undefined }> {
  const [client] = clients
  if (client === undefined) throw new Error('no clients')
  const untilMs = performance.now() + SETTLE_MS
  for (let looks = 1; ; looks++) {
    const status = { operation: 'get-key-rotation-status', days: 0 } as const
    const whole = [...observed, ...seen(client, await act(client, life, status), 0)]
    if (isLinearisable(START, whole)) return { looks, whole: undefined }
    // If it never was one, time does not mend it.
    const isHopeless = !isLinearisable(START, observed, 'unsettled')
    if (isHopeless || performance.now() > untilMs) return { looks, whole }
    await sleep(LOOK_EACH_MS)
  }
}

function tellOf(number: number, observed: readonly Observed[]): string {
  const beganAtMs = Math.min(...observed.map(({ beforeMs }) => beforeMs))
  const told = [...observed]
    .sort((a, b) => a.beforeMs - b.beforeMs)
    .map(({ action, outcome, node, afterMs, beforeMs }) => {
      const times = [afterMs, beforeMs].map((ms) => (ms - beganAtMs).toFixed(1)).join(' to ')
      return `  ${node} ${times} ms: ${action.operation} ${action.days}: ${outcome === undefined ? 'no answer' : outcome || 'done'}`
    })
  return `history ${number} is of no single key:\n${told.join('\n')}`
}
