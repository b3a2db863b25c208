import { type ChildProcess, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Json } from '../server.ts'
import { type ServerProcess, startProcess } from '../start-process.ts'
import { type Base, makeBase } from './doomed.ts'
import { DOOMED } from './doomed-sqlite.ts'
import { noPostgres } from './ground.ts'
import { killChangesOnPostgres, killChangesOnSqlite } from './kill-changes.ts'
import { killCommand } from './kill-commands.ts'
import { type Campaign, countOf, type Outcome, type Say, secondsSince } from './outcome.ts'
import { Chance } from './seeded-chance.ts'

/** How hard to try. */
export interface KillsOptions {
  readonly kills: number
  readonly clients: number
  /** Told after each kill. */
  readonly onKill?: (figures: KillsFigures) => void
}

/** What was done and checked. */
export interface KillsFigures {
  readonly kills: number
  readonly keys: number
  readonly rotations: number
  readonly texts: number
  readonly auditRecords: number
  readonly slowestStartMs: number
}

/** What the server has acknowledged of a key. */
interface Acknowledged {
  readonly keyId: string
  readonly alias: string
  rotations: number
  /** Rotations that were asked for and not answered: they may have happened. */
  unanswered: number
  intervals: Set<number>
  readonly texts: { readonly plain: string; readonly cipher: string }[]
}

const MAIN = new URL('../../bin/keyturn.mjs', import.meta.url).pathname
const MIN_LIFE_MS = 150
const MAX_LIFE_MS = 500

/**
 * Kills a server with SIGKILL, again and again, while clients create keys, change them, rotate them
 * and encrypt; after each restart everything that was acknowledged must be there.
 *
 * @throws {Error} at the first thing that is lost, doubled or half done
 */
export async function runKills(options: KillsOptions): Promise<KillsFigures> {
  const directory = await mkdtemp(join(tmpdir(), 'keyturn-crash-'))
  const known: Acknowledged[] = []
  let slowestStartMs = 0
  let auditRecords = 0
  try {
    for (let kills = 0; kills <= options.kills; kills++) {
      const startedAtMs = performance.now()
      const server = await startProcess(directory)
      slowestStartMs = Math.max(slowestStartMs, performance.now() - startedAtMs)
      const api = await connect(server, directory)
      await checkAll(api, known)
      auditRecords = await verifyAudit(directory, auditRecords)
      if (kills === options.kills) {
        await stopCleanly(server.child)
        await verifyAudit(directory, auditRecords)
        return figures(kills)
      }
      const load = Array.from({ length: options.clients }, () => client(api, known))
      await sleep(MIN_LIFE_MS + Math.random() * (MAX_LIFE_MS - MIN_LIFE_MS))
      server.child.kill('SIGKILL')
      await once(server.child, 'exit')
      await Promise.all(load)
      options.onKill?.(figures(kills + 1))
    }
    throw new Error('not reached')
  } finally {
    await rm(directory, { recursive: true, force: true })
  }

  function figures(kills: number): KillsFigures {
    return {
      kills,
      keys: known.length,
      rotations: known.reduce((sum, { rotations }) => sum + rotations, 0),
      texts: known.reduce((sum, { texts }) => sum + texts.length, 0),
      auditRecords,
      slowestStartMs,
    }
  }
}

type Api = (name: string, body: unknown) => Promise<Json>

/** What is killed: servers on SQLite, nodes on PostgreSQL, and commands. */
const KINDS = ['load', 'changes', 'nodes', ...Object.keys(DOOMED)]

