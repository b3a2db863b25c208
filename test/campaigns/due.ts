import { setTimeout as sleep } from 'node:timers/promises'
import type { ProjectId, TenantId } from '../../src/core/ids.ts'
import { DAY_MS, type EpochMs } from '../../src/core/time.ts'
import type { Credentials } from '../server.ts'
import { type CallLine, openLine } from './call-line.ts'
import { type DueStore, duePostgres, dueSqlite } from './due-store.ts'
import { adminToken, credentialsOf, noPostgres } from './ground.ts'
import type { NodeProcess } from './node-process.ts'
import { type Campaign, countOf, type Outcome, type Say, secondsSince } from './outcome.ts'

/** What falls due, where, and how often a node is killed meanwhile. */
export interface DueOptions {
  readonly keys: number
  readonly kills: number
  /** Nodes on PostgreSQL in each run; 0 is SQLite with its one node. */
  readonly runs: readonly number[]
}

const SAMPLES = 50
const MIN_POLL_MS = 10
/** Counting takes no more than one part in so many of the time. */
const POLL_SHARE = 20
/** Nothing new for so long means that nothing comes any more. */
const STALL_MS = 60_000

/** Lets many keys fall due at once, kills nodes in the middle, and counts in the database. */
export const due: Campaign = {
  about: 'many keys due at once, a node killed again and again: each is rotated exactly once',
  flags: {
    keys: { help: 'how many fall due', default: '20000' },
    kills: { help: 'how often a node is killed with SIGKILL while work is left', default: '20' },
    runs: { help: 'nodes on PostgreSQL in each run, 0 for SQLite', default: '0,1,3' },
  },
  missing: noPostgres,
  run(flags, say) {
    const runs = (flags['runs'] ?? '').split(',').map(Number)
    if (!runs.every((nodes) => Number.isSafeInteger(nodes) && nodes >= 0)) {
      throw new Error('--runs is a list such as 0,1,3')
    }
    return runDue({ keys: countOf(flags, 'keys'), kills: countOf(flags, 'kills'), runs }, say)
  },
}

/** Runs the campaign. */
export async function runDue(options: DueOptions, say: Say): Promise<Outcome> {
  const startedAtMs = performance.now()
  const lines: string[] = []
  const broken: string[] = []
  for (const nodes of options.runs) {
    const store = nodes === 0 ? await dueSqlite() : await duePostgres(nodes)
    try {
      const found = await runOnce(store, Math.max(1, nodes), options, (line) =>
        say(`${store.title}: ${line}, ${secondsSince(startedAtMs)}`),
      )
      lines.push(
        ...found.lines.map((line, n) => (n === 0 ? `${store.title}: ${line}` : `  ${line}`)),
      )
      broken.push(...found.broken.map((text) => `${store.title}: ${text}`))
    } finally {
      await store.close()
    }
  }
  lines.push(`took ${secondsSince(startedAtMs)}`)
  return { lines, broken }
}

/** A cipher text from before. */
interface Sample {
  readonly keyId: string
  readonly plain: string
  readonly cipher: string
}

async function runOnce(
  store: DueStore,
  count: number,
  { keys, kills }: DueOptions,
  say: Say,
): Promise<Outcome> {
  const broken: string[] = []
  const first = await store.startNode('node-0')
  const credentials = await credentialsOf([first])
  await first.stop()
  const { tookMs, keyId } = await store.fill({
    projectId: credentials.project_id as ProjectId,
    tenantId: credentials.domain_id as TenantId,
    root: await store.root(),
    keys,
    taggedShare: 0.1,
    dueAt: (Date.now() + DAY_MS) as EpochMs,
  })
  say(`${keys} keys made in ${(tookMs / 1000).toFixed(1)} s`)
  const early = await store.startNode('node-0')
  const samples = await withApi(early, credentials, (api) => encryptSamples(api, keys, keyId))
  await early.stop()
  await store.makeDue((Date.now() - 1000) as EpochMs)
  say('all due')

  const startedAtMs = performance.now()
  const nodes = await Promise.all(
    Array.from({ length: count }, (_, n) => store.startNode(`node-${n}`)),
  )
  const upMs = performance.now() - startedAtMs
  const killed = await killAllTheWhile(store, nodes, { keys, kills, runs: [] }, broken)
  const tookS = (performance.now() - startedAtMs) / 1000
  say('all rotated')
  if (killed < kills) broken.push(`only ${killed} kills while work was left`)
  await checkTables(store, keys, broken)
  const [asked] = nodes
  if (asked === undefined) throw new Error('no nodes')
  broken.push(...(await withApi(asked, credentials, (api) => checkSamples(api, samples))))
  for (const node of nodes) {
    if ((await node.stop()) !== 0) broken.push(`${node.name} did not stop cleanly`)
    const { isWhole, printed } = await store.verifyAudit(node)
    if (!isWhole) broken.push(`${node.name}: ${printed}`)
  }
  return {
    lines: [
      `${keys} keys rotated in ${tookS.toFixed(1)} s, first start of nodes (${(upMs / 1000).toFixed(1)} s) and ` +
        `${killed} kills with restarts included: ${(keys / tookS).toFixed(0)} rotations/s`,
      `${samples.length} old cipher texts opened; audit logs of ${nodes.length} whole`,
    ],
    broken,
  }
}

/**
 * Kills a node whenever another part of the work is done and starts it again, until all is done;
 * answers how many kills that were. `nodes` then has those that run.
 */
