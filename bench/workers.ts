// How encrypt-data scales with workers: npm run bench -- workers [--rounds N --seconds S --connections N]
// Needs Debian's wrk, which takes less of the two cores than a load generator of ours would.
import { parseArgs } from 'node:util'
import { call, type ServerUnderTest, signIn, startServer } from './keyturn.ts'
import { median } from './median.ts'
import { cpuSecondsOf } from './process-figures.ts'
import { runWrk } from './wrk.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '5' },
    connections: { type: 'string', default: '64' },
  },
})
const rounds = Number(values.rounds)
const durationMs = Number(values.seconds) * 1000
const connections = Number(values.connections)

interface Sample {
  readonly perSecond: number
  readonly p99Ms: number
  /** Cores that the server used, and the load generator. */
  readonly serverCores: number
  readonly loadCores: number
  readonly cpuUs: number
}

const counts = [1, 2]
const samples = new Map<number, Sample[]>(counts.map((count) => [count, []]))
for (let round = 0; round <= rounds; round++) {
  for (const count of counts) {
    const server = await startServer('--log-level', 'warn', '--workers', String(count))
    const sample = await measure(server)
    if (round > 0) samples.get(count)?.push(sample) // the first warms the machine up
    await server.stop()
  }
}

console.log(
  `${process.version}, wrk with ${connections} connections, ${rounds} rounds of ${durationMs} ms\n`,
)
console.log('| workers | req/s | p99 ms | server cores | load cores | CPU µs a request |')
console.log('| ---: | ---: | ---: | ---: | ---: | ---: |')
const of = (count: number, figure: keyof Sample) =>
  median((samples.get(count) ?? []).map((sample) => sample[figure]))
for (const count of counts) {
  const cells = [
    count,
    of(count, 'perSecond').toFixed(0),
    of(count, 'p99Ms').toFixed(2),
    of(count, 'serverCores').toFixed(2),
    of(count, 'loadCores').toFixed(2),
    of(count, 'cpuUs').toFixed(1),
  ]
  console.log(`| ${cells.join(' | ')} |`)
}
const raw = of(2, 'perSecond') / of(1, 'perSecond')
const perCore = (of(2, 'perSecond') / of(2, 'serverCores')) * 2
console.log(`\ntwo workers answer ${raw.toFixed(2)} × what one does`)
console.log(
  `with two cores to themselves they would, at their CPU time per request, answer ` +
    `${(perCore / of(1, 'perSecond')).toFixed(2)} ×`,
)

async function measure(server: ServerUnderTest): Promise<Sample> {
  const token = await signIn(server)
  const created = await call(server, token, 'create-key', { key_alias: 'bench' })
  const { key_id: keyId } = created['key_info'] as { readonly key_id: string }
  const request = {
    url: `http://127.0.0.1:${server.port}/v1.0/${server.credentials['project_id']}/kms/encrypt-data`,
    headers: { 'X-Auth-Token': token },
    bodies: [JSON.stringify({ key_id: keyId, plain_text: 'x'.repeat(32) })],
  }
  await runWrk(request, connections, 1000)
  const before = await cpuSecondsOf(server.pid)
  const result = await runWrk(request, connections, durationMs)
  const cpuSeconds = (await cpuSecondsOf(server.pid)) - before
  if (result.failures > 0) throw new Error(`${result.failures} requests failed`)
  return {
    perSecond: result.requests / result.seconds,
    p99Ms: result.p99Ms,
    serverCores: cpuSeconds / result.seconds,
    loadCores: result.cpuSeconds / result.seconds,
    cpuUs: (cpuSeconds * 1e6) / result.requests,
  }
}