/** Everything killed at any moment, as a campaign. */
export const kills: Campaign = {
  about:
    'servers and commands are killed with SIGKILL: nothing acknowledged is lost, nothing is half.',
  flags: {
    kills: { help: 'how often, shared among the kinds', default: '2000' },
    kind: { help: `one of ${KINDS.join(', ')}; or all`, default: 'all' },
    clients: { help: 'of the kind load, that create, rotate and encrypt', default: '8' },
    seed: { help: 'of chance; 0 for any', default: '0' },
  },
  missing: noPostgres,
  async run(flags, say) {
    const { kind: wanted = 'all' } = flags
    const kinds = wanted === 'all' ? KINDS : KINDS.filter((kind) => kind === wanted)
    if (kinds.length === 0) throw new Error(`--kind is one of ${KINDS.join(', ')}, all`)
    const count = Math.ceil(countOf(flags, 'kills') / kinds.length)
    const seed = countOf(flags, 'seed') || randomInt(1, 2 ** 31)
    const outcome = { lines: [`seed ${seed}`], broken: [] as string[] }
    let base: Promise<Base> | undefined
    const parts = {
      count,
      clients: countOf(flags, 'clients'),
      say,
      base() {
        base ??= makeBase(new Chance(seed, 1))
        return base
      },
    }
    try {
      for (const kind of kinds) {
        const startedAtMs = performance.now()
        const { line, broken } = await killKind(kind, parts, new Chance(seed))
        const told = `${kind}: ${line}; ${secondsSince(startedAtMs)}`
        say(told)
        outcome.lines.push(told)
        outcome.broken.push(...broken.map((problem) => `${kind}: ${problem}`))
      }
    } finally {
      await (await base)?.close()
    }
    return outcome
  },
}

/** What the kills of every kind take. */
interface KillParts {
  readonly count: number
  readonly clients: number
  readonly say: Say
  /** Made once, when it is first needed. */
  readonly base: () => Promise<Base>
}

async function killKind(
  kind: string,
  { count, clients, say, base }: KillParts,
  chance: Chance,
): Promise<{ readonly line: string; readonly broken: readonly string[] }> {
  if (kind === 'load') {
    const { lines, broken } = await killLoad(count, clients, say)
    return { line: lines.join(), broken }
  }
  if (kind === 'changes' || kind === 'nodes') {
    const kill = kind === 'changes' ? killChangesOnSqlite : killChangesOnPostgres
    const { kills: done, changes, records, broken } = await kill(count, chance)
    return { line: `${done} kills, ${changes} changes and ${records} records checked`, broken }
  }
  const doomed = DOOMED[kind]
  if (doomed === undefined) throw new Error(`nothing is known of ${kind}`)
  const { inTime, broken } = await killCommand(doomed, await base(), count, chance)
  return { line: `${count} kills, ${inTime} in the middle of the work`, broken }
}

async function killLoad(kills: number, clients: number, say: Say): Promise<Outcome> {
  const asked = { kills, clients }
  try {
    const figures = await runKills({
      ...asked,
      onKill: (sofar) => {
        if (sofar.kills % 10 === 0) say(told(sofar))
      },
    })
    return { lines: [told(figures)], broken: [] }
  } catch (error) {
    return { lines: [], broken: [String(error)] }
  }
}

function told(f: KillsFigures): string {
  return (
    `${f.kills} kills: ${f.keys} keys, ${f.rotations} rotations, ${f.texts} texts and ` +
    `${f.auditRecords} audit records checked; slowest start ${f.slowestStartMs.toFixed(0)} ms`
  )
}

/** The server is gone: whether the request was done is unknown. */
class NoAnswer extends Error {}

async function stopCleanly(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM')
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`the server stopped with code ${code}`)
}

async function connect({ url }: ServerProcess, directory: string): Promise<Api> {
  const text = await readFile(join(directory, 'bootstrap-credentials.json'), 'utf8')
  const credentials = JSON.parse(text)
  const { user_id: id, password, project_id: project } = credentials
  const response = await fetch(`${url}/v3/auth/tokens`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      auth: {
        identity: { methods: ['password'], password: { user: { id, password } } },
        scope: { project: { id: project } },
      },
    }),
  })
  const token = response.headers.get('x-subject-token')
  if (token === null) throw new Error(`signing in: ${response.status} ${await response.text()}`)
  return async (name, body) => {
    const isEvents = name.startsWith('events/')
    const path = isEvents
      ? `/keyturn/v1/${project}/keys/${name.slice(7)}/rotation-events`
      : `/v1.0/${project}/kms/${name}`
    let status: number
    let answer: Json
    try {
      const reply = await fetch(`${url}${path}`, {
        method: isEvents ? 'GET' : 'POST',
        headers: { 'Content-Type': 'application/json', 'X-Auth-Token': token },
        ...(isEvents ? {} : { body: JSON.stringify(body) }),
      })
      status = reply.status
      answer = await reply.json()
    } catch {
      throw new NoAnswer()
    }
    if (status !== 200) throw new Error(`${name}: ${status} ${JSON.stringify(answer)}`)
    return answer
  }
}

