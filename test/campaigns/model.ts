import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { keyState } from '../../src/contract/fields.ts'
import { parseCiphertext } from '../../src/crypto/ciphertext.ts'
import { aKey } from '../a-key.ts'
import type { Json } from '../server.ts'
import { type CallLine, openLine } from './call-line.ts'
import { adminToken, noPostgres } from './ground.ts'
import {
  descriptionText,
  KEY_OPERATIONS,
  type KeyAction,
  type KeyOperation,
  rotationText,
} from './key-model.ts'
import { isLinearisable, type Observed } from './linearise.ts'
import { type ModelGround, nodesOverPostgres, threadsOverSqlite } from './model-ground.ts'
import { type Campaign, countOf, type Outcome, type Say, secondsSince } from './outcome.ts'
import { Chance } from './seeded-chance.ts'

/** How many operations a history has: all their orders may have to be looked at. */
const ACTIONS = 12
const CLIENTS = 6
/** How often a key is asked for, on a machine that is too busy to answer. */
const ATTEMPTS = 20
/** The store did not answer in time: what was asked for may have been done, or be done yet. */
const IO_ERROR = 'KMS.0102'
/** How many histories run beside one another, so that their pauses cost nothing. */
const AT_A_TIME = 12
/** A key as it is made here: names are what is left of them without the number of the history. */
const START = aKey({ alias: '', description: '' })

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

interface Client {
  readonly node: string
  readonly call: (operation: string, body: unknown) => ReturnType<CallLine['call']>
}

/** Runs it on one engine, small or at length. */
export async function runModel(options: ModelOptions, say: Say): Promise<Outcome> {
  const { histories, seed, nodes, engine } = options
  const startedAtMs = performance.now()
  const ground = await (engine === 'sqlite'
    ? threadsOverSqlite(nodes)
    : nodesOverPostgres(nodes, options.stalenessMs))
  const { title, stalenessMs } = ground
  const open: CallLine[] = []
  try {
    const lanes = await openLanes(ground, open)
    const broken: string[] = []
    const outcomes = new Map<string, number>()
    let next = 0
    const work = async (clients: readonly Client[]) => {
      while (next < histories && broken.length < 20) {
        const number = next++
        if (number % 1000 === 999) say(`${number + 1} histories on ${title}`)
        const observed = await live(clients, new Chance(seed, number), number, stalenessMs)
        for (const { outcome } of observed) {
          const known = outcome?.startsWith('KMS.') === false ? 'done' : (outcome ?? 'unknown')
          outcomes.set(known, (outcomes.get(known) ?? 0) + 1)
        }
        if (!isLinearisable(START, observed)) broken.push(tellOf(number, observed))
      }
    }
    await Promise.all(lanes.map(work))
    const counts = [...outcomes].sort().map(([outcome, count]) => `${outcome} ${count}`)
    return {
      lines: [
        `${title}: ${next} histories of ${ACTIONS} operations by ${CLIENTS} clients ` +
          `in ${secondsSince(startedAtMs)}: ${counts.join(', ')}`,
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
): Promise<readonly (readonly Client[])[]> {
  const lanes: Client[][] = []
  for (let lane = 0; lane < AT_A_TIME; lane++) lanes.push([])
  for (const node of nodes) {
    const token = await adminToken(node, credentials)
    for (const lane of lanes) {
      for (let n = 0; n < CLIENTS / nodes.length; n++) {
        const line = openLine(node.url)
        open.push(line)
        lane.push({
          node: node.name,
          call: (operation, body) =>
            line.call({ path: `/v1.0/${credentials.project_id}/kms/${operation}`, token, body }),
        })
      }
    }
  }
  return lanes
}

/** Makes a key; its alias is what all its aliases begin with: no two keys of a project share one. */
async function createKey(
  client: Client,
  number: number,
): Promise<{ readonly keyId: string; readonly prefix: string }> {
  let last = ''
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const prefix = `model-${number}x${attempt}-`
    const { status, code, failure, body } = await client.call('create-key', { key_alias: prefix })
    if (status === 200) return { keyId: body.key_info.key_id, prefix }
    last = `${status} ${code} ${failure ?? ''}`
  }
  throw new Error(`no key was made: ${last}`)
}

/** Makes a key and lets all clients at it; answers what was seen. */
async function live(
  clients: readonly Client[],
  chance: Chance,
  number: number,
  stalenessMs: number,
): Promise<readonly Observed[]> {
  const [first] = clients
  if (first === undefined) throw new Error('no clients')
  const { keyId, prefix } = await createKey(first, number)
  const observed: Observed[] = []
  const plans = clients.map(() => [] as { readonly action: KeyAction; readonly pauseMs: number }[])
  for (let n = 0; n < ACTIONS; n++) {
    const action = {
      operation: chance.pick(KEY_OPERATIONS),
      days: 30 + chance.below(336),
    }
    chance.pick(plans).push({ action, pauseMs: chance.oneIn(3) ? chance.below(60) : 0 })
  }
  await Promise.all(
    clients.map(async (client, index) => {
      for (const { action, pauseMs } of plans[index] ?? []) {
        if (pauseMs > 0) await sleep(pauseMs)
        const answer = await client.call(action.operation, bodyOf(action, keyId, prefix))
        const { sentAtMs, doneAtMs, status, code, failure } = answer
        const isUnknown = status === 0 || code === IO_ERROR
        const outcome = status === 200 ? outcomeOf(action.operation, answer.body) : code
        // A use of a key goes by the cache: what it sees may be as old as the bound allows.
        const isUse = action.operation === 'encrypt-data'
        observed.push({
          action,
          outcome: isUnknown
            ? undefined
            : outcome || (status === 200 ? '' : `${status} ${failure}`),
          node: client.node,
          afterMs: isUse ? sentAtMs - stalenessMs : sentAtMs,
          beforeMs: isUnknown ? Number.POSITIVE_INFINITY : doneAtMs,
        })
      }
    }),
  )
  return observed
}

function bodyOf({ operation, days }: KeyAction, key_id: string, prefix: string): unknown {
  if (operation === 'update-key-alias') return { key_id, key_alias: `${prefix}${days}` }
  if (operation === 'update-key-description') return { key_id, key_description: `${days}` }
  if (operation === 'update-key-rotation-interval') return { key_id, rotation_interval: days }
  if (operation === 'schedule-key-deletion') return { key_id, pending_days: '7' }
  if (operation === 'encrypt-data') return { key_id, plain_text: 'model' }
  return { key_id }
}

function outcomeOf(operation: KeyOperation, body: Json): string {
  if (operation === 'describe-key') {
    const { key_state, key_alias, key_description } = body.key_info
    const alias = String(key_alias).replace(/^model-[0-9x]+-/, '')
    return descriptionText(`${keyState.decode(key_state)}`, alias, key_description)
  }
  if (operation === 'get-key-rotation-status') {
    const { key_rotation_enabled: isOn, rotation_interval, number_of_rotations } = body
    return rotationText(isOn, rotation_interval, number_of_rotations)
  }
  if (operation === 'encrypt-data') {
    const parsed = parseCiphertext(Buffer.from(body.cipher_text, 'base64'))
    return parsed.kind === 'ok' ? `version ${parsed.ciphertext.version}` : parsed.kind
  }
  return ''
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
