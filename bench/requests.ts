// Compares Keyturn with a bare node:http echo that reads and parses the same body, in one
// interleaved run: npm run bench [-- --rounds N --seconds S --connections N --only NAME]
import { spawn } from 'node:child_process'
import { parseArgs } from 'node:util'
import {
  call,
  firstOutput,
  requestBytes,
  type ServerUnderTest,
  signedRequest,
  signIn,
  startServer,
  tokenRequest,
} from './keyturn.ts'
import { load, percentile } from './load.ts'
import { median } from './median.ts'
import { residentMib } from './process-figures.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '1.5' },
    connections: { type: 'string', default: '32' },
    only: { type: 'string', default: '' },
  },
})
const rounds = Number(values.rounds)
const durationMs = Number(values.seconds) * 1000
const connections = Number(values.connections)

interface Scenario {
  readonly name: string
  readonly body: unknown
  readonly nextRequest: () => Buffer
}

interface Sample {
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
  readonly cpuUs: number
}

const echo = spawn(process.execPath, [new URL('./echo.ts', import.meta.url).pathname], {
  stdio: ['ignore', 'pipe', 'inherit'],
})
const echoPort = Number((await firstOutput(echo, /^(\d+)\n/))[1])
const server = await startServer('--log-level', 'warn', '--workers', '1')
const idleMib = await residentMib(server.pid)
const scenarios = (await makeScenarios(server)).filter(({ name }) => name.includes(values.only))
const samples = new Map<string, Sample[]>()

for (let round = 0; round <= rounds; round++) {
  for (const { name, body, nextRequest } of scenarios) {
    const echoRequest = requestBytes(echoPort, '/', [], body)
    const floor = await measure(echoPort, () => echoRequest, echoCpuUs)
    const ours = await measure(server.port, nextRequest, serverCpuUs)
    if (round === 0) continue // warms both up
    push(`${name} (echo)`, floor)
    push(name, ours)
  }
}

console.log(`${process.version}, ${connections} connections, ${rounds} rounds of ${durationMs} ms`)
console.log('medians over the rounds; ratio of CPU per request to the echo of the same round\n')
console.log('| request | req/s | p50 ms | p99 ms | CPU µs | echo CPU µs | ratio |')
console.log('| --- | ---: | ---: | ---: | ---: | ---: | ---: |')
for (const { name } of scenarios) {
  const ours = samples.get(name) ?? []
  const floor = samples.get(`${name} (echo)`) ?? []
  const ratios = ours.map(({ cpuUs }, round) => cpuUs / (floor[round]?.cpuUs ?? Number.NaN))
  const cells = [
    name,
    median(ours.map((s) => s.perSecond)).toFixed(0),
    median(ours.map((s) => s.p50)).toFixed(2),
    median(ours.map((s) => s.p99)).toFixed(2),
    median(ours.map((s) => s.cpuUs)).toFixed(1),
    median(floor.map((s) => s.cpuUs)).toFixed(1),
    median(ratios).toFixed(2),
  ]
  console.log(`| ${cells.join(' | ')} |`)
}
console.log(
  `\nresident memory: idle ${idleMib.toFixed(0)} MiB, after the run ${(await residentMib(server.pid)).toFixed(0)} MiB`,
)

await server.stop()
echo.kill()

async function makeScenarios(target: ServerUnderTest): Promise<readonly Scenario[]> {
  const token = await signIn(target)
  const created = await call(target, token, 'create-key', { key_alias: 'bench' })
  const { key_id: keyId } = created['key_info'] as { readonly key_id: string }
  const plaintext = 'x'.repeat(32)
  const encrypt = { key_id: keyId, plain_text: plaintext }
  const encrypted = await call(target, token, 'encrypt-data', encrypt)
  const decrypt = { cipher_text: encrypted['cipher_text'] }
  const dataKey = { key_id: keyId, datakey_length: '256' }
  const status = { key_id: keyId }
  const both = (label: string, name: string, body: unknown): readonly Scenario[] => {
    const withToken = tokenRequest(target, token, name, body)
    return [
      { name: `${label}, token`, body, nextRequest: () => withToken },
      { name: `${label}, signature`, body, nextRequest: freshEachSecond(target, name, body) },
    ]
  }
  return [
    ...both('encrypt-data 32 B', 'encrypt-data', encrypt),
    ...both('decrypt-data', 'decrypt-data', decrypt),
    ...both('create-datakey', 'create-datakey', dataKey),
    ...both('rotation status', 'get-key-rotation-status', status),
  ]
}

/** Signing costs the load generator; its signature is the same within a second anyway. */
function freshEachSecond(target: ServerUnderTest, name: string, body: unknown): () => Buffer {
  let request: Buffer = Buffer.alloc(0)
  let madeAtMs = Number.NEGATIVE_INFINITY
  return () => {
    const nowMs = performance.now()
    if (nowMs - madeAtMs > 1000) {
      request = signedRequest(target, name, body)
      madeAtMs = nowMs
    }
    return request
  }
}

async function measure(
  port: number,
  nextRequest: () => Buffer,
  readCpuUs: () => Promise<number>,
): Promise<Sample> {
  const before = await readCpuUs()
  const result = await load({ port, connections, durationMs, nextRequest })
  const cpuUs = (await readCpuUs()) - before
  return {
    perSecond: result.requests / result.seconds,
    p50: percentile(result.latenciesMs, 0.5),
    p99: percentile(result.latenciesMs, 0.99),
    cpuUs: cpuUs / result.requests,
  }
}

async function echoCpuUs(): Promise<number> {
  return Number(await (await fetch(`http://127.0.0.1:${echoPort}/cpu`)).text())
}

async function serverCpuUs(): Promise<number> {
  const page = await (await fetch(`http://127.0.0.1:${server.port}/metrics`)).text()
  return Number(/^process_cpu_seconds (\S+)$/m.exec(page)?.[1]) * 1e6
}

function push(name: string, sample: Sample): void {
  const list = samples.get(name) ?? []
  list.push(sample)
  samples.set(name, list)
}