async function killAllTheWhile(
  store: DueStore,
  nodes: NodeProcess[],
  { keys, kills }: DueOptions,
  broken: string[],
): Promise<number> {
  let killed = 0
  let latest = -1
  let latestAtMs = performance.now()
  for (;;) {
    const askedAtMs = performance.now()
    const [rotated = 0] = await store.numbers('select count(*) from rotation_events')
    const pollMs = Math.max(MIN_POLL_MS, POLL_SHARE * (performance.now() - askedAtMs))
    if (rotated >= keys) return killed
    if (rotated > latest) {
      latest = rotated
      latestAtMs = performance.now()
    } else if (performance.now() - latestAtMs > STALL_MS) {
      broken.push(`${rotated} of ${keys} keys rotated, and no more come`)
      return killed
    }
    const isTime = killed < kills && rotated >= ((killed + 0.5) / (kills + 1)) * keys
    if (isTime) {
      const at = killed % nodes.length
      const victim = nodes[at]
      if (victim === undefined) throw new Error('no nodes')
      await victim.kill9()
      killed++
      nodes[at] = await store.startNode(victim.name)
      latestAtMs = performance.now()
    } else await sleep(pollMs)
  }
}

/** Counts, straight from the database, what must be so and what must not. */
async function checkTables(store: DueStore, keys: number, broken: string[]): Promise<void> {
  const expected: readonly (readonly [string, string, number])[] = [
    ['keys', 'select count(*) from keys', keys],
    ['versions', 'select count(*) from key_versions', 2 * keys],
    ['rotation events', 'select count(*) from rotation_events', keys],
    [
      'keys that are not rotated exactly once',
      'select count(*) from keys where rotation_count <> 1 or primary_version <> 2',
      0,
    ],
    [
      'keys whose versions are not 1 and 2',
      `select count(*) from (select key_id from key_versions group by key_id
         having count(*) <> 2 or min(version) <> 1 or max(version) <> 2) as odd`,
      0,
    ],
    [
      'keys without one event, from 1 to 2 and of their rotation time',
      `select count(*) from keys k where (select count(*) from rotation_events e
         where e.key_id = k.id and e.from_version = 1 and e.to_version = 2
           and e.at = k.last_rotation_at and e.cause = 'schedule') <> 1`,
      0,
    ],
    [
      'keys whose primary version is not there',
      `select count(*) from keys k where not exists (select 1 from key_versions v
         where v.key_id = k.id and v.version = k.primary_version)`,
      0,
    ],
    [
      'keys whose next rotation is not an interval after the last',
      `select count(*) from keys where next_rotation_at is null
         or next_rotation_at <> last_rotation_at + rotation_interval * ${DAY_MS}
         or rotation_period_start <> last_rotation_at`,
      0,
    ],
    [
      'tallies of keys that are not their number',
      `select count(*) from key_tallies t where t.keys <> (select count(*) from keys k
         where k.project_id = t.project_id and k.spec = t.spec and k.state = t.state
           and k.is_default = t.is_default and k.rotation = t.rotation
           and (k.last_rotation_at is not null) = (t.rotated = 1))`,
      0,
    ],
    [
      'days whose rotations are not counted as they are',
      `select count(*) from rotation_days d
         where d.due <> (select count(*) from keys k where k.project_id = d.project_id
             and k.next_rotation_at >= d.day and k.next_rotation_at < d.day + ${DAY_MS})
           or d.done <> (select count(*) from rotation_events e where e.project_id = d.project_id
             and e.at >= d.day and e.at < d.day + ${DAY_MS})`,
      0,
    ],
    ['rotations to come that are counted', 'select sum(due) from rotation_days', keys],
    ['keys that are tallied', 'select sum(keys) from key_tallies', keys],
    [
      'tallies of tags that are not their number',
      `select count(*) from tag_tallies t where t.keys <> (select count(*) from tags g
         where g.project_id = t.project_id and g.name = t.name and g.value = t.value)`,
      0,
    ],
  ]
  for (const [what, sql, wanted] of expected) {
    const [found] = await store.numbers(sql)
    if (found !== wanted) broken.push(`${what}: ${found}, not ${wanted}`)
  }
}

type Api = (operation: string, body: unknown) => ReturnType<CallLine['call']>

async function withApi<T>(
  node: NodeProcess,
  credentials: Credentials,
  work: (api: Api) => Promise<T>,
): Promise<T> {
  const token = await adminToken(node, credentials)
  const line = openLine(node.url)
  try {
    return await work((operation, body) =>
      line.call({ path: `/v1.0/${credentials.project_id}/kms/${operation}`, token, body }),
    )
  } finally {
    line.close()
  }
}

async function encryptSamples(
  api: Api,
  keys: number,
  keyIdOf: (n: number) => string,
): Promise<readonly Sample[]> {
  const samples: Sample[] = []
  const step = Math.max(1, Math.floor(keys / SAMPLES))
  for (let n = 0; n < keys; n += step) {
    const keyId = keyIdOf(n)
    const plain = `text ${n}`
    const { status, body } = await api('encrypt-data', { key_id: keyId, plain_text: plain })
    if (status !== 200) throw new Error(`encrypt-data: ${status}`)
    samples.push({ keyId, plain, cipher: body.cipher_text })
  }
  return samples
}

async function checkSamples(api: Api, samples: readonly Sample[]): Promise<readonly string[]> {
  const broken: string[] = []
  for (const { keyId, plain, cipher } of samples) {
    const status = await api('get-key-rotation-status', { key_id: keyId })
    if (status.body?.number_of_rotations !== 1) {
      broken.push(`${keyId}: the API says ${status.body?.number_of_rotations} rotations`)
    }
    const opened = await api('decrypt-data', { cipher_text: cipher })
    if (opened.body?.plain_text !== plain) broken.push(`${keyId}: an old text does not open`)
  }
  return broken
}
