import { setTimeout as sleep } from 'node:timers/promises'
import type { TestPostgres } from '../postgres/start-postgres.ts'
import { type CallLine, openLine } from './call-line.ts'
import {
  adminToken,
  credentialsOf,
  type Ground,
  makeGround,
  noPostgres,
  verifyAudit,
} from './ground.ts'
import { callNode, type KnownKey, SLACK_MS, type WorkLog, workWithKeys } from './key-work.ts'
import type { NodeProcess } from './node-process.ts'
import { type Campaign, countOf, type Outcome, type Say, secondsSince, spread } from './outcome.ts'

/** How often the database goes, and who works meanwhile. */
export interface RestartOptions {
  readonly restarts: number
  readonly kills: number
  readonly nodes: number
  readonly clients: number
  readonly stalenessMs: number
  /** How long the database may be away between a kill and its start, at most. */
  readonly awayMs: number
}

/** How soon everybody must be served once the database takes connections. */
const BACK_MS = 5000
const GIVE_UP_MS = 30_000
const MIN_CALM_MS = 300
const MAX_CALM_MS = 1000
const PROBE_PAUSE_MS = 20
const CHECKS_AT_ONCE = 8

/** Restarts and kills PostgreSQL under load, and checks that nothing acknowledged is lost. */
export const restarts: Campaign = {
  about:
    'PostgreSQL restarted and killed under load: nothing acknowledged is lost, and soon all is well',
  flags: {
    restarts: { help: 'how often it is restarted', default: '50' },
    kills: { help: 'how often it is killed with SIGKILL', default: '20' },
    nodes: { help: 'how many nodes', default: '2' },
    clients: { help: 'that create, rotate, disable, encrypt, decrypt', default: '6' },
    'staleness-ms': { help: 'the bound', default: '1000' },
    'away-ms': { help: 'longest time between a kill and the next start', default: '3000' },
  },
  missing: noPostgres,
  run: (flags, say) =>
    runRestarts(
      {
        restarts: countOf(flags, 'restarts'),
        kills: countOf(flags, 'kills'),
        nodes: countOf(flags, 'nodes'),
        clients: countOf(flags, 'clients'),
        stalenessMs: countOf(flags, 'staleness-ms'),
        awayMs: countOf(flags, 'away-ms'),
      },
      say,
    ),
}

/** Runs the campaign. */
export async function runRestarts(options: RestartOptions, say: Say): Promise<Outcome> {
  const startedAtMs = performance.now()
  const ground = await makeGround()
  const lines: CallLine[] = []
  let isStopped = false
  let working: readonly Promise<void>[] = []
  try {
    const flags = ['--workers', '1', '--staleness-ms', `${options.stalenessMs}`]
    const nodes = await Promise.all(
      Array.from({ length: options.nodes }, (_, n) =>
        ground.startNode({ name: `node-${n}`, flags }),
      ),
    )
    const credentials = await credentialsOf(nodes)
    const [first] = nodes
    if (first === undefined) throw new Error('no nodes')
    const log: WorkLog = {
      keys: [],
      outages: [],
      broken: [],
      calls: 0,
      projectId: credentials.project_id,
      token: await adminToken(first, credentials),
      stalenessMs: options.stalenessMs,
    }
    const openLines = () => {
      const opened = nodes.map(({ url }) => openLine(url))
      lines.push(...opened)
      return opened
    }
    working = Array.from({ length: options.clients }, () =>
      workWithKeys(log, openLines(), () => isStopped),
    )
    const probes = openLines()
    const backMs: number[] = []
    const downMs: number[] = []
    const ways = shuffled([
      ...Array.from({ length: options.restarts }, () => 'restart' as const),
      ...Array.from({ length: options.kills }, () => 'kill' as const),
    ])
    for (const [n, way] of ways.entries()) {
      await sleep(MIN_CALM_MS + Math.random() * (MAX_CALM_MS - MIN_CALM_MS))
      const wentAtMs = performance.now()
      await interrupt(ground.postgres, way, Math.random() * options.awayMs)
      const acceptsAtMs = performance.now()
      downMs.push(acceptsAtMs - wentAtMs)
      const took = Math.max(...(await Promise.all(probes.map((p) => untilServed(log, p)))))
      backMs.push(took)
      if (took > BACK_MS)
        log.broken.push(`${way} ${n + 1}: service back after ${took.toFixed(0)} ms`)
      await sleep(MIN_CALM_MS)
      const late = log.outages.filter(({ sentAtMs }) => sentAtMs > acceptsAtMs + BACK_MS)
      if (late.length > 0) log.broken.push(`${way} ${n + 1}: ${late.length} errors long after`)
      if (n % 10 === 9) say(`${n + 1} of ${ways.length}: ${secondsSince(startedAtMs)}`)
    }
    isStopped = true
    await Promise.all(working)
    const waitsMs = log.outages.map(({ sentAtMs, doneAtMs }) => doneAtMs - sentAtMs)
    const report = [
      `${options.restarts} restarts and ${options.kills} kills under ${options.clients} clients`,
      `  ${log.calls} calls, ${log.outages.length} of them answered KMS.0102, in ${spread(waitsMs)}`,
      `  database away                              ${spread(downMs)}`,
      `  from accepting connections to all served   ${spread(backMs)}`,
    ]
    say(`checking ${log.keys.length} keys: ${secondsSince(startedAtMs)}`)
    // Until the bound is over, a node may refuse a key that another has just enabled.
    await sleep(options.stalenessMs + SLACK_MS)
    await checkEverything(log, probes)
    await checkTables(log, ground)
    report.push(`  all checked: ${sumOf(log.keys)}`)
    await checkAudit(log, nodes, ground, report)
    report.push(`took ${secondsSince(startedAtMs)}`)
    return { lines: report, broken: log.broken }
  } finally {
    isStopped = true
    for (const line of lines) line.close()
    await Promise.allSettled(working)
    await ground.close()
  }
}

