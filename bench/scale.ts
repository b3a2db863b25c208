// What requests cost in stores with few and many keys, or of a key with few and many versions:
// npm run bench -- scale [--engine sqlite|postgres] [--sizes 10,1000,100000,1000000 | --versions 1,1000,100000]
//   [--rounds N --seconds S --connections N --cache-mib N --only TEXT]
// A server for each size is up all the while, and they take turns, so that noise hits all alike.
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { signIn } from './keyturn.ts'
import { median } from './median.ts'
import { childrenCpuSecondsOf, cpuSecondsOf, residentMib } from './process-figures.ts'
import { measureRound, printHead, printRow, type Sample, Samples } from './rounds.ts'
import {
  KEY_CASES,
  makeOldText,
  type ScaleCase,
  type SizedServer,
  TAGGED_SHARE,
  VERSION_CASES,
} from './scale-cases.ts'
import { makeStore, pidOf, startBenchPostgres } from './store.ts'

/** How often each server is started, for the median. */
const STARTS = 5
/** How long a server rests before its memory is looked at, in milliseconds. */
const REST_MS = 1000
const MIB = 2 ** 20
/** Up to which growth the cost counts as flat. */
const FLAT = 1.3

const { values } = parseArgs({
  options: {
    engine: { type: 'string', default: 'sqlite' },
    sizes: { type: 'string', default: '10,1000,100000,1000000' },
    versions: { type: 'string' },
    rounds: { type: 'string', default: '7' },
    seconds: { type: 'string', default: '1' },
    connections: { type: 'string', default: '4' },
    'cache-mib': { type: 'string', default: '8' },
    only: { type: 'string', default: '' },
  },
})
const ofVersions = values.versions !== undefined
const sizes = (values.versions ?? values.sizes).split(',').map(Number)
const rounds = Number(values.rounds)
const durationMs = Number(values.seconds) * 1000
const connections = Number(values.connections)
const flags = ['--workers', '1', '--cache-mib', values['cache-mib'], '--key-quota', '1000000000']
const cases = (ofVersions ? VERSION_CASES : KEY_CASES).filter((c) => c.name.includes(values.only))

const postgres = values.engine === 'postgres' ? await startBenchPostgres() : undefined
const postgresPid = postgres === undefined ? undefined : await pidOf(postgres)

const startMs = new Map<number, number[]>()
const idleMib = new Map<number, number>()
const bytes = new Map<number, number>()
const targets: SizedServer[] = []
try {
  await startAll()
  console.log(
    `${process.version}, ${values.engine}, cache of ${values['cache-mib']} MiB, ${connections} connections, ` +
      `${rounds} rounds of ${durationMs} ms, medians\n`,
  )
  const samples = await measureAll()
  printRequests(samples)
  await printServers()
} finally {
  for (const { server, store } of targets) {
    await server.stop()
    await store.remove()
  }
  await postgres?.stop()
}

async function startAll(): Promise<void> {
  const made = []
  for (const size of sizes) {
    const filling = ofVersions ? { keys: 0, versions: size } : { keys: size }
    const store = await makeStore({ ...filling, taggedShare: TAGGED_SHARE }, postgres)
    console.error(`filled for ${size}: ${(store.filled.tookMs / 1000).toFixed(1)} s`)
    const oldText = ofVersions ? { oldText: await makeOldText(store, size) } : {}
    bytes.set(size, await store.bytes())
    made.push({ size, store, ...oldText })
  }
  for (let turn = 1; turn <= STARTS; turn++) {
    for (const one of made) {
      const server = await one.store.start(flags)
      startMs.set(one.size, [...(startMs.get(one.size) ?? []), server.startMs])
      if (turn < STARTS) await server.stop()
      else targets.push({ ...one, server, token: await signIn(server) })
    }
  }
  await sleep(REST_MS)
  for (const { size, server } of targets) idleMib.set(size, await residentMib(server.pid))
}

