import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { cpuSecondsOf } from '../../bench/process-figures.ts'
import { makeCertificate } from '../deploy/make-certificate.ts'
import { openLine } from './call-line.ts'
import { startAttacker } from './flood-attacker.ts'
import { HANDSHAKE_ADDRESSES } from './flood-handshakes.ts'
import { FLOOD_KINDS, type FloodKind } from './flood-kinds.ts'
import { adminToken, credentialsOf } from './ground.ts'
import { honestCalls } from './honest-calls.ts'
import { type NodeProcess, startNode } from './node-process.ts'
import { type Campaign, countOf, type Outcome, type Say, spread } from './outcome.ts'

/** Connections that attackers may have: fewer than they want. */
const MAX_OF_ADDRESS = 200
/** Calls are due at fixed times, as those of clients are that have work to do. */
const CALLS_PER_SECOND = 100
const LINES = 8
const LEAST_SHARE = 0.8
/** With so many connections a node has an eighth of them in handshakes at most. */
const MAX_CONNECTIONS = 320
const MAX_HANDSHAKES = 40

/** Floods, as a campaign. */
export const flood: Campaign = {
  about: 'floods of connections, slow clients, handshakes and guesses: honest clients are served',
  flags: {
    seconds: { help: 'how long each flood lasts', default: '300' },
    rate: { help: 'what the attacker begins each second', default: '200' },
    only: {
      help: `one of ${Object.keys(FLOOD_KINDS).join(', ')}; all of them without`,
      default: '',
    },
  },
  missing: () =>
    process.platform === 'linux' ? undefined : 'it wants many addresses of this machine',
  run: (flags, say) => {
    const only = flags['only'] ?? ''
    const kinds = Object.keys(FLOOD_KINDS) as FloodKind[]
    return runFlood(
      {
        seconds: countOf(flags, 'seconds'),
        rate: countOf(flags, 'rate'),
        kinds: only === '' ? kinds : kinds.filter((kind) => kind === only),
        isRateJudged: true,
      },
      say,
    )
  },
}

/** How hard to flood. */
export interface FloodOptions {
  readonly seconds: number
  readonly rate: number
  readonly kinds: readonly FloodKind[]
  /** Whether it counts how fast honest clients are: on a machine that others load it says nothing. */
  readonly isRateJudged: boolean
}