/** Works until the server is gone. */
async function client(api: Api, known: Acknowledged[]): Promise<void> {
  try {
    for (;;) {
      const alias = `crash-${crypto.randomUUID()}`
      const { key_info } = await api('create-key', { key_alias: alias })
      const key: Acknowledged = {
        keyId: key_info.key_id,
        alias,
        rotations: 0,
        unanswered: 0,
        intervals: new Set(),
        texts: [],
      }
      known.push(key)
      await api('enable-key-rotation', { key_id: key.keyId })
      key.intervals = new Set([365])
      for (let round = 0; round < 3; round++) {
        await encrypt(api, key)
        await changeInterval(api, key)
        await rotate(api, key)
        await encrypt(api, key)
      }
    }
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error
  }
}

async function encrypt(api: Api, key: Acknowledged): Promise<void> {
  const plain = crypto.randomUUID()
  const body = { key_id: key.keyId, plain_text: plain }
  const { cipher_text: cipher } = await api('encrypt-data', body)
  key.texts.push({ plain, cipher })
}

async function changeInterval(api: Api, key: Acknowledged): Promise<void> {
  const interval = 30 + Math.floor(Math.random() * 300)
  // Until it is answered, both the old and the new one may be in force.
  key.intervals.add(interval)
  await api('update-key-rotation-interval', { key_id: key.keyId, rotation_interval: interval })
  key.intervals = new Set([interval])
}

async function rotate(api: Api, key: Acknowledged): Promise<void> {
  key.unanswered++
  await api('rotate-on-demand', { key_id: key.keyId })
  key.unanswered--
  key.rotations++
}

async function checkAll(api: Api, known: readonly Acknowledged[]): Promise<void> {
  for (let from = 0; from < known.length; from += 16) {
    await Promise.all(known.slice(from, from + 16).map((key) => check(api, key)))
  }
}

async function check(api: Api, key: Acknowledged): Promise<void> {
  const { key_info } = await api('describe-key', { key_id: key.keyId })
  if (key_info.key_alias !== key.alias) throw new Error(`${key.keyId}: another alias`)
  const status = await api('get-key-rotation-status', { key_id: key.keyId })
  const { events } = await api(`events/${key.keyId}`, undefined)
  const count = status.number_of_rotations
  if (count < key.rotations || count > key.rotations + key.unanswered) {
    throw new Error(`${key.keyId}: ${count} rotations, ${key.rotations} were acknowledged`)
  }
  if (events.length !== count) {
    throw new Error(`${key.keyId}: ${count} rotations, ${events.length} events`)
  }
  if (key.intervals.size > 0 && !key.intervals.has(status.rotation_interval)) {
    throw new Error(`${key.keyId}: interval ${status.rotation_interval}`)
  }
  key.rotations = count
  key.unanswered = 0
  if (status.key_rotation_enabled) key.intervals = new Set([status.rotation_interval])
  for (const { plain, cipher } of key.texts) {
    const { plain_text } = await api('decrypt-data', { cipher_text: cipher })
    if (plain_text !== plain) throw new Error(`${key.keyId}: a text opens as another`)
  }
}

/** Runs the command that users run; answers how many records there are. */
async function verifyAudit(directory: string, atLeast: number): Promise<number> {
  const child = spawn(process.execPath, [MAIN, 'audit', 'verify', '--data', directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let printed = ''
  child.stdout.on('data', (chunk) => {
    printed += chunk
  })
  const [code] = await once(child, 'exit')
  const records = Number(/(\d+) records/.exec(printed)?.[1])
  if (code !== 0 || !(records >= atLeast)) throw new Error(`audit verify: ${printed}`)
  return records
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
