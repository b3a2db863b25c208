// SQLite and PostgreSQL under the same requests, in turn: npm run bench -- engines
//   [--rounds N --seconds S --connections N --keys N]
// Needs Debian's wrk for encrypt-data, which takes less of the cores than a load generator of ours.
import { parseArgs } from 'node:util'
import { kmsPath, signIn } from './keyturn.ts'
import { childrenCpuSecondsOf, cpuSecondsOf } from './process-figures.ts'
import { measureRound, printHead, printRow, type Sample, Samples } from './rounds.ts'
import { KEY_CASES, type SizedServer } from './scale-cases.ts'
import { type Engine, makeStore, pidOf, startBenchPostgres } from './store.ts'
import { runWrk } from './wrk.ts'

const ENGINES = ['sqlite', 'postgres'] as const satisfies readonly Engine[]
/** What is asked besides encrypt-data, for information. */
const OTHERS = ['rotation status, one key', 'create-key']
const ENCRYPT = 'encrypt-data, one key'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    seconds: { type: 'string', default: '2' },
    connections: { type: 'string', default: '16' },
    keys: { type: 'string', default: '1000' },
  },
})
const rounds = Number(values.rounds)
const durationMs = Number(values.seconds) * 1000
const connections = Number(values.connections)
const size = Number(values.keys)

const postgres = await startBenchPostgres()
const postgresPid = await pidOf(postgres)
const targets = new Map<Engine, SizedServer>()
try {
  for (const engine of ENGINES) {
    const store = await makeStore({ keys: size }, engine === 'postgres' ? postgres : undefined)
    const server = await store.start(['--workers', '1'])
    targets.set(engine, { size, store, server, token: await signIn(server) })
  }
  print(await measure())
} finally {
  for (const { server, store } of targets.values()) {
    await server.stop()
    await store.remove()
  }
  await postgres.stop()
}

async function measure(): Promise<Samples> {
  const samples = new Samples()
  for (const name of [ENCRYPT, ...OTHERS]) {
    const nextOf = new Map([...targets].map(([engine, target]) => [engine, next(name, target)]))
    for (let round = 0; round <= rounds; round++) {
      for (const engine of round % 2 === 0 ? ENGINES : ENGINES.toReversed()) {
        const target = targets.get(engine)
        const nextRequest = nextOf.get(engine)
        if (target === undefined || nextRequest === undefined) continue
        const sample =
          name === ENCRYPT
            ? await encryptByWrk(target)
            : await measureRound(
                { port: target.server.port, nextRequest, cpuSeconds: () => cpuOf(target) },
                connections,
                durationMs,
              )
        if (round > 0) samples.add(`${name} ${engine}`, sample) // the first warms up
      }
    }
  }
  return samples
}

function next(name: string, target: SizedServer): () => Buffer {
  const found = KEY_CASES.find((one) => one.name === name)
  if (found === undefined) throw new Error(`no such case: ${name}`)
  return found.prepare(target)
}

async function encryptByWrk(target: SizedServer): Promise<Sample> {
  const { server, store, token } = target
  const request = {
    url: `http://127.0.0.1:${server.port}${kmsPath(server.credentials, 'encrypt-data')}`,
    headers: { 'X-Auth-Token': token },
    bodies: [JSON.stringify({ key_id: store.filled.keyId(0), plain_text: 'x'.repeat(32) })],
  }
  const [serverBefore, databaseBefore] = await cpuOf(target)
  const result = await runWrk(request, connections, durationMs)
  const [serverCpu, databaseCpu] = await cpuOf(target)
  if (result.failures > 0) throw new Error(`${result.failures} requests failed`)
  return {
    perSecond: result.requests / result.seconds,
    cpuUs: ((serverCpu - serverBefore) * 1e6) / result.requests,
    databaseUs: ((databaseCpu - databaseBefore) * 1e6) / result.requests,
    p50Ms: result.p50Ms,
    p99Ms: result.p99Ms,
  }
}

async function cpuOf({ server, store }: SizedServer): Promise<readonly [number, number]> {
  const own = await cpuSecondsOf(server.pid)
  if (store.engine === 'sqlite') return [own, 0]
  return [own, await childrenCpuSecondsOf(postgresPid)]
}

function print(samples: Samples): void {
  console.log(
    `${process.version}, 1 worker each, ${connections} connections, ${rounds} rounds of ${durationMs} ms, ` +
      'medians; ratios are of the same round\n',
  )
  printHead([
    'request',
    'SQLite req/s',
    'PostgreSQL req/s',
    'ratio',
    'SQLite CPU µs',
    'PostgreSQL CPU µs',
    'ratio',
    'of the database µs',
    'SQLite p99 ms',
    'PostgreSQL p99 ms',
  ])
  for (const name of [ENCRYPT, ...OTHERS]) {
    const [one, other] = [`${name} sqlite`, `${name} postgres`]
    printRow([
      name,
      samples.median(one, 'perSecond').toFixed(0),
      samples.median(other, 'perSecond').toFixed(0),
      samples.ratio(other, one, 'perSecond').toFixed(2),
      samples.median(one, 'cpuUs').toFixed(1),
      samples.median(other, 'cpuUs').toFixed(1),
      samples.ratio(other, one, 'cpuUs').toFixed(2),
      samples.median(other, 'databaseUs').toFixed(1),
      samples.median(one, 'p99Ms').toFixed(2),
      samples.median(other, 'p99Ms').toFixed(2),
    ])
  }
  console.log('\nthe aim: both ratios of encrypt-data between 0.9 and 1.1')
}