async function interrupt(
  postgres: TestPostgres,
  way: 'restart' | 'kill',
  awayMs: number,
): Promise<void> {
  if (way === 'restart') return postgres.restart()
  await postgres.kill9()
  await sleep(awayMs)
  await postgres.start()
}

/** Writes over a line until that is done; answers how long it took, in milliseconds. */
async function untilServed(log: WorkLog, line: CallLine): Promise<number> {
  const sinceMs = performance.now()
  while (performance.now() - sinceMs < GIVE_UP_MS) {
    const body = { key_alias: `probe-${crypto.randomUUID()}` }
    const { status, doneAtMs } = await callNode(log, line, 'create-key', body)
    if (status === 200) return doneAtMs - sinceMs
    await sleep(PROBE_PAUSE_MS)
  }
  return GIVE_UP_MS
}

/** Looks through the API whether all that was acknowledged is there. */
async function checkEverything(log: WorkLog, lines: readonly CallLine[]): Promise<void> {
  const left = [...log.keys.entries()]
  const checker = async () => {
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      const [n, key] = next
      const line = lines[n % lines.length]
      if (line !== undefined) await check(log, line, key)
    }
  }
  await Promise.all(Array.from({ length: CHECKS_AT_ONCE }, checker))
}

async function check(log: WorkLog, line: CallLine, key: KnownKey): Promise<void> {
  const { keyId, alias, rotations, unsureRotations } = key
  const about = { key_id: keyId }
  const { body } = await callNode(log, line, 'describe-key', about)
  const info = body?.key_info
  if (info?.key_alias !== alias) log.broken.push(`${keyId}: lost, or with another alias`)
  const state = key.isDisabled ? '3' : '2'
  if (!key.isStateUnsure && info?.key_state !== state) {
    log.broken.push(`${keyId}: state ${info?.key_state}, acknowledged ${state}`)
  }
  const status = await callNode(log, line, 'get-key-rotation-status', about)
  const count = status.body?.number_of_rotations
  if (!(count >= rotations && count <= rotations + unsureRotations)) {
    log.broken.push(`${keyId}: ${count} rotations, ${rotations} to ${rotations + unsureRotations}`)
  }
  if (info?.key_state !== '2') await callNode(log, line, 'enable-key', about)
  for (const { plain, cipher } of key.texts) {
    const opened = await callNode(log, line, 'decrypt-data', { cipher_text: cipher })
    if (opened.body?.plain_text === plain) continue
    log.broken.push(`${keyId}: a text does not open, ${opened.status} ${opened.code ?? ''}`)
  }
}

/** Looks into the database whether anything is half done. */
async function checkTables(log: WorkLog, { postgres, store }: Ground): Promise<void> {
  const rows = await postgres.sql(
    `select k.id, k.rotation_count::int as count, k.primary_version::int as primary,
       (select count(*)::int from rotation_events e where e.key_id = k.id) as events,
       (select count(*)::int from key_versions v where v.key_id = k.id) as versions,
       (select max(version)::int from key_versions v where v.key_id = k.id) as newest
     from keys k`,
    store.pathname.slice(1),
  )
  for (const { id, count, primary, events, versions, newest } of rows) {
    const own = [count + 1, primary, events + 1, versions, newest]
    if (new Set(own).size !== 1) log.broken.push(`${id}: half done, ${own.join(' ')}`)
  }
}

async function checkAudit(
  log: WorkLog,
  nodes: readonly NodeProcess[],
  ground: Ground,
  report: string[],
): Promise<void> {
  for (const node of nodes) {
    const exitCode = await node.stop()
    if (exitCode !== 0) log.broken.push(`${node.name} stopped with ${exitCode}`)
    const { isWhole, printed } = await verifyAudit(node, ground.flags())
    if (!isWhole) log.broken.push(`${node.name}: ${printed}`)
    report.push(`  ${node.name}: ${printed}`)
  }
}

function sumOf(keys: readonly KnownKey[]): string {
  const rotations = keys.reduce((sum, key) => sum + key.rotations, 0)
  const texts = keys.reduce((sum, key) => sum + key.texts.length, 0)
  return `${keys.length} keys, ${rotations} rotations, ${texts} texts`
}

function shuffled<T>(items: readonly T[]): readonly T[] {
  return items
    .map((item) => ({ item, place: Math.random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item)
}
