import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { openLine } from './call-line.ts'
import { adminToken, credentialsOf, type Ground, makeGround, noPostgres } from './ground.ts'
import { NodeFailed, type NodeProcess } from './node-process.ts'
import { type Campaign, countOf, type Outcome, type Say, secondsSince, spread } from './outcome.ts'

/** How many nodes start at once, and how often. */
export interface StartOptions {
  readonly nodes: number
  readonly rounds: number
}

/** What a node says that has no root key, when another has made one. */
const REFUSAL = /put the same root key file on every node/

/** Starts nodes at once on an empty database. */
export const start: Campaign = {
  about:
    'nodes that start at once on an empty database: one first start, with one root key all serve',
  flags: {
    nodes: { help: 'how many start at once', default: '10' },
    rounds: { help: 'how often, each on an empty database', default: '3' },
  },
  missing: noPostgres,
  run: (flags, say) =>
    runStart({ nodes: countOf(flags, 'nodes'), rounds: countOf(flags, 'rounds') }, say),
}

/** Runs the campaign. */
export async function runStart(options: StartOptions, say: Say): Promise<Outcome> {
  const startedAtMs = performance.now()
  const broken: string[] = []
  const lines: string[] = []
  for (let round = 1; round <= options.rounds; round++) {
    for (const [title, run] of [
      ['with one root key file', startShared],
      ['without a shared root key', startAlone],
    ] as const) {
      const ground = await makeGround({ isDurable: false })
      try {
        const what = `round ${round}, ${options.nodes} nodes ${title}`
        const found = await run(ground, options.nodes)
        lines.push(`${what}: ${found.line}`)
        broken.push(...found.broken.map((text) => `${what}: ${text}`))
        say(`${what}: ${secondsSince(startedAtMs)}`)
      } finally {
        await ground.close()
      }
    }
  }
  lines.push(`took ${secondsSince(startedAtMs)}`)
  return { lines, broken }
}

interface Round {
  readonly line: string
  readonly broken: readonly string[]
}

/** All have the root key: all serve. */
async function startShared(ground: Ground, count: number): Promise<Round> {
  const broken: string[] = []
  const startedAtMs = performance.now()
  const tookMs: number[] = []
  const results = await Promise.allSettled(
    names(count).map(async (name) => {
      const node = await ground.startNode({ name, flags: ['--workers', '1'] })
      tookMs.push(performance.now() - startedAtMs)
      return node
    }),
  )
  const nodes = fulfilled(results)
  for (const { reason } of results.filter((result) => result.status === 'rejected')) {
    broken.push(String(reason))
  }
  if (nodes.length > 0) broken.push(...(await useAll(nodes)))
  broken.push(...(await oneFirstStart(ground, count)))
  return { line: `${nodes.length} serve; started within ${spread(tookMs)}`, broken }
}

/** Each would make its own root key: one lives, and nothing is left of the others'. */
async function startAlone(ground: Ground, count: number): Promise<Round> {
  const broken: string[] = []
  const startedAtMs = performance.now()
  const results = await Promise.allSettled(
    names(count).map((name) =>
      ground.startNode({
        name,
        // The last one counts: a file of its own, which is not there yet.
        flags: ['--workers', '1', '--root-key', join(ground.directoryOf(name), 'root.key')],
      }),
    ),
  )
  const nodes = fulfilled(results)
  if (nodes.length !== 1) broken.push(`${nodes.length} nodes live`)
  for (const [n, result] of results.entries()) {
    if (result.status === 'fulfilled') continue
    const { reason } = result
    if (!(reason instanceof NodeFailed) || reason.exitCode === 0 || !REFUSAL.test(reason.message)) {
      broken.push(`a node ended otherwise: ${reason}`)
    }
    const files = await readdir(ground.directoryOf(`node-${n}`))
    if (files.includes('root.key')) broken.push(`node-${n} keeps a root key that is of no use`)
  }
  if (nodes.length > 0) broken.push(...(await useAll(nodes)))
  broken.push(...(await oneFirstStart(ground, count)))
  return { line: `${nodes.length} lives after ${secondsSince(startedAtMs)}`, broken }
}

/** A key that is made on one is used on all, by the same credentials. */
async function useAll(nodes: readonly NodeProcess[]): Promise<readonly string[]> {
  const broken: string[] = []
  const credentials = await credentialsOf(nodes)
  let keyId: string | undefined
  for (const node of nodes) {
    const token = await adminToken(node, credentials)
    const line = openLine(node.url)
    const call = (operation: string, body: unknown) =>
      line.call({ path: `/v1.0/${credentials.project_id}/kms/${operation}`, token, body })
    if (keyId === undefined) {
      const { status, body } = await call('create-key', { key_alias: 'of-all' })
      if (status !== 200) return [`${node.name}: create-key answered ${status}`]
      keyId = body.key_info.key_id
    }
    const { status, code } = await call('encrypt-data', { key_id: keyId, plain_text: 'x' })
    if (status !== 200) broken.push(`${node.name}: encrypt-data answered ${status} ${code}`)
    line.close()
  }
  return broken
}

/** There is one of everything that a first start makes. */
async function oneFirstStart(ground: Ground, count: number): Promise<readonly string[]> {
  const broken: string[] = []
  const folders = await Promise.all(
    names(count).map((name) => readdir(ground.directoryOf(name)).catch(() => [] as string[])),
  )
  const written = folders.filter((files) => files.includes('bootstrap-credentials.json')).length
  if (written !== 1) broken.push(`${written} nodes have written first credentials`)
  const database = ground.store.pathname.slice(1)
  for (const table of ['tenants', 'projects', 'users', 'access_keys']) {
    const [row] = await ground.postgres.sql(`select count(*)::int as n from ${table}`, database)
    if (row?.n !== 1) broken.push(`${row?.n} ${table}`)
  }
  return broken
}

function names(count: number): readonly string[] {
  return Array.from({ length: count }, (_, n) => `node-${n}`)
}

function fulfilled<T>(results: readonly PromiseSettledResult<T>[]): readonly T[] {
  return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
}