/** Runs it, small or at length. */
export async function runFlood(options: FloodOptions, say: Say): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-flood-'))
  const lines: string[] = []
  const broken: string[] = []
  try {
    for (const kind of options.kinds) {
      say(`${kind}: ${FLOOD_KINDS[kind]}`)
      await floodOnce(join(folder, kind), kind, options, lines, broken)
    }
    return { lines, broken }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function floodOnce(
  directory: string,
  kind: FloodKind,
  { seconds, rate, isRateJudged }: FloodOptions,
  lines: string[],
  broken: string[],
): Promise<void> {
  await mkdir(directory)
  const { flags, ca, freshLines, addresses } = groundOf(kind, directory)
  const node = await startNode({
    name: 'flooded',
    directory,
    flags: [
      ...['--log-level', 'error', '--workers', '2', ...flags],
      ...['--max-connections-per-address', `${MAX_OF_ADDRESS}`],
    ],
  })
  try {
    const credentials = await credentialsOf([node])
    const token = await adminToken(node, credentials)
    const path = `/v1.0/${credentials.project_id}/kms`
    const line = openLine(node.url, ca)
    const made = await line.call({
      path: `${path}/create-key`,
      token,
      body: { key_alias: 'flood' },
    })
    line.close()
    const body = { key_id: made.body?.key_info?.key_id, plain_text: 'x' }
    const call = { path: `${path}/encrypt-data`, token, body }
    const clients = { url: node.url, ca, lines: LINES, freshLines }
    const work = { ...clients, callsPerSecond: CALLS_PER_SECOND, call }
    const cpu = [await cpuSecondsOf(node.pid)]
    const alone = await honestCalls({ ...work, until: seconds })
    cpu.push(await cpuSecondsOf(node.pid))
    const attacker = await startAttacker({ kind, url: node.url, rate })
    const watch = watchBounds(node)
    const flooded = await honestCalls({ ...work, until: seconds })
    cpu.push(await cpuSecondsOf(node.pid))
    const most = await watch.stop()
    const began = await attacker.stop()
    const share = flooded.served / alone.served
    const [atFirst = 0, between = 0, atLast = 0] = cpu
    lines.push(
      `${kind}: ${began} begun by the attacker; alone ${alone.served} of ${alone.wanted} calls, ${spread(alone.durationsMs)}; ` +
        `flooded ${flooded.served} of ${flooded.wanted} (${(share * 100).toFixed(0)} %), ${spread(flooded.durationsMs)}; ` +
        `at most ${most.connections} connections, ${most.handshakes} handshakes, ${most.givenWay} gave way; ` +
        `the server took ${(between - atFirst).toFixed(1)} and ${(atLast - between).toFixed(1)} s of the processor`,
    )
    for (const failure of flooded.failures.slice(0, 5)) broken.push(`${kind}: ${failure}`)
    if (began === 0) broken.push(`${kind}: the attacker did nothing`)
    if (isRateJudged && share < LEAST_SHARE) broken.push(`${kind}: only ${share.toFixed(2)} served`)
    const bound = addresses * MAX_OF_ADDRESS + LINES + 4
    if (most.connections > bound) {
      broken.push(`${kind}: ${most.connections} connections, ${bound} are allowed`)
    }
    if (most.handshakes > MAX_HANDSHAKES) {
      broken.push(`${kind}: ${most.handshakes} handshakes, ${MAX_HANDSHAKES} are allowed`)
    }
    if (kind === 'handshakes' && most.givenWay === 0) {
      broken.push(`${kind}: there were never too many under way`)
    }
    if ((await node.stop()) !== 0) broken.push(`${kind}: the server did not stop cleanly`)
  } finally {
    await node.kill9()
  }
}

/** What a kind of flood is sent against, besides what all are. */
interface FloodGround {
  readonly flags: readonly string[]
  /** Certificate of the node, if it speaks TLS. */
  readonly ca: Buffer | undefined
  readonly freshLines: number
  /** How many addresses attackers have. */
  readonly addresses: number
}

function groundOf(kind: FloodKind, directory: string): FloodGround {
  if (kind !== 'handshakes') return { flags: [], ca: undefined, freshLines: 0, addresses: 1 }
  const { certFile, keyFile, pem } = makeCertificate(directory)
  // For what asks by `fetch`.
  setDefaultCACertificates([...getCACertificates(), pem.toString()])
  return {
    flags: [
      ...['--tls-cert', certFile, '--tls-key', keyFile],
      ...['--max-connections', `${MAX_CONNECTIONS}`],
    ],
    ca: pem,
    // Who has a connection already needs no handshake.
    freshLines: LINES / 2,
    addresses: HANDSHAKE_ADDRESSES,
  }
}

/** The most that a node had at a time, and how many handshakes gave way to others. */
interface Most {
  readonly connections: number
  readonly handshakes: number
  readonly givenWay: number
}

/** Looks by the server's own figures what it has. */
function watchBounds(node: NodeProcess): { readonly stop: () => Promise<Most> } {
  let most: Most = { connections: 0, handshakes: 0, givenWay: 0 }
  let isOver = false
  const watching = (async () => {
    while (!isOver) {
      const page = await fetch(`${node.url}/metrics`).then((answer) => answer.text())
      const figure = (name: string) =>
        Number(
          page
            .split('\n')
            .find((row) => row.startsWith(`${name} `))
            ?.slice(name.length) ?? 0,
        )
      most = {
        connections: Math.max(most.connections, figure('keyturn_connections')),
        handshakes: Math.max(most.handshakes, figure('keyturn_tls_handshakes')),
        givenWay: figure('keyturn_connections_cut_total{reason="handshake"}'),
      }
      await sleep(200)
    }
  })()
  return {
    async stop() {
      isOver = true
      await watching
      return most
    },
  }
}
