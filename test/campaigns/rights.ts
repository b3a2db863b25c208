import { setTimeout as sleep } from 'node:timers/promises'
import type { OperationRow } from '../../src/contract/operation.ts'
import { OPERATIONS, type OperationId } from '../../src/contract/operations/index.ts'
import { makeCast, PRINCIPALS, type Principal } from '../matrix/principals.ts'
import { type Prepared, REQUESTS } from '../matrix/requests.ts'
import type { TestServer } from '../server.ts'
import { makeSoftHsm, noSoftHsm, writeTokensFile } from '../soft-hsm.ts'
import { startTwoRegions } from '../two-regions.ts'
import { pathOf } from '../wire/raw-bridge.ts'
import { type Campaign, countOf, type Outcome, type Say, secondsSince } from './outcome.ts'
import { bringInto, makerFor, type RightsWorld } from './rights-ground.ts'
import { type Cell, expectedAnswer, KEY_STATES, type RightsState } from './rights-rule.ts'

const STALENESS_MS = 100
/** States that every key can be in. */
const ALWAYS: readonly RightsState[] = [
  'enabled',
  'disabled',
  'pendingDeletion',
  'destroyed',
  'of another project',
]

/** Every operation by everybody for a key in every state, as a campaign. */
export const rights: Campaign = {
  about:
    'every operation, called by everybody, for a key in every state: answered by the documents',
  flags: { 'one-in': { help: 'of how many operations one is called', default: '1' } },
  missing: () => undefined,
  run: (flags, say) => runRights({ oneIn: Math.max(1, countOf(flags, 'one-in')) }, say),
}

/** How much is tried. */
export interface RightsOptions {
  /** Each operation, or every second one, and so on. */
  readonly oneIn: number
  /** That operation alone. */
  readonly only?: OperationId
  /** What is expected, instead of what the documents say. */
  readonly expected?: (cell: Cell) => string
}

interface Stage {
  readonly id: OperationId
  readonly state: RightsState
  readonly prepared: Prepared
}

/** Runs it, small or whole. */
export async function runRights(
  { oneIn, only, expected = expectedAnswer }: RightsOptions,
  say: Say,
): Promise<Outcome> {
  const startedAtMs = performance.now()
  const token = noSoftHsm === false ? makeSoftHsm() : undefined
  if (token !== undefined) Object.assign(process.env, token.environment)
  const tokens = token === undefined ? [] : ['--tokens', writeTokensFile(token, 'hsm-of-matrix')]
  const flags = ['--staleness-ms', String(STALENESS_MS), '--grant-quota', '10000', ...tokens]
  const regions = await startTwoRegions(flags)
  const seen = { cells: 0, stages: 0, impossible: new Map<string, string[]>() }
  const broken: string[] = []
  try {
    const { east, west } = regions
    const world = { east, west, cast: await makeCast(east), granted: new Set<string>() }
    const ids = (Object.keys(REQUESTS) as OperationId[]).filter(
      (id, at) =>
        (only === undefined ? at % oneIn === 0 : id === only) &&
        (token !== undefined || !/KeyStores?$/.test(id)),
    )
    for (const state of KEY_STATES) {
      const stages: Stage[] = []
      for (const id of ids) {
        const stage = await stageOf(world, id, state, seen.impossible)
        if (stage !== undefined) stages.push(stage)
      }
      // What was done behind the server's back is seen by now.
      await sleep(2 * STALENESS_MS)
      for (const stage of stages) {
        seen.stages++
        // The owner comes last, for its call may use up what was prepared.
        for (const principal of [...PRINCIPALS].reverse()) {
          const isGranted = world.granted.has(stage.prepared.keyId ?? '')
          const wanted = expected({ ...stage, principal, isGranted })
          const came = await call(east, stage, world.cast.tokens[principal])
          seen.cells++
          if (came !== wanted) broken.push(describe(stage, principal, came, wanted))
        }
      }
      say(`${state}: ${seen.cells} calls, ${broken.length} not as expected`)
    }
  } finally {
    await regions.stop()
    token?.remove()
  }
  for (const state of ALWAYS) {
    const missing = seen.impossible.get(state) ?? []
    if (missing.length > 0) broken.push(`${state}: no ground for ${missing.join(', ')}`)
  }
  const impossible = [...seen.impossible].map(([state, names]) => `${state}: ${names.join(', ')}`)
  return {
    lines: [
      `${seen.cells} calls: ${seen.stages} operations in a state, by ${PRINCIPALS.length} principals each`,
      ...impossible.map((line) => `no key for it can be ${line}`),
      `took ${secondsSince(startedAtMs)}`,
    ],
    broken,
  }
}

/** The ground for an operation; undefined when there is none: no key, or none in that state. */
async function stageOf(
  world: RightsWorld,
  id: OperationId,
  state: RightsState,
  impossible: Map<string, string[]>,
): Promise<Stage | undefined> {
  const maker = makerFor(world, state)
  try {
    const prepared = await REQUESTS[id]?.(maker, world.west)
    if (prepared === undefined) return undefined
    if (prepared.keyId === undefined)
      return state === 'enabled' ? { id, state, prepared } : undefined
    await bringInto(world, maker, prepared.keyId, state)
    return { id, state, prepared }
  } catch {
    impossible.set(state, [...(impossible.get(state) ?? []), id])
    return undefined
  }
}

async function call(server: TestServer, { id, prepared }: Stage, token: string | null) {
  const row: OperationRow = OPERATIONS[id]
  const path = pathOf(row, server.credentials.project_id, { operation: id, ...prepared })
  const takesBody = Object.keys(row.request).length > 0
  const reply = await server.send(row.method, path, {
    token,
    ...(takesBody ? { body: JSON.stringify(prepared.body ?? {}) } : {}),
  })
  return reply.status < 400 ? 'done' : `${reply.status} ${reply.body.error.error_code}`
}

function describe({ id, state }: Stage, principal: Principal, came: string, wanted: string) {
  return `${id}, ${state}, ${principal}: ${came}, expected ${wanted}`
}
