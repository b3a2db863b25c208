import { DAY_MS } from '../src/core/time.ts'
import { signIn, tokenRequest } from './keyturn.ts'
import { load } from './load.ts'
import { openLoad } from './open-load.ts'
import type { BenchStore, NodeOfStore } from './store.ts'

/** Interval of the keys that are filled in. */
const INTERVAL_MS = 30 * DAY_MS
/** How long requests without pause tell the highest rate. */
const FASTEST_MS = 2000

/** Nodes on one store, with an encrypt-data for each. */
export interface Cluster {
  readonly nodes: readonly NodeAndRequest[]
  readonly stop: () => Promise<void>
}

interface NodeAndRequest {
  readonly node: NodeOfStore
  readonly request: Buffer
}

/** Starts nodes on a store, all at once. */
export async function startCluster(
  store: BenchStore,
  nodes: number,
  workers: number,
): Promise<Cluster> {
  const flags = ['--workers', String(workers)]
  const started = await Promise.all(
    Array.from({ length: nodes }, (_, index) => store.start(flags, index)),
  )
  const withRequests = started.map(async (node) => {
    const body = { key_id: store.filled.keyId(0), plain_text: 'x'.repeat(32) }
    return { node, request: tokenRequest(node, await signIn(node), 'encrypt-data', body) }
  })
  return {
    nodes: await Promise.all(withRequests),
    async stop() {
      await Promise.all(started.map((node) => node.stop()))
    },
  }
}

let updateTookMs = 0

/**
 * Has the rotation of every key fall due at one moment; no node may run. Answers the moment: so long
 * after the keys are all changed, which takes as long as it took the last time, or the moment is later.
 */
export async function fallDueAt(store: BenchStore, afterMs: number): Promise<number> {
  for (;;) {
    const startedAtMs = Date.now()
    const dueAt = startedAtMs + Math.round(1.5 * updateTookMs) + afterMs
    await store.run(
      `update keys set rotation_period_start = ${dueAt - INTERVAL_MS}, next_rotation_at = ${dueAt}
       where next_rotation_at is not null`,
    )
    await store.giveMacsAtNextStart()
    if (store.engine === 'postgres') await store.run('vacuum (analyze) keys')
    else await store.run('pragma wal_checkpoint(truncate)')
    updateTookMs = Date.now() - startedAtMs
    if (Date.now() + afterMs / 2 < dueAt) return dueAt
  }
}

/** How many rotations the nodes have done since they were started. */
export async function rotations({ nodes }: Cluster): Promise<number> {
  const counts = nodes.map(async ({ node }) => {
    const page = await (await fetch(`http://127.0.0.1:${node.port}/metrics`)).text()
    const rows = page.matchAll(/^keyturn_rotations_total\{[^}]*\} (\d+)/gm)
    return [...rows].reduce((sum, row) => sum + Number(row[1]), 0)
  })
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0)
}

/** Most requests a second that the nodes answer together. */
export async function highestRate({ nodes }: Cluster, connections: number): Promise<number> {
  const results = nodes.map(({ node: { port }, request }) =>
    load({
      port,
      connections: Math.ceil(connections / nodes.length),
      durationMs: FASTEST_MS,
      nextRequest: () => request,
    }),
  )
  return (await Promise.all(results)).reduce((sum, one) => sum + one.requests / one.seconds, 0)
}

/** How a steady load is to be, over all nodes. */
export interface SteadyLoad {
  readonly perSecond: number
  readonly connections: number
  readonly durationMs: number
}

/** Latencies in milliseconds of requests that come at a steady rate, spread evenly over the nodes. */
export async function steadyLoad({ nodes }: Cluster, wanted: SteadyLoad): Promise<Float64Array> {
  const results = nodes.map(({ node: { port }, request }) =>
    openLoad({
      port,
      connections: Math.ceil(wanted.connections / nodes.length),
      perSecond: wanted.perSecond / nodes.length,
      durationMs: wanted.durationMs,
      nextRequest: () => request,
    }),
  )
  const latencies = (await Promise.all(results)).map(({ latenciesMs }) => latenciesMs)
  return Float64Array.from(latencies.flatMap((own) => [...own]))
}

/**
 * Looks into the store, which no node runs on, whether every key was rotated as often as that.
 *
 * @throws {Error} when one was not, or more often
 */
export async function requireRotatedOnce(
  store: BenchStore,
  keys: number,
  times: number,
): Promise<void> {
  const count = async (what: string) =>
    Number((await store.run(`select count(*) as n from ${what}`))[0]?.['n'])
  const [events, versions, wrong] = [
    await count('rotation_events'),
    await count('key_versions'),
    await count(`keys where primary_version <> ${times + 1}`),
  ]
  if (events !== keys * times || versions !== keys * (times + 1) || wrong !== 0) {
    throw new Error(
      `${events} events and ${versions} versions of ${keys} keys after ${times} rotations, ${wrong} keys are not at theirs`,
    )
  }
}