async function measureAll(): Promise<Samples> {
  const samples = new Samples()
  const inOrder = [...cases.filter((c) => !c.grows), ...cases.filter((c) => c.grows)]
  for (const one of inOrder) {
    const prepared = targets.map((target) => ({ target, nextRequest: one.prepare(target) }))
    for (let round = 0; round <= rounds; round++) {
      // Each begins a round once: what came before it is then another each time.
      const from = round % prepared.length
      for (const { target, nextRequest } of [...prepared.slice(from), ...prepared.slice(0, from)]) {
        const { server } = target
        const measured = { port: server.port, nextRequest, cpuSeconds: () => cpuOf(server.pid) }
        const sample = await measureRound(measured, connections, durationMs)
        if (round > 0) samples.add(`${one.name} ${target.size}`, sample) // the first warms up
      }
    }
  }
  return samples
}

async function cpuOf(pid: number): Promise<readonly [number, number]> {
  const server = await cpuSecondsOf(pid)
  if (postgresPid === undefined) return [server, 0]
  return [server, await childrenCpuSecondsOf(postgresPid)]
}

function printRequests(samples: Samples): void {
  const figures: readonly (readonly [keyof Sample, string, number])[] = [
    ['cpuUs', 'CPU of the server, µs a request', 1],
    ...(postgres === undefined
      ? []
      : ([['databaseUs', 'CPU of PostgreSQL, µs a request', 1]] as const)),
    ['p50Ms', 'latency p50, ms', 3],
    ['p99Ms', 'latency p99, ms', 3],
  ]
  for (const [figure, title, digits] of figures) {
    printHead([title, ...sizes.map(label), 'growth', `at most ${FLAT}`])
    for (const one of cases) printCase(samples, one, figure, digits)
    console.log('')
  }
}

function printCase(
  samples: Samples,
  { name, fromSize }: ScaleCase,
  figure: keyof Sample,
  digits: number,
): void {
  const cells = sizes.map((size) => {
    const value = samples.median(`${name} ${size}`, figure).toFixed(digits)
    return size < fromSize ? `(${value})` : value
  })
  const smallest = sizes.find((size) => size >= fromSize)
  const largest = sizes.at(-1)
  const growth = samples.ratio(`${name} ${largest}`, `${name} ${smallest}`, figure)
  const verdict = growth <= FLAT ? 'yes' : 'no'
  const isKnown = smallest !== undefined && smallest !== largest
  printRow([name, ...cells, ...(isKnown ? [growth.toFixed(2), verdict] : ['', ''])])
}

async function printServers(): Promise<void> {
  printHead(['server', ...sizes.map(label), 'growth', `at most ${FLAT}`])
  const row = (name: string, figures: readonly number[], digits = 0) => {
    const growth = (figures.at(-1) ?? Number.NaN) / (figures[0] ?? Number.NaN)
    const cells = figures.map((figure) => figure.toFixed(digits))
    printRow([name, ...cells, growth.toFixed(2), growth <= FLAT ? 'yes' : 'no'])
  }
  row(
    'start-up, ms',
    sizes.map((size) => median(startMs.get(size) ?? [])),
  )
  row(
    'resident memory, idle, MiB',
    sizes.map((size) => idleMib.get(size) ?? Number.NaN),
  )
  row(
    'resident memory after the run, MiB',
    await Promise.all(targets.map(({ server }) => residentMib(server.pid))),
  )
  const databases = sizes.map((size) => bytes.get(size) ?? Number.NaN)
  printRow(['database, MiB', ...databases.map((of) => (of / MIB).toFixed(1)), '', ''])
  const added =
    ((databases.at(-1) ?? 0) - (databases[0] ?? 0)) / ((sizes.at(-1) ?? 0) - (sizes[0] ?? 0))
  console.log(
    `\nthe database takes ${added.toFixed(0)} bytes more for each ${ofVersions ? 'version' : 'key'}`,
  )
}

function label(size: number): string {
  const thing = ofVersions ? 'version' : 'key'
  return `${size.toLocaleString('en')} ${thing}${size === 1 ? '' : 's'}`
}
