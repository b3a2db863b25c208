import { setTimeout as sleep } from 'node:timers/promises'
import { openPostgres } from '../../src/storage/postgres.ts'
import { placeOf } from '../postgres/place-of.ts'
import { type CallLine, openLine } from './call-line.ts'
import { adminToken, credentialsOf, makeGround, noPostgres } from './ground.ts'
import { type Hammer, type Shot, startHammer } from './hammer.ts'
import { type CutEnd, makeNamespaces, type Namespace, noNamespaces } from './namespaces.ts'
import { type Campaign, countOf, type Outcome, type Say, secondsSince, spread } from './outcome.ts'
import { makeRevocable, REVOCABLES, type Revocable, type RevocableName } from './revocable.ts'

/** What to try, and how often. */
export interface RevocationOptions {
  readonly stalenessMs: number
  readonly nodes: number
  readonly workers: number
  readonly connections: number
  readonly pauseMs: number
  /** Tries with all nodes in touch with the database. */
  readonly tries: Readonly<Record<RevocableName, number>>
  /** Tries with one node cut off. */
  readonly cutTries: Readonly<Record<RevocableName, number>>
}

/** How long is watched past the bound. */
const MARGIN_MS = 150
/** How soon a node that was cut off must serve again. */
const BACK_MS = 5000
/** How soon everybody must serve what was given; the first start of a cache included. */
const WARM_MS = 20_000
/** How long to wait for a node that is cut off to refuse. */
const REFUSAL_MS = 20_000
const IO_ERROR = 'KMS.0102'

/** Takes rights away on one of several nodes and watches how long the others go on by the old state. */
export const revocation: Campaign = {
  about: 'nobody uses what was revoked for longer than the staleness bound, not even when cut off',
  flags: {
    'staleness-ms': { help: 'the bound', default: '1000' },
    nodes: { help: 'how many nodes', default: '3' },
    workers: { help: 'threads of each node', default: '2' },
    connections: { help: 'to each node, calling encrypt-data', default: '4' },
    'pause-ms': { help: 'between calls of a connection', default: '1' },
    tries: { help: 'how often a key is disabled', default: '200' },
    'other-tries': { help: 'how often a grant, and a token, is revoked', default: '60' },
    'cut-tries': { help: 'how often a key is disabled with one node cut off', default: '20' },
    'other-cut-tries': { help: 'the same for a grant, and a token', default: '6' },
  },
  missing: () => noNamespaces() ?? noPostgres(),
  run(flags, say) {
    const triesOf = (key: string, other: string) => ({
      key: countOf(flags, key),
      grant: countOf(flags, other),
      token: countOf(flags, other),
    })
    return runRevocation(
      {
        stalenessMs: countOf(flags, 'staleness-ms'),
        nodes: countOf(flags, 'nodes'),
        workers: countOf(flags, 'workers'),
        connections: countOf(flags, 'connections'),
        pauseMs: countOf(flags, 'pause-ms'),
        tries: triesOf('tries', 'other-tries'),
        cutTries: triesOf('cut-tries', 'other-cut-tries'),
      },
      say,
    )
  },
}

/** One try, in milliseconds after the answer that the right was taken away. */
interface Try {
  /** Last success by the time it was sent, on any node. */
  readonly lastSentMs: number
  /** Last success by the time its answer came. */
  readonly lastDoneMs: number
  readonly calls: number
}

