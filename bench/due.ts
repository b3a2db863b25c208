// How fast a backlog of rotations is worked off, alone and beside encrypt-data, and what that does to it:
// npm run bench -- due [--keys N --engines sqlite,postgres --nodes 1,3 --workers 2,1 --connections N
//   --share 0.3 --most 3000 --quiet-seconds S --loaded-seconds S --slice-seconds S]
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { DAY_MS, type EpochMs } from '../src/core/time.ts'
import {
  type Cluster,
  fallDueAt,
  highestRate,
  requireRotatedOnce,
  rotations,
  startCluster,
  steadyLoad,
} from './due-cluster.ts'
import { percentile } from './load.ts'
import { median } from './median.ts'
import { printHead, printRow } from './rounds.ts'
import { type BenchStore, makeStore, startBenchPostgres } from './store.ts'

/** How long nodes may take until they are ready to be measured. */
const SET_UP_MS = 10_000
const LOOK_MS = 100
/** How long a backlog may take at most. */
const PATIENCE_MS = 3_600_000

const { values } = parseArgs({
  options: {
    keys: { type: 'string', default: '100000' },
    engines: { type: 'string', default: 'sqlite,postgres' },
    nodes: { type: 'string', default: '1,3' },
    workers: { type: 'string', default: '2,1' },
    connections: { type: 'string', default: '24' },
    share: { type: 'string', default: '0.3' },
    most: { type: 'string', default: '3000' },
    'quiet-seconds': { type: 'string', default: '10' },
    'loaded-seconds': { type: 'string', default: '60' },
    'slice-seconds': { type: 'string', default: '1' },
  },
})
const keys = Number(values.keys)
const connections = Number(values.connections)
const quietMs = Number(values['quiet-seconds']) * 1000
const loadedMs = Number(values['loaded-seconds']) * 1000
const sliceMs = Number(values['slice-seconds']) * 1000
const numbers = (text: string) => text.split(',').map(Number)

console.log(
  `${process.version}, ${keys} keys due at once; encrypt-data at ${values.share} of the highest rate, ` +
    `at most ${values.most} a second; latencies in ms, from when a request was due\n`,
)
printHead([
  'store',
  'nodes',
  'workers each',
  'idle rotations/s',
  'encrypt-data/s',
  'quiet p50, p99',
  'meanwhile p50, p99',
  'p99 ratio',
  'ratio of median p99 of slices',
  'rotations/s meanwhile',
  'rotated meanwhile',
])
for (const engine of values.engines.split(',')) {
  const postgres = engine === 'postgres' ? await startBenchPostgres() : undefined
  try {
    const soon = (Date.now() + 29 * DAY_MS) as EpochMs
    const store = await makeStore({ keys, dueAt: soon }, postgres)
    console.error(`${engine}: filled in ${(store.filled.tookMs / 1000).toFixed(1)} s`)
    let round = 0
    for (const nodes of postgres === undefined ? [1] : numbers(values.nodes)) {
      for (const workers of numbers(values.workers)) {
        const idle = await idleRate(store, nodes, workers)
        await requireRotatedOnce(store, keys, ++round)
        const cells = await beside(store, nodes, workers)
        await requireRotatedOnce(store, keys, ++round)
        printRow([engine, String(nodes), String(workers), idle.toFixed(0), ...cells])
      }
    }
    console.error(`${engine}: every key was rotated ${round} times, each time once`)
    await store.remove()
  } finally {
    await postgres?.stop()
  }
}

/** Rotations a second of a backlog while nobody calls, from when it is seen to begin. */
async function idleRate(store: BenchStore, nodes: number, workers: number): Promise<number> {
  const dueAt = await fallDueAt(store, SET_UP_MS)
  const cluster = await startCluster(store, nodes, workers)
  try {
    await sleep(Math.max(0, dueAt - Date.now()))
    const begun = await rotationsBeyond(cluster, 0)
    const beganAtMs = performance.now()
    await rotationsBeyond(cluster, keys - 1)
    return ((keys - begun) * 1000) / (performance.now() - beganAtMs)
  } finally {
    await cluster.stop()
  }
}

/** Fulfilled with the number of rotations when it is above `few`. */
async function rotationsBeyond(cluster: Cluster, few: number): Promise<number> {
  const endsAtMs = performance.now() + PATIENCE_MS
  for (;;) {
    const done = await rotations(cluster)
    if (done > few) return done
    if (performance.now() > endsAtMs) throw new Error(`${done} of ${keys} keys were rotated`)
    await sleep(LOOK_MS)
  }
}

/** Latencies of encrypt-data at a steady rate before a backlog falls due, and until it is worked off. */
async function beside(
  store: BenchStore,
  nodes: number,
  workers: number,
): Promise<readonly string[]> {
  const dueAt = await fallDueAt(store, SET_UP_MS + quietMs)
  const cluster = await startCluster(store, nodes, workers)
  try {
    const share = (await highestRate(cluster, connections)) * Number(values.share)
    const perSecond = Math.min(Number(values.most), share)
    const slice = () => steadyLoad(cluster, { connections, perSecond, durationMs: sliceMs })

    await slice() // warms the connections' code up
    const quiet: Float64Array[] = []
    while (Date.now() + sliceMs < dueAt) quiet.push(await slice())
    if (quiet.length === 0) throw new Error('the backlog fell due before anything was measured')
    await sleep(Math.max(0, dueAt - Date.now()))

    const busy: Float64Array[] = []
    const startedAtMs = performance.now()
    let [first, firstAtMs, last, lastAtMs] = [0, 0, 0, 0]
    while (last < keys && performance.now() - startedAtMs < loadedMs) {
      const latenciesMs = await slice()
      const done = await rotations(cluster)
      const isFirst = last === 0
      last = done
      lastAtMs = performance.now()
      // Before the scheduler has looked nothing is done; a slice in which all came to its end is half quiet.
      if (isFirst) [first, firstAtMs] = [last, lastAtMs]
      else if (last < keys || busy.length === 0) busy.push(latenciesMs)
    }
    if (busy.length === 0) throw new Error('the backlog was gone at once: take more --keys')
    await rotationsBeyond(cluster, keys - 1)
    const [quietMs, busyMs] = [sorted(quiet), sorted(busy)]
    return [
      perSecond.toFixed(0),
      `${percentile(quietMs, 0.5).toFixed(2)}, ${percentile(quietMs, 0.99).toFixed(2)}`,
      `${percentile(busyMs, 0.5).toFixed(2)}, ${percentile(busyMs, 0.99).toFixed(2)}`,
      (percentile(busyMs, 0.99) / percentile(quietMs, 0.99)).toFixed(2),
      (medianP99(busy) / medianP99(quiet)).toFixed(2),
      (((last - first) * 1000) / (lastAtMs - firstAtMs)).toFixed(0),
      `${last} in ${((lastAtMs - startedAtMs) / 1000).toFixed(0)} s`,
    ]
  } finally {
    await cluster.stop()
  }
}

/** Of the slices' own p99 the middle one, which a single stall of the machine does not move. */
function medianP99(slices: readonly Float64Array[]): number {
  return median(slices.map((slice) => percentile(slice.toSorted(), 0.99)))
}

function sorted(slices: readonly Float64Array[]): Float64Array {
  return Float64Array.from(slices.flatMap((slice) => [...slice])).sort()
}
