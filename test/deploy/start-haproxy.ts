import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../free-port.ts'
import type { TestCertificate } from './make-certificate.ts'

const HAPROXY = '/usr/sbin/haproxy'
const CONFIGURATION = new URL('../../deploy/haproxy.cfg', import.meta.url)
const START_TIMEOUT_MS = 10_000

/** Why tests that need the proxy are skipped; false where it is installed. */
export const NO_HAPROXY = existsSync(HAPROXY) ? false : `${HAPROXY} is missing (Debian: haproxy)`

/** What the proxy knows of a node. */
export interface NodeFigures {
  readonly isUp: boolean
  /** Connections to it that failed, broken replies of it, and requests that were tried again. */
  readonly failures: number
  /** Replies it has sent. */
  readonly replies: number
}

/** A proxy that runs. */
export interface TestProxy {
  readonly port: number
  /** Figures of the node of this number; the first is 1. */
  readonly figuresOf: (node: number) => Promise<NodeFigures>
  /** What it has logged. */
  readonly log: () => string
  readonly stop: () => Promise<void>
}

/**
 * Starts Debian's HAProxy with the configuration that is shipped. Two things are changed: there are
 * as many nodes as ports, and their health is asked for more often, so that tests take less time.
 */
export async function startHaproxy(
  folder: string,
  certificate: TestCertificate,
  ports: readonly number[],
): Promise<TestProxy> {
  const port = await freePort()
  const socket = join(folder, 'haproxy.sock')
  const file = join(folder, 'haproxy.cfg')
  writeFileSync(file, configurationFor(ports.length))
  const nodes = ports.map((at, index) => [`KEYTURN_NODE_${index + 1}`, `127.0.0.1:${at}`])
  const child = spawn(HAPROXY, ['-db', '-f', file], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      KEYTURN_PROXY_BIND: `127.0.0.1:${port}`,
      KEYTURN_PROXY_CERT: certificate.bundleFile,
      KEYTURN_PROXY_CA: certificate.certFile,
      KEYTURN_PROXY_STATS: socket,
      KEYTURN_RESOLVER: '127.0.0.1:53',
      ...Object.fromEntries(nodes),
    },
  })
  let log = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      log += chunk.toString()
    })
  }
  const endsAtMs = Date.now() + START_TIMEOUT_MS
  while (!existsSync(socket) || !(await isOpen(port))) {
    if (child.exitCode !== null || Date.now() > endsAtMs) throw new Error(`HAProxy: ${log}`)
    await sleep(20)
  }
  return {
    port,
    figuresOf: async (node) => parseFigures(await ask(socket, 'show stat'), `node-${node}`),
    log: () => log,
    async stop() {
      child.kill('SIGTERM')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    },
  }
}

function configurationFor(nodes: number): string {
  const text = readFileSync(CONFIGURATION, 'utf8')
  const faster = text.replace('inter 1s fastinter 300ms', 'inter 500ms fastinter 100ms')
  if (faster === text) throw new Error('the configuration asks for health in another way now')
  return faster
    .split('\n')
    .filter((line) => {
      const node = /^\s*server node-(\d+)/.exec(line)?.[1]
      return node === undefined || Number(node) <= nodes
    })
    .join('\n')
}

/** The statistics are CSV with a header line; no value that is read here is quoted. */
function parseFigures(csv: string, node: string): NodeFigures {
  const [header = '', ...lines] = csv.trim().split('\n')
  const names = header.replace(/^# /, '').split(',')
  const values = lines.find((line) => line.startsWith(`nodes,${node},`))?.split(',')
  const value = (name: string) => {
    const found = values?.[names.indexOf(name)]
    if (found === undefined) throw new Error(`HAProxy tells no ${name} of ${node}`)
    return found
  }
  return {
    isUp: value('status').startsWith('UP'),
    failures: ['econ', 'eresp', 'wretr', 'wredis'].reduce((sum, at) => sum + Number(value(at)), 0),
    replies: Number(value('hrsp_2xx')),
  }
}

async function ask(socket: string, question: string): Promise<string> {
  const connection = connect(socket)
  connection.end(`${question}\n`)
  let answer = ''
  for await (const chunk of connection) answer += chunk
  return answer
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(port, '127.0.0.1')
    probe.once('connect', () => {
      probe.destroy()
      resolve(true)
    })
    probe.once('error', () => resolve(false))
  })
}