/** Runs the campaign. */
export async function runRevocation(options: RevocationOptions, say: Say): Promise<Outcome> {
  const startedAtMs = performance.now()
  const namespaces = makeNamespaces(options.nodes)
  const hosts = ['127.0.0.1', ...namespaces.all.map(({ databaseHost }) => databaseHost)]
  const ground = await makeGround({
    isDurable: false,
    settings: [`listen_addresses = '${hosts.join(',')}'`],
    files: {
      'pg_hba.conf': [
        'local all all trust',
        'host all all 127.0.0.1/32 scram-sha-256',
        `host all all ${namespaces.network} scram-sha-256`,
        '',
      ].join('\n'),
    },
  }).catch((error) => {
    namespaces.close()
    throw error
  })
  const storage = await openPostgres(placeOf(ground.database))
  const lines: CallLine[] = []
  let hammer: Hammer | undefined
  try {
    const nodes = await Promise.all(
      namespaces.all.map(({ name: namespace, address: host, databaseHost: storeHost }, n) =>
        ground.startNode({
          name: `node-${n}`,
          namespace,
          host,
          storeHost,
          flags: [
            '--send-secrets-over-plain-http',
            ...['--workers', `${options.workers}`, '--staleness-ms', `${options.stalenessMs}`],
          ],
        }),
      ),
    )
    const credentials = await credentialsOf(nodes)
    const [first] = nodes
    if (first === undefined) throw new Error('no nodes')
    const token = await adminToken(first, credentials)
    lines.push(...nodes.map(({ url }) => openLine(url)))
    hammer = startHammer({
      urls: nodes.map(({ url }) => url),
      projectId: credentials.project_id,
      connectionsToNode: options.connections,
      pauseMs: options.pauseMs,
    })
    say(`${nodes.length} nodes run after ${secondsSince(startedAtMs)}`)
    const world = { storage, root: ground.root, credentials, adminToken: token }
    const field = new Field(options, lines, hammer, namespaces.all)
    for (const name of REVOCABLES) {
      if (options.tries[name] + options.cutTries[name] === 0) continue
      const [line] = lines
      if (line === undefined) throw new Error('no nodes')
      const revocable = await makeRevocable(name, world, line)
      await field.inTouch(revocable, options.tries[name], say)
      await field.cutOff(revocable, options.cutTries[name], say)
    }
    field.lines.push(`took ${secondsSince(startedAtMs)}`)
    return { lines: field.lines, broken: field.broken }
  } finally {
    await hammer?.stop()
    for (const line of lines) line.close()
    await storage.close()
    await ground.close()
    namespaces.close()
  }
}

/** Where rights are given and taken, and what was seen. */
class Field {
  readonly lines: string[] = []
  readonly broken: string[] = []
  readonly #options: RevocationOptions
  readonly #nodes: readonly CallLine[]
  readonly #hammer: Hammer
  readonly #places: readonly Namespace[]

  constructor(
    options: RevocationOptions,
    nodes: readonly CallLine[],
    hammer: Hammer,
    places: readonly Namespace[],
  ) {
    this.#options = options
    this.#nodes = nodes
    this.#hammer = hammer
    this.#places = places
  }

