import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { keyState } from '../../src/contract/fields.ts'
import { parseCiphertext } from '../../src/crypto/ciphertext.ts'
import { aKey } from '../a-key.ts'
import type { Json } from '../server.ts'
import { type CallLine, openLine } from './call-line.ts'
import { adminToken, credentialsOf, makeGround, noPostgres } from './ground.ts'
import { KEY_OPERATIONS, type KeyAction, type KeyOperation, rotationText } from './key-model.ts'
import { isLinearisable, type Observed } from './linearise.ts'
import { type Campaign, countOf, type Outcome, type Say, secondsSince } from './outcome.ts'
import { Chance } from './seeded-chance.ts'

/** How many operations a history has: all their orders may have to be looked at. */
const ACTIONS = 12
const CLIENTS_TO_NODE = 2
/** How many histories run beside one another, so that their pauses cost nothing. */
const AT_A_TIME = 12

/** Random histories of one key on several nodes, as a campaign. */
export const model: Campaign = {
  about: 'random histories of keys on several nodes: each is one that a single key could have had',
  flags: {
    histories: { help: 'how many, each of a key of its own', default: '20000' },
    nodes: { help: 'how many nodes', default: '3' },
    'staleness-ms': { help: 'the bound', default: '100' },
    seed: { help: 'of chance; 0 for any', default: '0' },
  },
  missing: noPostgres,
  run: (flags, say) =>
    runModel(
      {
        histories: countOf(flags, 'histories'),
        nodes: countOf(flags, 'nodes'),
        stalenessMs: countOf(flags, 'staleness-ms'),
        seed: countOf(flags, 'seed') || randomInt(1, 2 ** 31),
      },
      say,
    ),
}

/** How much is tried. */
export interface ModelOptions {
  readonly histories: number
  readonly nodes: number
  readonly stalenessMs: number
  readonly seed: number
}

interface Client {
  readonly node: string
  readonly call: (operation: string, body: unknown) => ReturnType<CallLine['call']>
}

/** Runs it, small or at length. */
export async function runModel(options: ModelOptions, say: Say): Promise<Outcome> {
  const { histories, seed, stalenessMs } = options
  const startedAtMs = performance.now()
  const ground = await makeGround({ isDurable: false })
  const open: CallLine[] = []
  try {
    const flags = ['--workers', '1', '--staleness-ms', `${stalenessMs}`, '--key-quota', '2000000']
    const nodes = []
    for (let n = 0; n < options.nodes; n++) {
      nodes.push(await ground.startNode({ name: `node-${n}`, flags }))
    }
    const credentials = await credentialsOf(nodes)
    const lanes: Client[][] = []
    for (let lane = 0; lane < AT_A_TIME; lane++) lanes.push([])
    for (const node of nodes) {
      const token = await adminToken(node, credentials)
      for (const lane of lanes) {
        for (let n = 0; n < CLIENTS_TO_NODE; n++) {
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
    const broken: string[] = []
    const outcomes = new Map<string, number>()
    let next = 0
    const work = async (clients: readonly Client[]) => {
      while (next < histories && broken.length < 20) {
        const number = next++
        if (number % 1000 === 999) say(`${number + 1} histories`)
        const observed = await live(clients, new Chance(seed, number), number, stalenessMs)
        for (const { outcome } of observed) {
          const known = outcome.startsWith('KMS.') ? outcome : 'done'
          outcomes.set(known, (outcomes.get(known) ?? 0) + 1)
        }
        if (!isLinearisable(aKey(), observed)) broken.push(tellOf(number, observed))
      }
    }
    await Promise.all(lanes.map(work))
    const counts = [...outcomes].sort().map(([outcome, count]) => `${outcome} ${count}`)
    return {
      lines: [
        `seed ${seed}`,
        `${next} histories of ${ACTIONS} operations by ${options.nodes * CLIENTS_TO_NODE} clients of ` +
          `${options.nodes} nodes in ${secondsSince(startedAtMs)}: ${counts.join(', ')}`,
      ],
      broken,
    }
  } finally {
    for (const line of open) line.close()
    await ground.close()
  }
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
  const { body } = await first.call('create-key', { key_alias: `model-${number}` })
  const keyId = body.key_info.key_id
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
        const answer = await client.call(action.operation, bodyOf(action, keyId))
        const { sentAtMs, doneAtMs, status, code, failure } = answer
        const outcome = status === 200 ? outcomeOf(action.operation, answer.body) : code || failure
        // A use of a key goes by the cache: what it sees may be as old as the bound allows.
        const isUse = action.operation === 'encrypt-data'
        observed.push({
          action,
          outcome: outcome ?? `${status}`,
          node: client.node,
          afterMs: isUse ? sentAtMs - stalenessMs : sentAtMs,
          beforeMs: doneAtMs,
        })
      }
    }),
  )
  return observed
}

function bodyOf({ operation, days }: KeyAction, key_id: string): unknown {
  if (operation === 'update-key-rotation-interval') return { key_id, rotation_interval: days }
  if (operation === 'schedule-key-deletion') return { key_id, pending_days: '7' }
  if (operation === 'encrypt-data') return { key_id, plain_text: 'model' }
  return { key_id }
}

function outcomeOf(operation: KeyOperation, body: Json): string {
  if (operation === 'describe-key') return `${keyState.decode(body.key_info.key_state)}`
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
      return `  ${node} ${times} ms: ${action.operation} ${action.days}: ${outcome || 'done'}`
    })
  return `history ${number} is of no single key:\n${told.join('\n')}`
}