  /** Takes a right away again and again while every node reaches the database. */
  async inTouch(revocable: Revocable, tries: number, say: Say): Promise<void> {
    if (tries === 0) return
    const { stalenessMs } = this.#options
    const startedAtMs = performance.now()
    const seen: Try[] = []
    const sameNodeMs: number[] = []
    for (let n = 0; n < tries; n++) {
      const on = n % this.#nodes.length
      const what = `${revocable.name}, try ${n + 1}`
      await this.#give(revocable, on, what)
      await sleep(Math.random() * 20)
      const answeredAtMs = await revocable.take(this.#line(on))
      await sleep(stalenessMs + MARGIN_MS)
      const found = this.#judge(revocable, answeredAtMs, on, what)
      seen.push(found.all)
      sameNodeMs.push(found.sameNodeMs)
      if (n % 50 === 49) say(`${what}: ${secondsSince(startedAtMs)}`)
    }
    const title = `${revocable.name}, ${tries} tries, bound ${stalenessMs} ms`
    const calls = seen.reduce((sum, { calls }) => sum + calls, 0)
    this.lines.push(
      `${title}: ${secondsSince(startedAtMs)}, ${calls} calls after the answers`,
      `  last success sent after the answer      ${spread(seen.map((t) => t.lastSentMs))}`,
      `  last success answered after the answer  ${spread(seen.map((t) => t.lastDoneMs))}`,
      `  same node, last success sent            ${spread(sameNodeMs)}`,
    )
  }

  /** The same with one node cut off from the database just before. */
  async cutOff(revocable: Revocable, tries: number, say: Say): Promise<void> {
    if (tries === 0) return
    const { stalenessMs } = this.#options
    const startedAtMs = performance.now()
    const cutMs: number[] = []
    const refusedMs: number[] = []
    const refusalTookMs: number[] = []
    const backMs: number[] = []
    for (let n = 0; n < tries; n++) {
      const on = n % this.#nodes.length
      const cut = (on + 1 + (n % (this.#nodes.length - 1))) % this.#nodes.length
      const end: CutEnd = n % 2 === 0 ? 'far' : 'own'
      const what = `${revocable.name}, cut off at its ${end} end, try ${n + 1}`
      const place = this.#places[cut]
      if (place === undefined) throw new Error('no such node')
      await this.#give(revocable, on, what)
      place.cut(end)
      const answeredAtMs = await revocable.take(this.#line(on))
      await sleep(stalenessMs + MARGIN_MS)
      const isRefusal = ({ node, code }: Shot) => node === cut && code === IO_ERROR
      const isRefused = await this.#hammer.until((shots) => shots.some(isRefusal), REFUSAL_MS)
      if (!isRefused) this.broken.push(`${what}: no ${IO_ERROR} within ${REFUSAL_MS} ms`)
      const { shots } = this.#judge(revocable, answeredAtMs, on, what)
      const ofCut = shots.filter(({ node }) => node === cut)
      cutMs.push(lastSuccess(ofCut, 'sentAtMs') - answeredAtMs)
      const refusals = ofCut.filter(isRefusal)
      refusedMs.push((refusals[0]?.doneAtMs ?? Number.NaN) - answeredAtMs)
      refusalTookMs.push(...refusals.map(({ sentAtMs, doneAtMs }) => doneAtMs - sentAtMs))
      const mendedAtMs = performance.now()
      place.mend()
      const isBack = await this.#hammer.until(
        (all) =>
          all.some(
            ({ node, code, sentAtMs }) =>
              node === cut && code === revocable.refusal && sentAtMs > mendedAtMs,
          ),
        REFUSAL_MS,
      )
      const tookMs = performance.now() - mendedAtMs
      backMs.push(tookMs)
      if (!isBack || tookMs > BACK_MS) {
        this.broken.push(`${what}: back ${tookMs.toFixed(0)} ms after its link`)
      }
      this.#judge(revocable, answeredAtMs, on, `${what}, link back`)
      say(`${what}: ${secondsSince(startedAtMs)}`)
    }
    const title = `${revocable.name}, ${tries} tries with one node cut off, bound ${stalenessMs} ms`
    this.lines.push(
      `${title}: ${secondsSince(startedAtMs)}`,
      `  cut-off node, last success sent          ${spread(cutMs)}`,
      `  cut-off node, first ${IO_ERROR} answered     ${spread(refusedMs)}`,
      `  cut-off node, how long ${IO_ERROR} took      ${spread(refusalTookMs)}`,
      `  from the link's return to right answers  ${spread(backMs)}`,
    )
  }

  /** Gives a right and waits until every node has served it. */
  async #give(revocable: Revocable, on: number, what: string): Promise<void> {
    this.#hammer.aim(await revocable.give(this.#line(on)))
    const everyNode = this.#nodes.map((_, node) => node)
    const isWarm = await this.#hammer.until(
      (shots) => everyNode.every((node) => shots.some((s) => s.node === node && s.status === 200)),
      WARM_MS,
    )
    if (!isWarm) throw new Error(`${what}: not served everywhere within ${WARM_MS} ms`)
  }

  /** Looks for successes that came too late, and answers that nobody may give. */
  #judge(revocable: Revocable, answeredAtMs: number, on: number, what: string) {
    const shots = [...this.#hammer.shots()]
    const boundMs = this.#options.stalenessMs
    for (const shot of shots.filter(({ status }) => status === 200)) {
      const lateMs = shot.sentAtMs - answeredAtMs
      if (lateMs > boundMs) {
        this.broken.push(
          `${what}: node ${shot.node} served ${lateMs.toFixed(1)} ms after the answer`,
        )
      } else if (lateMs > 0 && shot.node === on) {
        this.broken.push(`${what}: the same node served ${lateMs.toFixed(1)} ms after the answer`)
      }
    }
    // Before it is taken a right may be unknown for a moment where it was not given.
    const odd = shots.filter(
      ({ status, code }) => status !== 200 && code !== revocable.refusal && code !== IO_ERROR,
    )
    for (const { node, status, code } of odd) {
      this.broken.push(`${what}: node ${node} answered ${status} ${code}`)
    }
    const after = shots.filter(({ sentAtMs }) => sentAtMs > answeredAtMs)
    const all = {
      lastSentMs: lastSuccess(shots, 'sentAtMs') - answeredAtMs,
      lastDoneMs: lastSuccess(shots, 'doneAtMs') - answeredAtMs,
      calls: after.length,
    }
    const same = shots.filter(({ node }) => node === on)
    return { shots, all, sameNodeMs: lastSuccess(same, 'sentAtMs') - answeredAtMs }
  }

  #line(node: number): CallLine {
    const line = this.#nodes[node]
    if (line === undefined) throw new Error('no such node')
    return line
  }
}

function lastSuccess(shots: readonly Shot[], which: 'sentAtMs' | 'doneAtMs'): number {
  return shots
    .filter(({ status }) => status === 200)
    .reduce((latest, shot) => Math.max(latest, shot[which]), Number.NEGATIVE_INFINITY)
}
